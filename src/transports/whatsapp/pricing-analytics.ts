// What the provider billed, from its `pricing_analytics`: asked for a day of the sender's zone at a time, in half hours, so that no day of another zone gets in.

import { type BilledLine, parseBilledCategory, parsePricingType } from '../../domain/billed.ts';
import { type AppError, fail } from '../../errors.ts';
import { printable, shorten } from '../../values/text.ts';
import { plus, roundedAmount } from '../../values/money.ts';
import { type Day, dayOf, type Month, monthDays, nextDay, SECOND_MS, startOfDay, type TimeZone, toInstant } from '../../values/time.ts';
import type { Api } from './api.ts';
import { isFields } from './graph-error.ts';

type Document = Readonly<Record<string, unknown>>;
export type AnalyticsHost = { readonly api: Api; readonly wabaId: string; readonly phoneNumberId: string };

const WHAT_MAX = 80;
const DIMENSIONS = 'PRICING_CATEGORY,PRICING_TYPE,COUNTRY,PHONE,TIER';

/** A day has 48 half hours, each with a point for every country, category, type and tier: some hundred kilobytes of a big sender. A month would not fit. */
export async function billed(
  { api, wabaId, phoneNumberId }: AnalyticsHost,
  month: Month,
  timeZone: TimeZone,
): Promise<readonly BilledLine[]> {
  const number = await ownNumber(api, phoneNumberId);
  const lines: BilledLine[] = [];
  const { from, to } = monthDays(month);
  for (let day = from; day < to; day = nextDay(day)) {
    const [start, end] = [secondsOf(day, timeZone), secondsOf(nextDay(day), timeZone)];
    const field = `pricing_analytics.start(${start}).end(${end}).granularity(HALF_HOUR).phone_numbers(["${number}"]).dimensions([${DIMENSIONS}])`;
    const document = await api.demand({ method: 'GET', path: [wabaId], query: { fields: field } });
    lines.push(
      ...summed(
        pointsOf(document)
          .map((point) => toLine(point, timeZone))
          .filter((line) => line.period === day),
      ),
    );
  }
  return lines;
}

// An account may have numbers of other senders. The provider filters by the digits that it shows, not by the id.
async function ownNumber(api: Api, phoneNumberId: string): Promise<string> {
  const node = await api.demand({ method: 'GET', path: [phoneNumberId], query: { fields: 'display_phone_number' } });
  const shown = node['display_phone_number'];
  const digits = typeof shown === 'string' ? shown.replace(/\D/g, '') : '';
  if (digits === '') throw notUnderstood('the number of the sender');
  return digits;
}

function secondsOf(day: Day, timeZone: TimeZone): number {
  return startOfDay(day, timeZone) / SECOND_MS;
}

// Without anything to tell the field itself is left out.
function pointsOf({ pricing_analytics: analytics }: Document): readonly Document[] {
  if (analytics === undefined) return [];
  if (!isFields(analytics) || !Array.isArray(analytics['data'])) throw notUnderstood('pricing_analytics');
  if (isFields(analytics['paging']) && 'next' in analytics['paging']) throw notUnderstood('a list that is not whole');
  return analytics['data'].flatMap((part: unknown) => {
    const points: unknown = isFields(part) ? (part['data_points'] ?? []) : null;
    if (!Array.isArray(points) || !points.every(isFields)) throw notUnderstood('data_points');
    return points;
  });
}

function toLine(point: Document, timeZone: TimeZone): BilledLine {
  const { start, country, pricing_category: category, pricing_type: type, tier, volume, cost } = point;
  const billedCategory = typeof category === 'string' ? parseBilledCategory(category) : undefined;
  const pricingType = typeof type === 'string' ? parsePricingType(type) : undefined;
  if (billedCategory === undefined) throw notUnderstood(`pricing_category ${String(category)}`);
  if (pricingType === undefined) throw notUnderstood(`pricing_type ${String(type)}`);
  if (typeof start !== 'number' || typeof country !== 'string' || !/^[A-Z]{2}$/.test(country))
    throw notUnderstood('a point without its place');
  if (typeof volume !== 'number' || !Number.isSafeInteger(volume) || volume < 0) throw notUnderstood('a volume');
  return {
    period: dayOf(toInstant(start * SECOND_MS), timeZone),
    country,
    market: null,
    category: billedCategory,
    type: pricingType,
    tierFrom: typeof tier === 'string' ? tierStart(tier) : null,
    units: volume,
    amount: costOf(cost),
  };
}

// The text of a float is the shortest that gives the same float again: up to fifteen digits it is what the provider wrote, and beyond them its own noise.
function costOf(cost: unknown): BilledLine['amount'] {
  if (cost === undefined || cost === null) return null;
  const amount = typeof cost === 'number' ? roundedAmount(String(cost)) : undefined;
  if (amount === undefined) throw notUnderstood('a cost');
  return amount;
}

function tierStart(tier: string): number {
  const [, from] = /^(\d{1,15}):(\d{1,15}|MAX)$/.exec(tier) ?? [];
  if (from === undefined) throw notUnderstood(`tier ${tier}`);
  return Number(from);
}

function summed(lines: readonly BilledLine[]): readonly BilledLine[] {
  const sums = new Map<string, BilledLine>();
  for (const line of lines) {
    const key = `${line.country} ${line.category} ${line.type} ${line.tierFrom}`;
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? line : added(sum, line));
  }
  return [...sums.values()];
}

function added(sum: BilledLine, { units, amount }: BilledLine): BilledLine {
  return { ...sum, units: sum.units + units, amount: sum.amount === null || amount === null ? null : plus(sum.amount, amount) };
}

// What is left out or misread would look like a difference in our books.
function notUnderstood(what: string): AppError {
  return fail('provider_unreachable', {
    message: `The provider's figures cannot be read: ${shorten(printable(what), WHAT_MAX)}.`,
    hint: 'Nothing was compared. Try again later, or compare with the invoice file.',
    retryable: true,
  });
}
