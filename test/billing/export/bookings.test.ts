// What is booked, whatever the program: laws of double entry, and that the accounts hold what the bill says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookGroups, toJournal } from '../../../src/billing/export/bookings.ts';
import { formatAmount, toMicros } from '../../../src/values/money.ts';
import { hostileBooks } from './hostile.ts';

const same = (text: string): string => text;

describe('the bookings of a bill', () => {
  it('balance, post nothing of zero, and leave each provider what the bill says', () => {
    fc.assert(
      fc.property(hostileBooks({ maxLength: 20 }), (books) => {
        const { bookings, closings } = toJournal(books, same);
        for (const { postings } of bookings) {
          expect(postings.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
          expect(postings.every(({ amount }) => amount !== 0n)).toBe(true);
        }
        for (const { currency, total } of books.bill.totals) {
          const owed = closings.filter((closing) => closing.currency === currency).reduce((sum, { amount }) => sum - amount, 0n);
          expect(formatAmount(toMicros(owed))).toBe(total);
        }
      }),
    );
  });

  it('close a month at its end, or where the period ends before', () => {
    const [books] = fc.sample(hostileBooks({ minLength: 40, maxLength: 40 }), { numRuns: 1, seed: 7 });
    if (books === undefined) throw new Error('one was asked for');
    const period = { ...books.period, to: '2026-12-15' as typeof books.period.to };
    const months = toJournal({ ...books, period }, () => 'x').closings.map(({ account, from }) => `${account} ${from}`);
    expect(new Set(months)).toEqual(new Set(['Liabilities:Provider:x:2026-11 2026-12-01', 'Liabilities:Provider:x:2026-12 2026-12-15']));
  });
});

describe('the groups of bookings', () => {
  it('are those of every booking, and what becomes a label', () => {
    expect(bookGroups(['category', 'market'])).toEqual(['day', 'sender', 'market', 'category']);
    expect(bookGroups(['month', 'sender', 'template', 'cost_center', 'campaign'])).toEqual([
      'day',
      'sender',
      'market',
      'category',
      'campaign',
      'cost_center',
      'template',
    ]);
  });

  it('are never tags, which overlap', () => {
    expect(() => bookGroups(['market', 'tag'])).toThrow('booked several times');
  });
});
