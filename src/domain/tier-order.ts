// The tiers of a market and category follow one another: no gap, no overlap, none behind one that has no end, and none that costs more than the one before.

import { type AppError, fail } from '../errors.ts';
import type { Rate } from './price-book.ts';

/** A rate, and the row of the file that it is from. */
export type ReadRate = { readonly row: number; readonly rate: Rate };

/** The rates, in the order of the file. Throws `price_card_invalid` at the first one that does not follow. */
export function orderedTiers(read: readonly ReadRate[], source: string): readonly Rate[] {
  const before = new Map<string, Rate>();
  for (const tier of [...read].sort((left, right) => left.rate.tierFrom - right.rate.tierFrom)) {
    const key = `${tier.rate.market}\n${tier.rate.category}`;
    const complaint = misplacement(tier.rate, before.get(key));
    if (complaint !== null) throw refuse(tier, complaint, source);
    before.set(key, tier.rate);
  }
  return read.map(({ rate }) => rate);
}

type Complaint = { readonly column: 'tier_from' | 'rate'; readonly reason: string };

function misplacement({ tierFrom, rate }: Rate, before: Rate | undefined): Complaint | null {
  if (before?.tierTo === 'max' || before?.tierTo === 'unknown') return { column: 'tier_from', reason: 'the tier before it has no end' };
  const start = before === undefined ? 0 : before.tierTo + 1;
  if (tierFrom !== start) return { column: 'tier_from', reason: `this tier must begin at ${start}` };
  // The discount of a month would otherwise be a surcharge, which no reservation had room for.
  return before !== undefined && rate > before.rate ? { column: 'rate', reason: 'it costs more than the tier before it' } : null;
}

function refuse({ row, rate }: ReadRate, { column, reason }: Complaint, source: string): AppError {
  return fail('price_card_invalid', {
    message: `Row ${row}, ${column}: ${reason}.`,
    hint: 'The tiers of a market and category follow one another, both ends are included, and their rates never rise.',
    details: { source, row, column, value: column === 'rate' ? null : String(rate.tierFrom) },
  });
}
