// What became of templates at the provider, as commands show it: what changed, and what that did to the queue.

import * as z from 'zod/mini';
import { TEMPLATE_CATEGORIES, TEMPLATE_QUALITIES, TEMPLATE_STATUSES } from '../domain/template.ts';
import type { TakenOver } from '../send/take-over-templates.ts';
import { type Currency, formatAmount, type Micros, plus, ZERO } from '../values/money.ts';
import { printable } from '../values/text.ts';
import type { Style } from './render.ts';
import { moneyText } from './shapes.ts';

const DriftItem = z.object({
  what: z
    .enum(['content', 'time_to_live', 'bid', 'status', 'quality', 'category'])
    .check(z.describe('bid: the maximum price of 1,000 deliveries in the smallest unit of the currency, or none')),
  from: z.string(),
  to: z.string(),
});

/** What a change of the provider's did. */
export const DriftShape = {
  status: z.nullable(z.enum(TEMPLATE_STATUSES)),
  quality: z.nullable(z.enum(TEMPLATE_QUALITIES)),
  category: z.nullable(z.enum(TEMPLATE_CATEGORIES)),
  drift: z.array(DriftItem),
  repriced_messages: z.int().check(z.describe('queued messages whose reservation follows the new category or bid')),
  difference: moneyText.check(z.describe('by how much that raised what is reserved')),
  cancelled_messages: z.array(z.object({ id: z.string(), reason: z.string() })),
} as const;
type DriftFields = z.output<z.ZodMiniObject<typeof DriftShape>>;

/** The fields of a template that was taken over; all empty where it was not. */
export function toDrift(taken: TakenOver | null): DriftFields {
  return {
    status: taken?.status ?? null,
    quality: taken?.quality ?? null,
    category: taken?.category ?? null,
    drift: [...(taken?.drift ?? [])],
    repriced_messages: taken?.repriced.length ?? 0,
    difference: formatAmount(taken?.difference ?? ZERO),
    cancelled_messages: [...(taken?.cancelled ?? [])],
  };
}

/** The sum of the queue's changes, for documents. */
export const EffectShape = {
  currency: z.string(),
  repriced_messages: z.int(),
  difference: moneyText,
  cancelled_messages: z.int(),
} as const;

/** The sum of what the changes did to the queue. */
export function toEffect(taken: readonly TakenOver[], currency: Currency): z.output<z.ZodMiniObject<typeof EffectShape>> {
  return {
    currency,
    repriced_messages: taken.reduce((sum, { repriced }) => sum + repriced.length, 0),
    difference: formatAmount(taken.reduce<Micros>((sum, { difference }) => plus(sum, difference), ZERO)),
    cancelled_messages: taken.reduce((sum, { cancelled }) => sum + cancelled.length, 0),
  };
}

/** One template in a line, and below it what its queued messages became. */
export function driftText(
  word: string,
  taken: TakenOver,
  { style, currency }: { readonly style: Style; readonly currency: Currency },
): string {
  const { name, language, category, status, drift, repriced, difference, cancelled } = taken;
  const now = [category, status].filter((side) => side !== null).join(', ');
  const changes = drift
    .map(({ what, from, to }) => (what === 'content' ? 'other content' : `${what.replaceAll('_', ' ')} ${from} → ${to}`))
    .join(', ');
  const isBad = drift.some(({ what, to }) => what === 'category' || to === 'red' || (what === 'status' && to !== 'approved'));
  const lines = [
    `${word} ${printable(`${name} ${language}`)} (${now})${changes === '' ? '' : `: ${isBad ? style.warn(changes) : changes}`}`,
    ...(repriced.length === 0
      ? []
      : [`  ${style.warn(`${repriced.length} queued messages repriced, ${signed(difference)} ${currency} reserved`)}`]),
    ...(cancelled.length === 0 ? [] : [`  ${style.bad(`${cancelled.length} queued messages cancelled`)}: ${reasonsText(cancelled)}`]),
  ];
  return lines.join('\n');
}

function signed(amount: Micros): string {
  return amount > 0n ? `+${formatAmount(amount)}` : formatAmount(amount);
}

// `3 no_consent, 1 over_budget`.
function reasonsText(cancelled: TakenOver['cancelled']): string {
  const counts = new Map<string, number>();
  for (const { reason } of cancelled) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Array.from(counts, ([reason, count]) => `${count} ${printable(reason)}`).join(', ');
}
