// Shapes that many outputs share: money as text, instants as text, the page of a list. JSON Schemas are made from these.

import * as z from 'zod/mini';

/** Decimal text with exactly six decimals. */
export const moneyText = z.string().check(z.regex(/^-?\d+\.\d{6}$/), z.describe('decimal text with six decimals, never a float'));

/** ISO 8601 in UTC. */
export const instantTextOut = z.string().check(z.describe('ISO 8601, UTC'));

/** The document of a list command. */
export function listOf<Item extends z.ZodMiniType>(
  item: Item,
): z.ZodMiniObject<{ items: z.ZodMiniArray<Item>; next: z.ZodMiniNullable<z.ZodMiniString<string>> }> {
  return z.object({ items: z.array(item), next: z.nullable(z.string()) });
}

/** The figures of a bill; built when it is asked for, since a bill as text does without. `charged + adjusted = total`; `reserved` is promised and not yet charged. */
export const billFigures = () =>
  z.object({
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
