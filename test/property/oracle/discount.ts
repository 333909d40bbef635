// What the oracle computes of a volume discount: what tiers save, and whose part is how much.

import { type Billed, SENDER_NAMES, type SenderName } from './history.ts';
import { microsOf, pricesOn } from './look-up.ts';

/** What so many messages of one category cost less than at list price. */
export function saving(currency: string, day: string, category: Billed, count: number): bigint {
  const prices = pricesOn(currency, day, category);
  if (prices.length === 0) return 0n; // they cost what was reserved, one by one
  let saved = 0n;
  for (let n = 1; n <= count; n += 1) saved += microsOf(prices, 1) - microsOf(prices, n);
  return saved;
}

/** An amount by the numbers of messages. Whatever cannot be divided goes to the largest rests, a millionth to each; the first of equals. */
export function sharesOf(amount: bigint, group: readonly { readonly sender: SenderName }[]): Readonly<Record<SenderName, bigint>> {
  const shares = { berlin: 0n, 'new-york': 0n, utc: 0n };
  const rests = { ...shares };
  for (const sender of SENDER_NAMES) {
    const part = amount * BigInt(group.filter((copy) => copy.sender === sender).length);
    const all = BigInt(Math.max(group.length, 1));
    shares[sender] = part / all;
    rests[sender] = part % all;
  }
  while (shares.berlin + shares['new-york'] + shares.utc < amount) {
    const most = SENDER_NAMES.reduce((best, sender) => (rests[sender] > rests[best] ? sender : best));
    shares[most] += 1n;
    rests[most] = 0n;
  }
  return shares;
}
