// A cell of a price file: what is said of one that cannot be taken, and the texts that all layouts share. Every refusal names its row and column.

import { type AppError, fail } from '../errors.ts';
import { type Micros, parseAmount } from '../values/money.ts';
import { shorten } from '../values/text.ts';

/** Where a cell is and what it says. `row` counts from 1, as a spreadsheet does. */
export type PriceCell = { readonly source: string; readonly row: number; readonly column: string; readonly value: string };

/** What to do about a market that there is not. */
export const MARKET_HINT = "Markets are named as on the provider's rate card, such as Rest of Africa.";

/** Says that a price is not offered, which is never a price of zero. */
export const NOT_OFFERED = 'n/a';

/** What is thrown at a cell that is wrong; nothing is imported then. */
export function refuseCell({ source, row, column, value }: PriceCell, reason: string): AppError {
  return fail('price_card_invalid', {
    message: `Row ${row}, ${column}: ${reason}.`,
    hint: 'Correct the row; nothing was imported.',
    details: { source, row, column, value: shorten(value, 80) },
  });
}

/** What is thrown at a market that the map does not have. */
export function refuseMarket({ source, row, column, value }: PriceCell): AppError {
  return fail('unknown_market', {
    message: `Row ${row}, ${column}: no such market.`,
    hint: MARKET_HINT,
    details: { source, row, column, value: shorten(value, 80) },
  });
}

/** The price in a cell. */
export function readPrice(cell: PriceCell): Micros {
  const { value } = cell;
  const rate = parseAmount(value);
  if (rate !== undefined) return rate;
  if (value === '') throw refuseCell(cell, `empty; write ${NOT_OFFERED} where nothing is offered, or leave the row out`);
  if (value.startsWith('-')) throw refuseCell(cell, 'negative');
  if (/^\d+\.\d{7,}$/.test(value)) throw refuseCell(cell, 'more than six decimals');
  throw refuseCell(cell, 'not an amount such as 0.0068');
}
