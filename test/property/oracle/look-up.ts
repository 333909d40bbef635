// What the oracle looks up: the day of an instant in a sender's zone, the market of a person, the prices of a day. As slow and plain as the oracle itself.

import { type Billed, PEOPLE, type Person, type PersonName, type Price, PRICES, type SenderName, SENDERS, surcharge } from './history.ts';

export function monthAfter(month: string): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

export function localDay(sender: SenderName, at: number): string {
  const { zone } = SENDERS[sender];
  const known = formats.get(zone);
  const format = known ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formats.set(zone, format);
  const parts = format.formatToParts(at);
  return ['year', 'month', 'day'].map((wanted) => parts.find(({ type }) => type === wanted)?.value).join('-');
}

/** All tiers of the newest card that is not after the day; none where it has no price, whatever an older one has. */
export function pricesOn(currency: string, day: string, category: Billed): readonly Price[] {
  const known = PRICES.filter((price) => price.currency === currency && price.from <= day);
  const newest = known.reduce((latest, { from }) => (from > latest ? from : latest), '');
  return known.filter((price) => price.from === newest && price.category === category);
}

export function marketOn(person: PersonName, day: string): string {
  const { market, moved = null } = PEOPLE[person] as Person;
  return moved !== null && moved.on <= day ? moved.market : market;
}

/** What the n-th message costs. */
export function microsOf(prices: readonly Price[], n: number): bigint {
  const price = prices.find(({ first, last }) => first <= n && n <= last);
  if (price === undefined) throw new Error('every number is in a tier');
  return price.micros;
}

/** What a message costs before any discount; null where the card of the day has no price. */
export function listPrice(
  { sender, person }: { readonly sender: SenderName; readonly person: PersonName },
  category: Billed,
  day: string,
): bigint | null {
  const prices = pricesOn(SENDERS[sender].currency, day, category);
  return prices.length === 0 ? null : microsOf(prices, 1) + surcharge(marketOn(person, day));
}
