// tollbell bill-report: what was sent in a period and what it costs. Opens the store read-only.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { bookGroups, type Books } from '../../billing/export/bookings.ts';
import { pendingInAndAround, toPendingItem } from '../../billing/pending.ts';
import { billReport, type BillReport, FIGURES, reportPeriod } from '../../billing/report.ts';
import type { BookFormat } from '../../config.ts';
import { type AppError, fail } from '../../errors.ts';
import { type Discrepancies, type Grouping, GROUPINGS } from '../../ports/store/report.ts';
import { type DayPeriod, formatInstant, type Instant, UTC } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { hintPending, pendingItem, pendingText } from '../pending-view.ts';
import { dayText, helpText, instantText, monthText, orNull, parseOptions } from '../options.ts';
import { type Style, table } from '../render.ts';
import { billFigures } from '../shapes.ts';

const BillReportOptions = z.object({
  month: orNull(monthText),
  from: orNull(dayText),
  to: orNull(dayText),
  asOf: orNull(instantText),
  by: z.pipe(
    z.pipe(
      z._default(z.string(), 'category,market'),
      z.transform((text) => text.split(',').map((part) => part.trim())),
    ),
    z.array(z.enum(GROUPINGS, { error: `groups are ${GROUPINGS.join(', ')}` })).check(z.minLength(1)),
  ),
});

const groups = () => z.object(Object.fromEntries(GROUPINGS.map((grouping) => [grouping, z.optional(z.string())])));

// Built when it is asked for: text does without.
const BillReportDocument = z.lazy(() =>
  z.object({
    from: z.string(),
    to: z.string().check(z.describe('the first day that is not in the report')),
    time_zone: z.string(),
    as_of: z.string(),
    group_by: z.array(z.enum(GROUPINGS)),
    rows: z.array(z.object({ ...groups().shape, ...billFigures().shape })),
    totals: z.array(billFigures()),
    discrepancies: z
      .object({ count: z.int(), message_ids: z.array(z.string()).check(z.describe('of the first ones')) })
      .check(
        z.describe(
          'deliveries whose price the provider told otherwise than our own rules and categories have it, or above what was reserved; its word is what is booked. A told free_entry_point, and regular within the allowance, are none',
        ),
      ),
    pending_discounts: z.array(pendingItem()),
  }),
);

type Document = z.output<typeof BillReportDocument>;

export const defineBillReport: Define = (parent, host) => {
  const command = parent
    .command('bill-report')
    .description(
      'Shows what was sent in a period and what it costs. Without options: this month, by category and market.\n' +
        'Messages stand at list price; what the volume tiers of a whole month take off is told apart until bill-close books it. It goes by the messages of ' +
        'this store: where others send for the same portfolio, the provider counts theirs too and the discount is larger. CSV and journals have ' +
        'no room for it: standard error tells it, and also that of a month of which the period has only a part.\n' +
        'A discrepancy is a delivery that the provider told otherwise than our rules have it: regular where they say free, free_customer_service where they ' +
        'charge, another category, or a cost above what was reserved. A told free_entry_point, and regular within the monthly allowance, are none.\n' +
        'Formats: table, json, ndjson, csv, hledger, beancount. hledger and beancount book what was charged and adjusted, for double-entry programs: one transaction for each day, sender, market, ' +
        'category and currency. Sender, campaign, cost_center and template tag it where --by names them.',
    )
    .option('--month <month>', 'a month in the billing zone: 2026-10')
    .option('--from <day>', 'from this day on')
    .option('--to <day>', 'up to, but not including, this day (default: the end of the month)')
    .option('--as-of <instant>', 'the books as they stood then: the same report for ever (a bare day is its midnight in UTC)')
    .option('--by <groups>', `comma-separated: ${GROUPINGS.join(', ')} (default category,market)`)
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell bill-report --month 2026-10',
          'tollbell bill-report --by campaign,market --format csv',
          'tollbell bill-report --month 2026-10 --by campaign --format hledger > 2026-10.journal',
          'tollbell bill-report --month 2026-10 --as-of 2026-11-05T09:00+01:00',
          'tollbell bill-report --json',
        ],
        output:
          '{"schema":"tollbell.bill-report/1","from","to","time_zone","as_of","group_by":[…],"rows":[…],"totals":[…],"discrepancies":{"count","message_ids":[…]},"pending_discounts":[…]}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => report(app, parseOptions(BillReportOptions, { ...options }))));
  return BillReportDocument;
};

/** The bill. A store that does not exist has an empty one. */
export async function report(app: App, options: z.output<typeof BillReportOptions>): Promise<View<Document>> {
  if (options.month !== null && (options.from !== null || options.to !== null)) {
    throw fail('usage', { message: '--month and --from/--to say the same thing twice.', hint: 'Give one of them.' });
  }
  const store = await app.reader();
  const now = app.clock.now();
  const { asOf } = options;
  if (asOf !== null && asOf > now) throw notYet(asOf, now);
  const at = asOf ?? now;
  const sender = store === null ? null : await currentSender(store, app.config);
  const timeZone = sender?.timeZone ?? UTC;
  const period = reportPeriod(options, { timeZone, at });
  if (period.from >= period.to)
    throw fail('invalid_input', {
      message: `The period from ${period.from} to ${period.to} is empty.`,
      hint: '--to is the first day that is not in it.',
    });
  const senderId = app.config.sender === null ? null : (sender?.id ?? null);
  const isBooked = app.config.format === 'hledger' || app.config.format === 'beancount';
  const groupBy = isBooked ? bookGroups(options.by) : options.by;
  const bill = store === null ? { rows: [], totals: [] } : await billReport(store, { period, senderId, groupBy, asOf });
  const differing = store === null ? NO_DISCREPANCIES : await store.discrepancies({ period, senderId, asOf });
  const pending = await pendingInAndAround(store, { period, senderId, asOf });
  hintPending(app, pending);
  const document: Document = {
    from: period.from,
    to: period.to,
    time_zone: timeZone,
    as_of: formatInstant(at),
    group_by: [...groupBy],
    rows: bill.rows.map(({ group, figures: row }) => ({ ...group, ...row })),
    totals: [...bill.totals],
    discrepancies: { count: differing.count, message_ids: [...differing.messageIds] },
    pending_discounts: pending.whole.map(toPendingItem),
  };
  return {
    command: 'bill-report',
    schema: BillReportDocument,
    document,
    rows: 'rows',
    columns: [...groupBy, ...FIGURES],
    text: async (style) =>
      (await billText(bill, { period, groupBy, asOf }, style)) + pendingText(pending.whole) + discrepancyText(differing),
    books: (format) => booksText(format, { bill, period, groupBy: options.by, asOf: document.as_of }),
  };
}

const NO_DISCREPANCIES: Discrepancies = { count: 0, messageIds: [] };

// Worth a look before the month is closed: either the provider bills what it should not, or we know too little.
function discrepancyText({ count, messageIds: [first] }: Discrepancies): string {
  if (first === undefined) return '';
  const what = count === 1 ? 'Of 1 delivery the provider told' : `Of ${count} deliveries the provider told`;
  return `\n${what} another price than our own view; its word is booked. Why: tollbell bill-explain ${first}`;
}

async function booksText(format: BookFormat, books: Books): Promise<string> {
  return format === 'hledger'
    ? (await import('../../billing/export/hledger.ts')).hledgerJournal(books)
    : (await import('../../billing/export/beancount.ts')).beancountLedger(books);
}

// What will be recorded until then nobody knows, so such a report would not stay the same.
function notYet(asOf: Instant, now: Instant): AppError {
  return fail('invalid_input', {
    message: `as-of: ${formatInstant(asOf)} is later than now, ${formatInstant(now)}.`,
    hint: 'Give an instant that is past; without --as-of the report is of now.',
    details: { option: 'as-of' },
  });
}

type Heading = { readonly period: DayPeriod; readonly groupBy: readonly Grouping[]; readonly asOf?: Instant | null };

/** The bill as a table, with its totals below. */
export async function billText(bill: BillReport, { period, groupBy, asOf = null }: Heading, style: Style): Promise<string> {
  const stood = asOf === null ? '' : `, as the books stood at ${formatInstant(asOf)}`;
  const title = style.strong(`Bill from ${period.from} up to ${period.to}${stood}`);
  if (bill.rows.length === 0) return `${title}\nNothing was sent in this period.`;
  const rows = bill.rows.map(({ group, figures: row }) => [
    ...groupBy.map((key) => (group[key] === '' ? '–' : (group[key] ?? '–'))),
    ...FIGURES.map((key) => String(row[key])),
  ]);
  const totals = bill.totals.map((row) => ['total', ...groupBy.slice(1).map(() => ''), ...FIGURES.map((key) => String(row[key]))]);
  const header = [...groupBy, ...FIGURES];
  const rightAligned = header.map((_, index) => index).filter((index) => index > groupBy.length);
  const overlap = groupBy.includes('tag') ? '\nA message with several tags is in several rows; the totals count it once.' : '';
  return `${title}\n${await table({ header, rows: [...rows, ...totals], rightAligned }, style)}${overlap}`;
}
