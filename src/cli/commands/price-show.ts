// tollbell price show: the rates in force on a day. Its CSV has the columns of a price card, so that it can be edited and imported again.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { marketMap } from '../../catalog/markets.ts';
import { CATEGORIES } from '../../domain/consent.ts';
import type { Rate } from '../../domain/price-book.ts';
import { PRICE_CARD_COLUMNS } from '../../domain/price-card.ts';
import { MARKET_HINT } from '../../domain/price-cell.ts';
import { formatAmount } from '../../values/money.ts';
import { printable } from '../../values/text.ts';
import { dayOf } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currencyText, dayText, helpText, orNull, parsedText, parseOptions } from '../options.ts';
import { cardInForce, pricedSender, RateItem, tierText, toRateItem } from '../price-cards.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

const marketText = parsedText(
  (text) => (marketMap().markets.has(text) ? text : undefined),
  (text) => ({ message: `no such market: ${text}`, code: 'unknown_market', hint: MARKET_HINT }),
);

const PriceShowOptions = z.object({
  currency: orNull(currencyText),
  day: orNull(dayText),
  market: z.optional(marketText),
  category: z.optional(z.enum(CATEGORIES, { error: `one of ${CATEGORIES.join(', ')}` })),
});

const PriceShowDocument = z.object({
  currency: z.string(),
  day: z.string(),
  source: z.nullable(z.string()),
  ...listOf(RateItem).shape,
});

export const definePriceShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description('Shows the rates of one delivered message that are in force. A rate that is missing is not known, and never zero.')
    .argument('[currency]', "such as EUR (default: the sender's)")
    .option('--day <day>', "in force on this day (default: today in the sender's zone)")
    .option('--market <name>', 'only this market, such as Germany')
    .option('--category <category>', `only ${CATEGORIES.join(', ')}`)
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell price show',
          'tollbell price show EUR --day 2026-10-01 --market Germany',
          'tollbell price show USD --format csv > card.csv',
        ],
        output:
          '{"schema":"tollbell.price-show/1","currency","day","source","items":[{"market","category","currency","effective_from","tier_from","tier_to","rate"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((currency: string | undefined, options: object) =>
      host.run(command, (app) => showRates(app, parseOptions(PriceShowOptions, { currency, ...options }))),
    );
  return PriceShowDocument;
};

/** The rates of the newest card that is not after the day; none where there is no such card, or no store. */
export async function showRates(app: App, options: z.output<typeof PriceShowOptions>): Promise<View<z.output<typeof PriceShowDocument>>> {
  const store = await app.reader();
  const sender = await pricedSender(store, app.config);
  const currency = options.currency ?? sender.currency;
  const day = options.day ?? dayOf(app.clock.now(), sender.timeZone);
  const stored = cardInForce(store === null ? [] : await store.listPriceCards({ currency }), day);
  const rates = (stored?.card.rates ?? []).filter(
    ({ market, category }) => (options.market ?? market) === market && (options.category ?? category) === category,
  );
  const items = stored === undefined ? [] : rates.map((rate) => toRateItem(rate, stored.card));
  return {
    command: 'price-show',
    schema: PriceShowDocument,
    document: { currency, day, source: stored?.source ?? null, items, next: null },
    rows: 'items',
    columns: PRICE_CARD_COLUMNS,
    text: async (style) => {
      if (stored === undefined) return `No ${currency} rates on ${day}: bring a card with tollbell price builtin or price import.`;
      if (rates.length === 0) return `No such rates in the ${currency} card from ${stored.card.effectiveFrom}.`;
      const rows = rates.map((rate) => [rate.market, rate.category, tierText(rate, isLast(rate, rates)), formatAmount(rate.rate)]);
      const title = `${currency} from ${stored.card.effectiveFrom} (${printable(stored.source)})`;
      return `${title}\n${await table({ header: ['MARKET', 'CATEGORY', 'MESSAGES A MONTH', 'RATE'], rows, rightAligned: [3] }, style)}`;
    },
  };
}

function isLast({ market, category, tierFrom }: Rate, rates: readonly Rate[]): boolean {
  return !rates.some((other) => other.market === market && other.category === category && other.tierFrom > tierFrom);
}
