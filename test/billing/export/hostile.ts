// Bills whose every text was written by somebody who knows the formats; but categories are ours.

import fc from 'fast-check';
import type { Books } from '../../../src/billing/export/bookings.ts';
import type { BillReport } from '../../../src/billing/report.ts';
import { CATEGORIES } from '../../../src/domain/consent.ts';
import { NO_COUNTS } from '../../../src/domain/ledger.ts';
import type { Grouping } from '../../../src/ports/store/report.ts';
import { formatAmount, toMicros } from '../../../src/values/money.ts';
import type { Day } from '../../../src/values/time.ts';

const NASTY = [
  '2026-01-01 open Assets:Mine',
  'a\n2026-01-01 * "x"\n  Assets:A  1 USD\n  Assets:B  -1 USD',
  '\r\n    Assets:Mine  1 USD',
  '"; \\" \\',
  '\\',
  '"""',
  'x  y',
  '(virtual)',
  '[balanced]',
  '; date:2026-99-99, b:c',
  '[2026-99-99=2025-01-01]',
  'A:B:C',
  '* ! = @ @@ 1 USD',
  'include /dev/zero',
  'comment',
  '{1 USD} # tag ^link',
  '日本 Ärger ﬁ ǅ İ ẞ',
  '-',
  '🎉\u200b\u202e\u2028\u0085\u00a0\u3000',
  '\u0000\u001b[31m',
];
const MARKS = Array.from('"\\;:,()[]{}=@*!#^|&\'`~ \t\n\r-_.aZ9é\u0301\u00a0');

/** Text as nobody should write it. */
const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: fc.constantFrom(...MARKS), maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const amounts = fc.oneof(
  fc.constant(0n),
  fc.bigInt({ min: -2_000_000n, max: 2_000_000n }),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
);

const rows = fc.record({
  day: fc
    .integer({ min: 1, max: 61 })
    .map((day) => (day > 30 ? `2026-12-${String(day - 30).padStart(2, '0')}` : `2026-11-${String(day).padStart(2, '0')}`)),
  currency: fc.constantFrom('EUR', 'INR', 'USD'),
  texts: fc.record({
    sender: hostileText,
    market: hostileText,
    category: fc.constantFrom(...CATEGORIES),
    campaign: hostileText,
    cost_center: hostileText,
  }),
  charged: amounts,
  adjusted: amounts,
});

const GROUP_BY: readonly Grouping[] = ['campaign', 'cost_center', 'market'];

/** Bills of such rows, in the order in which a store gives them. */
export function hostileBooks(size: { readonly maxLength: number; readonly minLength?: number }): fc.Arbitrary<Books> {
  return fc.array(rows, size).map((given) => {
    const sorted = given.toSorted((left, right) => (left.day < right.day ? -1 : left.day > right.day ? 1 : 0));
    const bill: BillReport = {
      rows: sorted.map(({ day, currency, texts, charged, adjusted }) => {
        const counters = { ...NO_COUNTS, charged: toMicros(charged), adjusted: toMicros(adjusted) };
        return { group: { day, ...texts }, counters, figures: figuresOf(currency, charged, adjusted) };
      }),
      totals: ['EUR', 'INR', 'USD'].map((currency) => {
        const own = sorted.filter((row) => row.currency === currency);
        return figuresOf(
          currency,
          own.reduce((sum, { charged }) => sum + charged, 0n),
          own.reduce((sum, { adjusted }) => sum + adjusted, 0n),
        );
      }),
    };
    return { bill, groupBy: GROUP_BY, period: { from: '2026-11-01' as Day, to: '2027-01-01' as Day }, asOf: '2027-01-01T00:00:00Z' };
  });
}

function figuresOf(currency: string, charged: bigint, adjusted: bigint): BillReport['totals'][number] {
  const counts = { units: 0, delivered: 0, failed: 0, billable_units: 0, free_units: 0, reserved: '0.000000' };
  const [asCharged = '', asAdjusted = '', total = ''] = [charged, adjusted, charged + adjusted].map((sum) => formatAmount(toMicros(sum)));
  return { currency, ...counts, charged: asCharged, adjusted: asAdjusted, total };
}
