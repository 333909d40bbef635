// tollbell price import: adds price cards from a file, ours or the provider's. A file with a mistake or a conflict adds none of them.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { marketMap } from '../../catalog/markets.ts';
import { PRICE_CARD_COLUMNS } from '../../domain/price-card.ts';
import { PRICE_LAYOUTS, parsePriceFile } from '../../domain/price-file.ts';
import { sheetRows } from '../../send/sheet-rows.ts';
import { CardLosses, cardLosses, lossesText } from '../card-losses.ts';
import type { Define, View } from '../command.ts';
import { cardsOfFile } from '../import-prices.ts';
import { dayText, flag, helpText, orNull, parseOptions } from '../options.ts';
import { PutCardItem, putCards } from '../price-cards.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

const PriceImportOptions = z.object({
  file: z.string(),
  source: orNull(z.string().check(z.minLength(1, 'empty'))),
  effectiveFrom: orNull(dayText),
  replace: flag,
  dryRun: flag,
});

const PriceImportDocument = z.object({
  dry_run: z.boolean(),
  layout: z.enum(PRICE_LAYOUTS).check(z.describe("cards: our own columns; rates and tiers: the provider's two files")),
  ...listOf(z.extend(PutCardItem, CardLosses.shape)).shape,
});

export const definePriceImport: Define = (parent, host) => {
  const command = parent
    .command('import')
    .description(
      `Adds price cards from a file, CSV or XLSX. It has the columns ${PRICE_CARD_COLUMNS.join(', ')}, or is one of the provider's two files of a currency, as they are: ` +
        'the rates file, and then the volume-tier file, which adds tiers to the card of that day and must begin with its list prices. A card takes nothing over ' +
        'from the one before it: markets, prices and tiers that only that one has are named.\n' +
        'A tier whose end the file does not tell stays at list price above it, and says so. Discounts go by the messages of this store: where others send for the ' +
        'same portfolio, the provider counts theirs too.',
    )
    .argument('<file>', 'a CSV or XLSX file, or - for standard input')
    .option('--effective-from <day>', "the first day of the provider's prices, which its files do not name")
    .option('--replace', 'correct a card of the same currency and day, or tiers that it has')
    .option('--source <text>', "where the figures come from (default: the file's name)")
    .option('--dry-run', 'check the file and tell what would change; nothing is written')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell price import rates-2027-01.csv --source "provider\'s rates file of 2026-12-01"',
          'tollbell price import usd-rates.xlsx --effective-from 2027-01-01',
          'tollbell price import usd-volume-tiers.csv --effective-from 2027-01-01 --dry-run',
          'tollbell price show USD --format csv | tollbell price import - --replace',
        ],
        output:
          '{"schema":"tollbell.price-import/1","dry_run","layout":"cards|rates|tiers","items":[{"currency","effective_from","rates","source","digest","tiered",' +
          '"result":"added|replaced|unchanged","before","missing_markets":[…],"missing_prices","lost_tiers"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((file: string, options: object) =>
      host.run(command, (app) => importCards(app, parseOptions(PriceImportOptions, { file, ...options }))),
    );
  return PriceImportDocument;
};

/**
 * The cards of the file are in the store. Throws `price_card_invalid`, `unknown_market`, `price_card_conflict`, or `file_invalid`; nothing is written then.
 */
export async function importCards(
  app: App,
  { file, source, effectiveFrom, replace, dryRun }: z.output<typeof PriceImportOptions>,
): Promise<View<z.output<typeof PriceImportDocument>>> {
  const records = await sheetRows(app.io.read(file), file);
  const prices = parsePriceFile(records, { source: file, markets: marketMap().markets, effectiveFrom });
  const words = source ?? `imported from ${file === '-' ? 'standard input' : file}`;
  const store = dryRun ? (await app.asking()).store : await app.store();
  const cards = await cardsOfFile(store, prices, { source: file, words });
  const stored = (await store.listPriceCards({ currency: null })).map(({ card }) => card);
  const put = await putCards(app, store, { cards, replace, onConflict: 'fail', dryRun });
  const all = [...stored, ...cards.map(({ card }) => card)];
  const items = put.map((item) => ({ ...item, ...cardLosses(item, all) }));
  return {
    command: 'price-import',
    schema: PriceImportDocument,
    document: { dry_run: dryRun, layout: prices.layout, items, next: null },
    rows: 'items',
    columns: ['currency', 'effective_from', 'rates', 'tiered', 'result', 'source', 'digest'],
    text: async (style) => {
      const rows = items.map((item) => [item.currency, item.effective_from, String(item.rates), String(item.tiered), item.result]);
      const shown = await table({ header: ['CURRENCY', 'FROM', 'RATES', 'TIERED', 'RESULT'], rows, rightAligned: [2, 3] }, style);
      const lost = items.flatMap(lossesText).map(style.warn);
      return [shown, ...lost, ...(dryRun ? ['This is what would become of the cards; nothing was written.'] : [])].join('\n');
    },
  };
}
