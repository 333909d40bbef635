// Quiet hours as commands show and name them.

import * as z from 'zod/mini';
import { zonedCountries } from '../catalog/time-zones.ts';
import { QUIET_CATEGORIES, type QuietRule } from '../domain/quiet-hours.ts';
import { formatInstant } from '../values/time.ts';
import { orNull, parsedText } from './options.ts';
import { instantTextOut } from './shapes.ts';

/** The JSON of quiet hours. */
export const QuietItem = z.object({
  category: z.enum(QUIET_CATEGORIES),
  country: z.nullable(z.string()).check(z.describe('null: every country that has none of its own')),
  mode: z.enum(['quiet', 'allowed']).check(z.describe('quiet: nothing is sent in these hours; allowed: only in these')),
  hours: z.string(),
  set_at: instantTextOut,
});

/** The columns of `QuietItem` in CSV. */
export const QUIET_COLUMNS = Object.keys(QuietItem.shape);

/** The fields of quiet hours. */
export function toQuietItem({ category, country, areAllowed, hours, setAt }: QuietRule): z.output<typeof QuietItem> {
  return { category, country, mode: areAllowed ? 'allowed' : 'quiet', hours, set_at: formatInstant(setAt) };
}

/** Which quiet hours are meant: those of a category, in a country or (null) in all others. */
export const quietScope = () => ({
  category: z._default(z.enum(QUIET_CATEGORIES, { error: `one of ${QUIET_CATEGORIES.join(', ')}; nothing else is held` }), 'marketing'),
  country: orNull(
    parsedText(
      (text) => zonedCountries().find((country) => country === text.toUpperCase()),
      (text) => ({ message: `not a country: ${text}`, hint: 'Write its two letters, such as FR.' }),
    ),
  ),
});

/** The same in words. */
export function quietScopeText({ category, country }: Pick<QuietRule, 'category' | 'country'>): string {
  return `${category} in ${country ?? 'every country that has none of its own'}`;
}
