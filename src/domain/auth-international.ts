// The international rate of authentication: from when a business pays it, and where. The provider decides that by account; its countries are those for which its
// card has such a rate, which is the price book's to say.

import { type Day, formatInstant, type Instant, parseSeconds } from '../values/time.ts';
import { type Market, type MarketMap, marketOf } from './market.ts';

/** From when authentication costs the international rate. */
export type InternationalStart = {
  /** In every listed country but those that have a start of their own; null: in those alone. */
  readonly from: Instant | null;
  /** ISO 3166-1, two capitals; the earliest first. */
  readonly countries: readonly { readonly country: string; readonly from: Instant }[];
};

/** The same, and who says so: `toldAt` is when the provider did, in its time, and null where a person does. */
export type AuthInternational = InternationalStart & { readonly toldAt: Instant | null };

/** From when messages to a market cost the international rate; null where they do not. The day is that of the market map. */
export type InternationalFrom = (market: Market, day: Day) => Instant | null;

const NOWHERE: InternationalFrom = () => null;

/** Looks starts up by market: every market that has an international rate is one country. */
export function startsByMarket(start: InternationalStart | null, markets: MarketMap): InternationalFrom {
  if (start === null) return NOWHERE;
  const { from, countries } = start;
  if (countries.length === 0) return () => from;
  return (market, day) => countries.find(({ country }) => marketOf(markets, country, day) === market)?.from ?? from;
}

const COUNTRIES_MAX = 300;

/**
 * Reads the provider's `auth_international_rate_eligibility`. Undefined where it tells no start, and for all of it where a part cannot be read: what is charged is
 * not guessed.
 */
export function parseAuthInternational(value: unknown): InternationalStart | undefined {
  if (!isObject(value)) return undefined;
  const { start_time: start, exception_countries: exceptions } = value;
  const from = isMissing(start) ? null : parseSeconds(start);
  const listed: unknown = exceptions ?? [];
  if (from === undefined || !Array.isArray(listed) || listed.length > COUNTRIES_MAX) return undefined;
  const countries = (listed as readonly unknown[]).map(countryOf).filter((country) => country !== undefined);
  if (countries.length < listed.length || (from === null && countries.length === 0)) return undefined;
  return { from, countries: countries.sort((left, right) => left.from - right.from || (left.country < right.country ? -1 : 1)) };
}

function countryOf(value: unknown): InternationalStart['countries'][number] | undefined {
  if (!isObject(value)) return undefined;
  const { country_code: country, start_time: start } = value;
  const from = parseSeconds(start);
  return from === undefined || typeof country !== 'string' || !/^[A-Z]{2}$/.test(country) ? undefined : { country, from };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** True where both begin at the same instants in the same countries, whoever says so. */
export function startsAlike(left: InternationalStart | null, right: InternationalStart | null): boolean {
  if (left === null || right === null) return left === right;
  return left.from === right.from && countriesText(left) === countriesText(right);
}

/** The start in words: `from 2026-12-01T00:00:00Z, in IN from 2027-01-01T00:00:00Z`. */
export function startText(start: InternationalStart | null): string {
  if (start === null) return 'nowhere';
  const own = countriesText(start);
  if (start.from === null) return own;
  return `from ${formatInstant(start.from)}${own === '' ? '' : `, ${own}`}`;
}

function countriesText({ countries }: InternationalStart): string {
  return countries.map(({ country, from }) => `in ${country} from ${formatInstant(from)}`).join(', ');
}
