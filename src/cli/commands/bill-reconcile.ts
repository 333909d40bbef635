// tollbell bill-reconcile: our books against what the provider says it billed, or against its invoice, line by line.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { INVOICE_COLUMNS, readInvoice } from '../../billing/invoice.ts';
import { reconcileMonth, type Source } from '../../billing/reconcile-month.ts';
import { marketMap } from '../../catalog/markets.ts';
import type { Sender } from '../../domain/sender.ts';
import { type EXIT_CODES, fail } from '../../errors.ts';
import type { Acceptance } from '../../ports/store/reconcile.ts';
import { formatAmount, plus, ZERO } from '../../values/money.ts';
import { safeJson, titleOf } from '../../values/text.ts';
import { type Month, monthDays, startOfDay } from '../../values/time.ts';
import { sheetRows } from '../../send/sheet-rows.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { filledText, flag, helpText, monthText, orNull, parseOptions } from '../options.ts';
import { askYes } from '../prompt.ts';
import { LINE_COLUMNS, ReconcileDocument, reconcileText, toReconcileDocument } from '../reconcile-view.ts';

const BillReconcileOptions = z.object({
  file: orNull(z.string()),
  provider: flag,
  month: monthText,
  number: orNull(z.string().check(z.regex(/^\d{5,15}$/, 'not the digits of a number'))),
  adjust: flag,
  by: z._default(filledText().check(z.maxLength(128, 'at most 128 characters')), 'operator'),
});
type Options = z.output<typeof BillReconcileOptions>;

const BOOKS_DIFFER = 7 satisfies keyof typeof EXIT_CODES;

const DIGEST_LENGTH = 16;

export const defineBillReconcile: Define = (parent, host) => {
  const command = parent
    .command('bill-reconcile')
    .description(
      "Compares a month of a sender's books with what the provider says it billed (--provider), or with its invoice (CSV or XLSX), line by line: by day, country,\n" +
        'category and type, as fine as both sides are. Each line that differs has its likely cause and the ids of the messages behind it. Amounts of the\n' +
        'provider are read from their digits to the nearest millionth, a half away from zero; volume discounts are lines of their own.\n' +
        'Late deliveries and corrections count for the month of their delivery; bill-report has them in the month in which they were booked.\n' +
        `Columns of the file, in any order; others are passed over: ${INVOICE_COLUMNS}. Without type its rows are taken to be charged ones. Rows are counted as an editor shows them: the header is row 1.`,
    )
    .argument('[file]', 'the invoice as CSV or XLSX, or - for standard input')
    .option('--provider', "the provider's own figures (pricing_analytics) of the sender's number")
    .requiredOption('--month <month>', "a month in the sender's billing zone: 2026-10")
    .option('--number <digits>', 'of the file, the rows of this number only')
    .option('--adjust', 'book what differs in money, a line for each that names its source')
    .option('--by <name>', 'who accepts the differences (default "operator")')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell bill-reconcile --provider --month 2026-10',
          'tollbell bill-reconcile invoice-2026-10.csv --month 2026-10 --sender shop --format csv',
          'tollbell bill-reconcile --provider --month 2026-10 --adjust --by ada -y --json',
        ],
        output:
          '{"schema":"tollbell.bill-reconcile/1","sender","month","time_zone","currency","source":{…},"result","counts":{…},"totals":{…},"booked_elsewhere","booked":[…],"items":[{"line","verdict","ours","theirs","difference","causes":[…],"message_ids":[…],…}]}',
        exits: [0, 2, 5, 7, 8, 9, 10, 130],
      }),
    )
    .action((file: string | undefined, options: object) =>
      host.run(command, (app) =>
        billReconcile(app, parseOptions(BillReconcileOptions, { ...(file === undefined ? {} : { file }), ...options })),
      ),
    );
  return ReconcileDocument;
};

/**
 * The comparison; exit 7 where a line differs. Throws `usage`, `invalid_input`, `file_invalid`, what the provider's office throws, and with --adjust `input_required` without a
 * terminal and without --yes.
 */
export async function billReconcile(app: App, options: Options): Promise<View<z.output<typeof ReconcileDocument>>> {
  const { file, provider, month, number } = options;
  if ((file === null) !== provider) throw oneSource();
  if (provider && number !== null)
    throw fail('usage', {
      message: '--number chooses rows of a file.',
      hint: "Leave it out: --provider is asked for the sender's own number.",
    });
  const store = options.adjust ? await app.store() : (await app.asking()).store;
  const sender = await currentSender(store, app.config);
  if (startOfDay(monthDays(month).from, sender.timeZone) > app.clock.now())
    throw fail('invalid_input', { message: `month: ${month} has not begun.`, hint: 'Give one that has.', details: { option: 'month' } });
  const source = file === null ? await fromProvider(app, sender, month) : await fromFile(app, sender, { ...options, file });
  const confirm = async (wanted: readonly Acceptance[]): Promise<void> => {
    if (!app.config.yes) await askYes(app, question(wanted, sender, month));
  };
  const adjust = options.adjust ? { at: app.clock.now(), by: options.by, confirm } : null;
  const reconciled = await reconcileMonth(store, { sender, month, source, adjust });
  const document = toReconcileDocument(reconciled, { sender, month, source });
  return {
    command: 'bill-reconcile',
    schema: ReconcileDocument,
    document,
    rows: 'items',
    columns: LINE_COLUMNS,
    text: (style) => reconcileText(document, style),
    exitCode: document.result === 'matched' ? 0 : BOOKS_DIFFER,
  };
}

function question(wanted: readonly Acceptance[], { name, currency }: Sender, month: Month): string {
  const sum = wanted.reduce((total, { amount }) => plus(total, amount), ZERO);
  const count = wanted.length === 1 ? 'one difference' : `${wanted.length} differences`;
  return `Book ${count}, ${formatAmount(sum)} ${currency} in all, for ${month} of ${name}?`;
}

async function fromProvider(app: App, sender: Sender, month: Month): Promise<Source> {
  const office = await app.provider(sender);
  if (office === null)
    throw fail('invalid_input', {
      message: `The sender ${sender.name} is a sandbox, which bills nothing.`,
      hint: 'Name another one with --sender, or compare with a file.',
      details: { option: 'provider' },
    });
  const lines = await office.billed(month, sender.timeZone);
  return { kind: 'provider', name: 'the provider', digest: digestOf(app, lines), lines, tells: { types: true, tiers: true } };
}

async function fromFile(app: App, { currency }: Sender, { file, month, number }: Options & { readonly file: string }): Promise<Source> {
  const title = titleOf(file);
  const rows = await sheetRows(app.io.read(file), file);
  const invoice = readInvoice(rows, { title, month, currency, number, markets: marketMap().markets });
  return { kind: 'file', name: title, digest: digestOf(app, invoice.lines), ...invoice };
}

// Of what the source says, whatever the order in which it says it.
function digestOf({ digest }: App, lines: Source['lines']): string {
  const texts = lines.map((line) => safeJson({ ...line, amount: line.amount === null ? null : formatAmount(line.amount) }));
  return digest(texts.toSorted().join('\n')).slice(0, DIGEST_LENGTH);
}

function oneSource(): Error {
  return fail('usage', {
    message: 'The books are compared with a file or with --provider.',
    hint: 'Give one of the two: tollbell bill-reconcile --provider --month 2026-10.',
  });
}
