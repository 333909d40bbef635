// Shapes that many outputs share: money as text, instants as text, the page of a list. JSON Schemas are made from these.

import * as z from 'zod';

/** Decimal text with exactly six decimals. */
export const moneyText = z.string().regex(/^-?\d+\.\d{6}$/).meta({ description: 'decimal text with six decimals, never a float' });

/** ISO 8601 in UTC. */
export const instantTextOut = z.string().meta({ description: 'ISO 8601, UTC' });

/** The document of a list command. */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** The figures of a bill. `charged + adjusted = total`; `reserved` is promised and not yet charged. */
export const billFigures = z.object({
  currency: z.string(),
  units: z.int(),
  delivered: z.int(),
  failed: z.int(),
  billable_units: z.int(),
  free_units: z.int(),
  reserved: moneyText,
  charged: moneyText,
  adjusted: moneyText,
  total: moneyText,
});
