// `pricing_analytics`: what was billed, summed up by day and by the dimensions that are asked for.

import { dayOf, type Instant, monthOf, toInstant } from '../values/time.ts';
import { type Answer, type Json, refusal } from './answer.ts';
import type { BillLine } from './bill.ts';
import type { Field } from './fields.ts';
import { zoneOf } from './scenario.ts';
import { secondsOf } from './webhook-body.ts';
import type { World } from './world.ts';

const HALF_HOUR_MS = 1_800_000;
const HOUR_MS = 3_600_000;
const GRANULARITIES = ['HALF_HOUR', 'DAILY', 'MONTHLY'] as const;
type Granularity = (typeof GRANULARITIES)[number];

/** The field that each dimension adds, and the one that a list of arguments filters by. */
const DIMENSIONS = {
  PRICING_CATEGORY: 'pricing_category',
  PRICING_TYPE: 'pricing_type',
  COUNTRY: 'country',
  PHONE: 'phone_number',
  TIER: 'tier',
} as const;
const FILTERS = {
  phone_numbers: 'phone_number',
  country_codes: 'country',
  pricing_types: 'pricing_type',
  pricing_categories: 'pricing_category',
} as const;

/** The sums of a period. Both ends are told in seconds; error 100 where one is missing. */
export function pricingAnalytics(world: World, field: Field): Json | Answer {
  const [start, end] = [Number(field.arguments['start']), Number(field.arguments['end'])];
  const granularity = GRANULARITIES.find((known) => known === (field.arguments['granularity'] ?? 'DAILY'));
  if (!Number.isInteger(start) || !Number.isInteger(end) || start >= end)
    return refusal(100, 'pricing_analytics needs start and end in seconds, start first.');
  if (granularity === undefined) return refusal(100, `granularity must be one of ${GRANULARITIES.join(', ')}.`);
  const dimensions = wordsIn(field.arguments['dimensions']).filter((word): word is keyof typeof DIMENSIONS => word in DIMENSIONS);
  const metrics = wordsIn(field.arguments['metric_types']);
  const sums = new Map<string, { readonly point: Json; volume: number; cost: number }>();
  for (const line of world.bill.lines()) {
    if (line.at < start * 1_000 || line.at >= end * 1_000) continue;
    const full = toPoint(world, line);
    if (!isWanted(field, full)) continue;
    const point = { ...periodOf(world, line.at, granularity), ...pick(full, dimensions) };
    const key = JSON.stringify(point);
    const sum = sums.get(key) ?? { point, volume: 0, cost: 0 };
    sums.set(key, { point, volume: sum.volume + 1, cost: sum.cost + line.cost });
  }
  const points = [...sums.values()].map(({ point, volume, cost }) => ({
    ...point,
    ...(metrics.length === 0 || metrics.includes('VOLUME') ? { volume } : {}),
    ...(metrics.length === 0 || metrics.includes('COST') ? { cost: Number(cost.toFixed(6)) } : {}),
  }));
  return { data: [{ data_points: points }] };
}

function toPoint({ identity }: World, { country, type, category, tier }: BillLine): Json {
  return {
    country,
    phone_number: identity.displayPhoneNumber,
    ...(tier === null ? {} : { tier }),
    pricing_type: type,
    pricing_category: category,
  };
}

function isWanted({ arguments: given }: Field, point: Json): boolean {
  return Object.entries(FILTERS).every(([argument, name]) => {
    const wanted = wordsIn(given[argument]);
    return wanted.length === 0 || wanted.includes(String(point[name]));
  });
}

function pick(point: Json, dimensions: readonly (keyof typeof DIMENSIONS)[]): Json {
  return Object.fromEntries(
    dimensions.flatMap((dimension) => (DIMENSIONS[dimension] in point ? [[DIMENSIONS[dimension], point[DIMENSIONS[dimension]]]] : [])),
  );
}

function periodOf(world: World, at: Instant, granularity: Granularity): { readonly start: number; readonly end: number } {
  if (granularity === 'HALF_HOUR') {
    const start = Math.floor(at / HALF_HOUR_MS) * HALF_HOUR_MS;
    return { start: start / 1_000, end: (start + HALF_HOUR_MS) / 1_000 };
  }
  const nameOf = (instant: Instant): string => {
    const day = dayOf(instant, zoneOf(world.scenario));
    return granularity === 'DAILY' ? day : monthOf(day);
  };
  return { start: secondsOf(edge(at, -1, nameOf)), end: secondsOf(edge(at, 1, nameOf)) };
}

// Days and months begin at midnight of the account's zone, and every zone's midnight is at a half hour or a quarter of UTC: walk there.
function edge(at: Instant, direction: -1 | 1, nameOf: (instant: Instant) => string): Instant {
  const quarter = HOUR_MS / 4;
  const name = nameOf(at);
  let place = Math.floor(at / quarter) * quarter;
  for (const step of [24 * HOUR_MS, HOUR_MS, quarter]) {
    while (nameOf(toInstant(place + direction * step)) === name) place += direction * step;
  }
  return toInstant(direction === 1 ? place + quarter : place);
}

/** The words of `[]`, `[A,B]` or `["A","B"]`. */
function wordsIn(list: string | undefined): readonly string[] {
  return (list ?? '').split(/[\s,[\]"']+/).filter((word) => word !== '');
}
