// tollbell price quote: what messages would cost, by recipient, before anything is sent.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { CATEGORIES } from '../../domain/consent.ts';
import type { Define, View } from '../command.ts';
import { hint } from '../hint.ts';
import { collect, countText, helpText, instantText, languageText, orNull, parseOptions, phoneText } from '../options.ts';
import { BASIS_NOTES, type Quote, QuoteItem, QuoteTotal, quotePrices } from '../quote-prices.ts';
import { type Style, table } from '../render.ts';
import { listOf } from '../shapes.ts';

const PriceQuoteOptions = z.object({
  what: z.string(),
  to: z.array(phoneText, { error: 'at least one is needed' }).check(z.minLength(1)),
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
  const first = items.find(({ rate }) => rate === null);
  if (first !== undefined) hint(app, `No ${first.currency} price is known for ${first.category} in ${first.market} on ${facts.day}.`);
  return {
    command: 'price-quote',
    schema: PriceQuoteDocument,
    document: { ...facts, items, totals, next: null },
    rows: 'items',
    columns: Object.keys(QuoteItem.shape),
    exitCode: first === undefined ? 0 : 4,
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
  const notes = items.flatMap(({ market, category, basis }) => {
    const note = basis === null ? null : BASIS_NOTES[basis];
    return note === null ? [] : [`${market}, ${category}: ${note}`];
  });
  return [await table({ header, rows, rightAligned: [3, 4, 5] }, style), ...sums, ...[...new Set(notes)].map(style.dim)].join('\n');
}
