// tollbell price quote: what messages would cost, by recipient, before anything is sent.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { CATEGORIES } from '../../domain/consent.ts';
import { fail } from '../../errors.ts';
import type { Define, View } from '../command.ts';
import { hint } from '../hint.ts';
import { collect, countText, helpText, instantText, languageText, orNull, pairs, parseOptions, phoneText } from '../options.ts';
import { INPUT_FORMATS } from '../../send/records.ts';
import { ESTIMATE_COLUMNS, estimateShape, estimateText } from '../estimate-view.ts';
import { basisNote, type Quote, QuoteItem, QuoteTotal, quotePrices } from '../quote-prices.ts';
import { type Style, table } from '../render.ts';
import { listOf } from '../shapes.ts';

const PriceQuoteOptions = z.object({
  what: z.string(),
  to: z._default(z.array(phoneText), []),
  from: orNull(z.string()),
  input: orNull(z.enum(INPUT_FORMATS, { error: 'csv or ndjson' })),
  map: pairs,
  units: z._default(countText(1_000_000_000), 1),
  at: orNull(instantText),
  language: orNull(languageText),
});

const PriceQuoteDocument = z.object({
  sender: z.string(),
  template: z.nullable(z.string()),
  category: z.enum(CATEGORIES),
  day: z.string().check(z.describe("the day of the price, in the sender's zone")),
  ...listOf(QuoteItem).shape,
  totals: z.array(QuoteTotal),
  ...estimateShape(),
});

export const definePriceQuote: Define = (parent, host) => {
  const command = parent
    .command('quote')
    .description(
      'Shows what messages would cost at the list rate of the day, and estimates what they come to by market and category. Nothing is sent or reserved.\n' +
        'expected: by the card of the day, from the volume tier that the month has reached. min: by the cheapest card that comes into force within 30 days.\n' +
        'max: what would be reserved, at the dearest. What is free in an open window is known to send --dry-run only.\n' +
        'Of a template with a maximum price: max and total are by that, min is nothing, expected the list rate where that is less.\n' +
        'Of --to, each recipient is a line at list rate; of several messages the estimate stands below them (with --format csv on standard error).',
    )
    .argument('<template|category>', `a template of the sender, or ${CATEGORIES.join(', ')}`)
    .option('--to <phone>', 'a recipient; several times', collect)
    .option('--from <file>', 'a CSV or NDJSON file with a column to, in its place; - for standard input')
    .option('--input <format>', 'csv or ndjson (default: by name and content)')
    .option('--map <column=to>', 'rename a column of the file', collect)
    .option('--units <count>', 'so many messages to each (default 1)')
    .option('--at <instant>', 'the price at this time (default now)')
    .option('--language <code>', 'the language of the template, where its category depends on it')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell price quote utility --to +4915112345678',
          'tollbell price quote order_shipped --to +4915112345678 --to +5511987654321 --units 1000 --json',
          'tollbell price quote summer_sale --from customers.csv --map mobile=to',
        ],
        output:
          '{"schema":"tollbell.price-quote/1","sender","template","category","day","items":[{"to","market","category","currency","rate","bid_cap","units","total",' +
          '"effective_from","basis","month_units","tier_from","tier_rate","reason"}],"totals":[{"currency","units","total"}],' +
          '"estimate":[{"market","category","currency","units","bid_cap","min","expected","max"}],"estimate_totals":[…],"next":null}',
        exits: [0, 2, 4, 8],
      }),
    )
    .action((what: string, options: object) =>
      host.run(command, (app) => quote(app, parseOptions(PriceQuoteOptions, { what, ...options }))),
    );
  return PriceQuoteDocument;
};

/** The quotes; of a file, the estimate alone. Exit code 4 when one of them has no price; the others are shown all the same. */
export async function quote(app: App, options: z.output<typeof PriceQuoteOptions>): Promise<View<z.output<typeof PriceQuoteDocument>>> {
  const { from, input, map } = options;
  if ((options.to.length === 0) === (from === null)) {
    throw fail('invalid_input', {
      message: 'to: at least one is needed, or --from with a file of them, and not both.',
      hint: 'Write --to with a number, or --from with a file.',
      details: { option: 'to' },
    });
  }
  const file = from === null ? null : { path: from, format: input, rename: map };
  const { items, totals, estimate, estimate_totals, ...facts } = await quotePrices(app, { ...options, file });
  const unpriced = estimate.find(({ max }) => max === null);
  if (unpriced !== undefined)
    hint(app, `No ${unpriced.currency} price is known for ${unpriced.category} in ${unpriced.market} on ${facts.day}.`);
  if (file === null) hintEstimate(app, { items, totals, estimate, estimate_totals });
  return {
    command: 'price-quote',
    schema: PriceQuoteDocument,
    document: { ...facts, items, totals, estimate, estimate_totals, next: null },
    rows: file === null ? 'items' : 'estimate',
    columns: file === null ? Object.keys(QuoteItem.shape) : ESTIMATE_COLUMNS,
    exitCode: unpriced === undefined ? 0 : 4,
    text: (style) =>
      file === null ? quoteText({ items, totals, estimate, estimate_totals }, style) : estimateText({ estimate, estimate_totals }, style),
  };
}

// A single message is its own line: what its month has reached stands below it.
function isEstimated(items: Quote['items']): boolean {
  return items.length > 1 || items.some(({ units }) => units > 1);
}

type Shown = Pick<Quote, 'items' | 'totals' | 'estimate' | 'estimate_totals'>;

async function quoteText({ items, totals, ...estimated }: Shown, style: Style): Promise<string> {
  const rows = items.map((item) => [
    item.to,
    item.market,
    item.category,
    item.bid_cap === null ? (item.rate ?? 'no price') : `up to ${item.bid_cap}`,
    String(item.units),
    item.total ?? '',
    item.currency,
    item.effective_from ?? '',
  ]);
  const header = ['TO', 'MARKET', 'CATEGORY', 'RATE', 'UNITS', 'TOTAL', 'CURRENCY', 'CARD FROM'];
  const sums = items.length < 2 ? [] : totals.map(({ units, total, currency }) => `total ${total} ${currency} for ${units} messages`);
  const notes = items.flatMap((item) => {
    const note = basisNote(item);
    return note === null ? [] : [`${item.market}, ${item.category}: ${note}`];
  });
  const estimate = isEstimated(items) ? [`${style.strong('Estimate')}\n${await estimateText(estimated, style)}`] : [];
  return [await table({ header, rows, rightAligned: [3, 4, 5] }, style), ...sums, ...[...new Set(notes)].map(style.dim), ...estimate].join(
    '\n',
  );
}

// The lines of CSV are the recipients, and what they come to together is none of them.
function hintEstimate(app: App, { items, estimate_totals: totals }: Shown): void {
  if (app.config.format !== 'csv' || !isEstimated(items)) return;
  for (const { currency, units, min, expected, max } of totals)
    hint(app, `Estimate for ${units} messages: min ${min}, expected ${expected}, max ${max} ${currency}; --json has it by market.`);
}
