// How a comparison with the provider looks: every line to programs, and to people those that differ, with what is likely behind them.

import * as z from 'zod/mini';
import { isDifference, VERDICTS } from '../billing/reconcile.ts';
import { CAUSES } from '../billing/reconcile-causes.ts';
import type { ExplainedLine, Reconciled, Source } from '../billing/reconcile-month.ts';
import type { Sender } from '../domain/sender.ts';
import { formatAmount, type Micros, minus, plus, ZERO } from '../values/money.ts';
import { printable } from '../values/text.ts';
import type { Month } from '../values/time.ts';
import { type Style, table } from './render.ts';
import { moneyText } from './shapes.ts';

const LineItem = z.object({
  line: z.string().check(z.describe('period/market/country/category/type; * stands for all countries of the market')),
  period: z.string().check(z.describe("a day in the sender's zone, or the month")),
  market: z.string(),
  country: z.nullable(z.string()).check(z.describe('null where lines are compared by market')),
  category: z.string(),
  type: z
    .string()
    .check(z.describe('regular, free_customer_service, free_entry_point; volume_discount: of the month in that market and category')),
  verdict: z.enum(VERDICTS),
  ours_units: z.int(),
  theirs_units: z.int(),
  ours: moneyText.check(z.describe('charged and adjusted; of a volume discount also what the closing of the month will book')),
  theirs: z.nullable(moneyText),
  difference: z.nullable(moneyText).check(z.describe('theirs less ours: what --adjust books')),
  accepted: moneyText.check(z.describe('the part of ours that earlier comparisons booked')),
  cause: z.nullable(z.enum(CAUSES)).check(z.describe('the likeliest')),
  causes: z.array(z.object({ code: z.enum(CAUSES), words: z.string() })),
  messages: z.int(),
  message_ids: z
    .array(z.string())
    .check(z.describe('of a line that differs: its deliveries; where they have more, what may have been delivered without a status')),
});

export const ReconcileDocument = z.object({
  sender: z.string(),
  month: z.string(),
  time_zone: z.string(),
  currency: z.string(),
  source: z.object({ kind: z.enum(['provider', 'file']), name: z.string(), digest: z.string() }),
  result: z.enum(['matched', 'differs']),
  counts: z.object({ lines: z.int(), matched: z.int(), accepted: z.int(), differing: z.int() }),
  totals: z.object({
    ours_units: z.int(),
    theirs_units: z.int(),
    ours: moneyText,
    theirs: z.nullable(moneyText),
    difference: z.nullable(moneyText),
  }),
  booked_elsewhere: z
    .int()
    .check(
      z.describe(
        'entries that count for the month here, and in bill-report for the month in which they were booked: late ones, and corrections',
      ),
    ),
  booked: z.array(
    z.object({
      entry: z.int(),
      line: z.string(),
      amount: moneyText,
      booked_on: z.string(),
      corrects: z.nullable(z.string()).check(z.describe('the closed month that it belongs to; null where its own month is open')),
    }),
  ),
  items: z.array(LineItem),
});
export type ReconcileDocument = z.output<typeof ReconcileDocument>;

/** The columns of a line in CSV. */
export const LINE_COLUMNS = [
  'period',
  'market',
  'country',
  'category',
  'type',
  'verdict',
  'ours_units',
  'theirs_units',
  'ours',
  'theirs',
  'difference',
  'accepted',
  'cause',
  'messages',
  'message_ids',
];

type Shown = { readonly sender: Sender; readonly month: Month; readonly source: Source };

/** The comparison as programs read it. */
export function toReconcileDocument({ lines, accepted, elsewhere }: Reconciled, { sender, month, source }: Shown): ReconcileDocument {
  const differing = lines.filter(isDifference).length;
  const matched = lines.filter(({ verdict }) => verdict === 'matched').length;
  return {
    sender: sender.name,
    month,
    time_zone: sender.timeZone,
    currency: sender.currency,
    source: { kind: source.kind, name: source.name, digest: source.digest },
    result: differing === 0 ? 'matched' : 'differs',
    counts: { lines: lines.length, matched, accepted: lines.length - matched - differing, differing },
    totals: totalsOf(lines),
    booked_elsewhere: elsewhere,
    booked: accepted.map(({ sequence, line, amount, bookedOn, late }) => ({
      entry: sequence,
      line,
      amount: formatAmount(amount),
      booked_on: bookedOn,
      corrects: late,
    })),
    items: lines.map(toLineItem),
  };
}

function totalsOf(lines: readonly ExplainedLine[]): ReconcileDocument['totals'] {
  const ours = lines.reduce<Micros>((sum, { amount }) => plus(sum, amount), ZERO);
  const theirs = lines.reduce<Micros | null>(
    (sum, line) => (sum === null || line.theirs.amount === null ? null : plus(sum, line.theirs.amount)),
    ZERO,
  );
  return {
    ours_units: lines.reduce((sum, line) => sum + line.ours.units, 0),
    theirs_units: lines.reduce((sum, line) => sum + line.theirs.units, 0),
    ours: formatAmount(ours),
    theirs: amountText(theirs),
    difference: amountText(theirs === null ? null : minus(theirs, ours)),
  };
}

function toLineItem(line: ExplainedLine): z.output<typeof LineItem> {
  const { name, place, verdict, ours, theirs, amount, difference, accepted, causes, behind } = line;
  return {
    line: name,
    ...place,
    verdict,
    ours_units: ours.units,
    theirs_units: theirs.units,
    ours: formatAmount(amount),
    theirs: amountText(theirs.amount),
    difference: amountText(difference),
    accepted: formatAmount(accepted),
    cause: causes[0]?.code ?? null,
    causes: [...causes],
    messages: behind.length,
    message_ids: [...behind],
  };
}

function amountText(amount: Micros | null): string | null {
  return amount === null ? null : formatAmount(amount);
}

const LINES_MAX = 50;
const IDS_MAX = 5;

/** The comparison for people: what differs, the likely cause and the first messages of each, and the sums. */
export async function reconcileText(document: ReconcileDocument, style: Style): Promise<string> {
  const differing = document.items.filter(isDifference);
  const shown = differing.slice(0, LINES_MAX);
  const rest = differing.length - shown.length;
  return [
    heading(document, style),
    ...(shown.length === 0 ? [] : [await differingTable(shown, style), ...shown.map((item, index) => detailText(item, index + 1))]),
    ...(rest === 0 ? [] : [`… and ${rest} more that differ: --json has all of them.`]),
    ...bookedText(document),
    ...elsewhereText(document),
    sums(document, style),
  ].join('\n');
}

function heading({ month, sender, source, counts }: ReconcileDocument, style: Style): string {
  const { lines, matched, accepted, differing } = counts;
  const parts = [`${matched} matched`, ...(accepted === 0 ? [] : [`${accepted} accepted`]), `${differing} differing`];
  return style.strong(
    printable(`${month} of ${sender} against ${source.name}, ${lines} ${lines === 1 ? 'line' : 'lines'}: ${parts.join(', ')}`),
  );
}

function differingTable(items: readonly z.output<typeof LineItem>[], style: Style): Promise<string> {
  const header = [
    '#',
    'period',
    'country',
    'market',
    'category',
    'type',
    'verdict',
    'our units',
    'their units',
    'ours',
    'theirs',
    'difference',
  ];
  const rows = items.map((item, index) => [
    String(index + 1),
    item.period,
    item.country ?? '',
    item.market,
    item.category,
    item.type,
    item.verdict,
    String(item.ours_units),
    String(item.theirs_units),
    item.ours,
    item.theirs ?? '',
    item.difference ?? '',
  ]);
  return table({ header, rows, rightAligned: [0, 7, 8, 9, 10, 11] }, style);
}

function detailText({ causes, messages, message_ids: ids }: z.output<typeof LineItem>, number: number): string {
  const more = messages > IDS_MAX ? ` … (${messages})` : '';
  const named = messages === 0 ? [] : [`     messages: ${ids.slice(0, IDS_MAX).join(', ')}${more}`];
  return [`${String(number).padStart(3)}  likely: ${causes.map(({ words }) => words).join('; or ')}`, ...named].map(printable).join('\n');
}

function bookedText({ booked, currency }: ReconcileDocument): readonly string[] {
  return booked.map(({ line, amount, booked_on: day, corrects }) =>
    printable(`booked ${amount} ${currency} on ${day} for ${line}${corrects === null ? '' : `, which is of the closed ${corrects}`}`),
  );
}

function elsewhereText({ booked_elsewhere: entries, month }: ReconcileDocument): readonly string[] {
  if (entries === 0) return [];
  const [what, them] = entries === 1 ? ['1 entry of it is', 'it'] : [`${entries} entries of it are`, 'them'];
  return [`${month}: ${what} booked in another month, where bill-report has ${them}.`];
}

function sums({ totals, currency, result }: ReconcileDocument, style: Style): string {
  const { ours, theirs, difference } = totals;
  const line = `ours ${ours} ${currency}, theirs ${theirs ?? 'not told'}, difference ${difference ?? 'not known'}`;
  return result === 'matched' ? style.good(`The books match: ${line}.`) : `${style.bad('The books differ')}: ${line}.`;
}
