// tollbell price builtin: brings the price cards that come with this version into the store.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { builtinPriceCards } from '../../catalog/price-cards.ts';
import type { Define, View } from '../command.ts';
import { flag, helpText, parseOptions } from '../options.ts';
import { PutCardItem, putCards } from '../price-cards.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

const PriceBuiltinOptions = z.object({ replace: flag });

const PriceBuiltinDocument = listOf(PutCardItem);

export const definePriceBuiltin: Define = (parent, host) => {
  const command = parent
    .command('builtin')
    .description('Brings the built-in price cards of all currencies into the store. Your own card of the same currency and day is kept.')
    .option('--replace', 'let the built-in cards take the place of your own')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell price builtin', 'tollbell price builtin --json'],
        output:
          '{"schema":"tollbell.price-builtin/1","items":[{"currency","effective_from","rates","source","digest","result":"added|replaced|unchanged|kept"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => addBuiltinCards(app, parseOptions(PriceBuiltinOptions, { ...options }))));
  return PriceBuiltinDocument;
};

/** All built-in cards are in the store, except where the user's own stand. Running it again changes nothing. */
export async function addBuiltinCards(
  app: App,
  { replace }: z.output<typeof PriceBuiltinOptions>,
): Promise<View<z.output<typeof PriceBuiltinDocument>>> {
  const items = await putCards(app, await app.store(), { cards: builtinPriceCards(), replace, onConflict: 'keep' });
  return {
    command: 'price-builtin',
    schema: PriceBuiltinDocument,
    document: { items, next: null },
    rows: 'items',
    columns: ['currency', 'effective_from', 'rates', 'result', 'source', 'digest'],
    text: (style) => {
      const rows = items.map(({ currency, effective_from: from, rates, result, source }) => [
        currency,
        from,
        String(rates),
        result,
        source,
      ]);
      return table({ header: ['CURRENCY', 'FROM', 'RATES', 'RESULT', 'SOURCE'], rows, rightAligned: [2] }, style);
    },
  };
}
