// tollbell price quote: what messages would cost, by recipient, before anything is sent.

import * as z from 'zod';
import type { App } from '../../app.ts';
import { CATEGORIES } from '../../domain/consent.ts';
import type { Define, View } from '../command.ts';
import { collect, helpText, instantText, parseOptions, phoneText } from '../options.ts';
import { BASIS_NOTES, type Quote, QuoteItem, QuoteTotal, quotePrices } from '../quote-prices.ts';
import { type Style, table } from '../render.ts';
import { listOf } from '../shapes.ts';

const PriceQuoteOptions = z.object({
  what: z.string(),
  to: z.array(phoneText, { error: 'at least one is needed' }).min(1),
  units: z.coerce
    .number({ error: 'not a number' })
    .int('not a whole number')
    .min(1, 'at least 1')
    .max(1_000_000_000, 'at most 1000000000')
    .default(1),
  at: instantText.nullable().default(null),
  language: z.string().nullable().default(null),
});

const PriceQuoteDocument = listOf(QuoteItem).extend({
  sender: z.string(),
  template: z.string().nullable(),
  category: z.enum(CATEGORIES),
  day: z.string().meta({ description: "the day of the price, in the sender's zone" }),
  totals: z.array(QuoteTotal),
});

export const definePriceQuote: Define = (parent, host) => {
  const command = parent
    .command('quote')
    .description('Shows what messages would cost at the list rate of the day. Nothing is sent or reserved.')
    .argument('<template|category>', `a template of the sender, or ${CATEGORIES.join(', ')}`)
    .option('--to <phone>', 'a recipient; several times', collect)
    .option('--units <count>', 'so many messages to each (default 1)')
    .option('--at <instant>', 'the price at this time (default now)')
    .option('--language <code>', 'the language of the template, where its category depends on it')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell price quote utility --to +4915112345678',
          'tollbell price quote order_shipped --to +4915112345678 --to +5511987654321 --units 1000 --json',
        ],
        output:
          '{"schema":"tollbell.price-quote/1","sender","template","category","day","items":[{"to","market","category","currency","rate","units","total",' +
          '"effective_from","basis","reason"}],"totals":[{"currency","units","total"}],"next":null}',
        exits: [0, 2, 4, 8],
      }),
    )
    .action((what: string, options: object) =>
      host.run(command, (app) => quote(app, parseOptions(PriceQuoteOptions, { what, ...options }))),
    );
  return PriceQuoteDocument;
};

/** The quotes. Exit code 4 when one of them has no price; the others are shown all the same. */
export async function quote(app: App, options: z.output<typeof PriceQuoteOptions>): Promise<View<z.output<typeof PriceQuoteDocument>>> {
  const { items, totals, ...facts } = await quotePrices(app, options);
  return {
    command: 'price-quote',
    schema: PriceQuoteDocument,
    document: { ...facts, items, totals, next: null },
    rows: 'items',
    columns: Object.keys(QuoteItem.shape),
    exitCode: items.some(({ rate }) => rate === null) ? 4 : 0,
    text: (style) => quoteText({ items, totals }, style),
  };
}

async function quoteText({ items, totals }: Pick<Quote, 'items' | 'totals'>, style: Style): Promise<string> {
  const rows = items.map((item) => [
    item.to,
    item.market,
    item.category,
    item.rate ?? 'no price',
    String(item.units),
    item.total ?? '',
    item.currency,
    item.effective_from ?? '',
  ]);
  const header = ['TO', 'MARKET', 'CATEGORY', 'RATE', 'UNITS', 'TOTAL', 'CURRENCY', 'CARD FROM'];
  const sums = items.length < 2 ? [] : totals.map(({ units, total, currency }) => `total ${total} ${currency} for ${units} messages`);
  const notes = [...new Set(items.flatMap(({ basis }) => (basis === null || BASIS_NOTES[basis] === null ? [] : [BASIS_NOTES[basis]])))];
  return [await table({ header, rows, rightAligned: [3, 4, 5] }, style), ...sums, ...notes.map((note) => style.dim(note ?? ''))].join('\n');
}
