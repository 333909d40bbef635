// tollbell price import: adds price cards from a CSV file. A file with a mistake or a conflict adds none of them.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { marketMap } from '../../catalog/markets.ts';
import { PRICE_CARD_COLUMNS, parsePriceCards } from '../../domain/price-card.ts';
import { fail } from '../../errors.ts';
import type { Io } from '../../ports/host.ts';
import { splitRows } from '../../send/csv-rows.ts';
import { readLineBlocks } from '../../send/line-blocks.ts';
import { titleOf } from '../../values/text.ts';
import type { Define, View } from '../command.ts';
import { flag, helpText, orNull, parseOptions } from '../options.ts';
import { PutCardItem, putCards } from '../price-cards.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

// The provider's card of one currency has some 250 rows; this is room for every currency of ten years.
const ROWS_MAX = 200_000;

const PriceImportOptions = z.object({
  file: z.string(),
  source: orNull(z.string().check(z.minLength(1, 'empty'))),
  replace: flag,
});

const PriceImportDocument = listOf(PutCardItem);

export const definePriceImport: Define = (parent, host) => {
  const command = parent
    .command('import')
    .description(`Adds price cards, one for each currency and day in the file. Columns: ${PRICE_CARD_COLUMNS.join(', ')}.`)
    .argument('<file>', 'a CSV file, or - for standard input')
    .option('--replace', 'correct a card of the same currency and day')
    .option('--source <text>', "where the figures come from (default: the file's name)")
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell price import rates-2027-01.csv --source "provider\'s rates file of 2026-12-01"',
          'tollbell price show USD --format csv | tollbell price import - --replace',
        ],
        output:
          '{"schema":"tollbell.price-import/1","items":[{"currency","effective_from","rates","source","digest","result":"added|replaced|unchanged"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((file: string, options: object) =>
      host.run(command, (app) => importCards(app, parseOptions(PriceImportOptions, { file, ...options }))),
    );
  return PriceImportDocument;
};

/** The cards of the file are in the store. Throws `price_card_invalid`, `unknown_market` or `price_card_conflict`; nothing is written then. */
export async function importCards(
  app: App,
  { file, source, replace }: z.output<typeof PriceImportOptions>,
): Promise<View<z.output<typeof PriceImportDocument>>> {
  const records = await readRecords(app.io, file);
  const cards = parsePriceCards(records, { source: file, markets: marketMap().markets });
  const words = source ?? `imported from ${file === '-' ? 'standard input' : file}`;
  const items = await putCards(app, await app.store(), {
    cards: cards.map((card) => ({ card, source: words })),
    replace,
    onConflict: 'fail',
  });
  return {
    command: 'price-import',
    schema: PriceImportDocument,
    document: { items, next: null },
    rows: 'items',
    columns: ['currency', 'effective_from', 'rates', 'result', 'source', 'digest'],
    text: (style) => {
      const rows = items.map(({ currency, effective_from: from, rates, result }) => [currency, from, String(rates), result]);
      return table({ header: ['CURRENCY', 'FROM', 'RATES', 'RESULT'], rows, rightAligned: [2] }, style);
    },
  };
}

// Blank lines stay in: the row numbers of errors are those that an editor shows. At the end they mean nothing.
async function readRecords({ read }: Pick<Io, 'read'>, file: string): Promise<readonly (readonly string[])[]> {
  const title = titleOf(file);
  const records: string[][] = [];
  for await (const rows of splitRows(readLineBlocks(read(file), title), title)) {
    records.push(...rows);
    if (records.length > ROWS_MAX) throw tooLong(title);
  }
  return records.slice(0, records.findLastIndex((cells) => cells.join('').trim() !== '') + 1);
}

function tooLong(title: string): Error {
  return fail('file_invalid', {
    message: `${title} has more than ${ROWS_MAX} rows.`,
    hint: 'Import a file for each year.',
    details: { path: title },
  });
}
