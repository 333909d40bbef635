// tollbell price list: the price cards in the store.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { formatInstant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { addPageOptions, currencyText, helpText, orNull, pageOptions, parseOptions } from '../options.ts';
import { toPage } from '../page.ts';
import { PriceCardItem, toPriceCardItem } from '../price-cards.ts';
import { table } from '../render.ts';
import { instantTextOut, listOf } from '../shapes.ts';

const PriceListOptions = z.object({ currency: orNull(currencyText), ...pageOptions() });

const Item = z.extend(PriceCardItem, { added_at: instantTextOut });
const PriceListDocument = listOf(Item);

export const definePriceList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description('Lists the price cards in the store, oldest first. Of each currency the newest one that is not after the day is in force.')
    .option('--currency <code>', 'only this one, such as EUR')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell price list', 'tollbell price list --currency EUR --json'],
        output:
          '{"schema":"tollbell.price-list/1","items":[{"currency","effective_from","rates","source","digest","added_at"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listCards(app, parseOptions(PriceListOptions, { ...options }))));
  return PriceListDocument;
};

/** The cards in force or to come; a corrected card is gone from the list. Empty where there is no store. */
export async function listCards(
  app: App,
  { currency, ...page }: z.output<typeof PriceListOptions>,
): Promise<View<z.output<typeof PriceListDocument>>> {
  const store = await app.reader();
  const all = store === null ? [] : await store.listPriceCards({ currency });
  const { items, next } = toPage(all, page, ({ card }) => `${card.currency}/${card.effectiveFrom}`);
  return {
    command: 'price-list',
    schema: PriceListDocument,
    document: { items: items.map((stored) => ({ ...toPriceCardItem(stored), added_at: formatInstant(stored.addedAt) })), next },
    rows: 'items',
    columns: Object.keys(Item.shape),
    text: (style) => {
      const rows = items.map(({ card, source }) => [card.currency, card.effectiveFrom, String(card.rates.length), source]);
      return items.length === 0
        ? 'No price cards.'
        : table({ header: ['CURRENCY', 'FROM', 'RATES', 'SOURCE'], rows, rightAligned: [2] }, style);
    },
  };
}
