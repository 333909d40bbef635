// The end of a history: the books of the store against what the provider did, what it billed, and what was heard of that; and what clients were told.

import { parseCallbackData } from '../../src/domain/callback-data.ts';
import type { Category } from '../../src/domain/consent.ts';
import type { SentMessage } from '../../src/emulator/world.ts';
import type { MessageId } from '../../src/values/id.ts';
import { dayFor, marketOf, type Outlet, type Period, priceOf, type Shop } from './shop.ts';

type MessageRow = {
  readonly id: MessageId;
  readonly sender_id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempt: bigint;
  readonly retry_of: MessageId | null;
};

type Charge = {
  readonly message_id: MessageId;
  readonly attempt: bigint;
  readonly category: Category;
  readonly market: string;
  readonly hold_market: string;
  readonly net: bigint;
};

const MESSAGES = /* sql */ `SELECT id, sender_id, state, reason, attempt, retry_of FROM message`;

const CHARGES = /* sql */ `
  SELECT l.message_id, l.attempt, b.category, b.market, h.market AS hold_market, l.posted
    + (SELECT ifnull(SUM(posted), 0) FROM ledger a WHERE a.message_id = l.message_id AND a.kind = 'adjustment') AS net
  FROM ledger l
  JOIN bucket b ON b.id = l.bucket_id
  JOIN bucket h ON h.id = l.hold_bucket_id
  WHERE l.kind = 'charge'`;

const RESOLVED = /* sql */ `SELECT DISTINCT message_id AS id FROM resolution`;

type Books = {
  readonly messages: ReadonlyMap<MessageId, MessageRow>;
  readonly charges: ReadonlyMap<string, Charge>;
  readonly resolved: ReadonlySet<MessageId>;
};

/** How many posts the provider took; what is wrong goes to `onFailure`. */
export function compareWithTruth(shop: Shop, period: Period): { readonly posts: number; readonly charges: number } {
  const { machine, outlets, onFailure } = shop;
  const charges = machine.sql(CHARGES) as readonly Charge[];
  const books: Books = {
    messages: new Map((machine.sql(MESSAGES) as readonly MessageRow[]).map((row) => [row.id, row])),
    charges: new Map(charges.map((charge) => [`${charge.message_id} ${charge.attempt}`, charge])),
    resolved: new Set((machine.sql(RESOLVED) as readonly Pick<MessageRow, 'id'>[]).map(({ id }) => id)),
  };
  if (books.charges.size < charges.length) onFailure('an attempt was charged twice');
  const posts = outlets.flatMap((outlet) => [...(outlet.provider?.world.messages.values() ?? [])].map((sent) => ({ outlet, sent })));
  const refs = new Map(posts.map(({ sent }) => [sent, parseCallbackData(sent.callbackData ?? '', shop.digest)]));
  const taken = new Map<string, SentMessage>();
  for (const { outlet, sent } of posts) {
    const ref = refs.get(sent) ?? null;
    if (ref === null) {
      onFailure(`${sent.id} was sent with a name that is not ours`);
      continue;
    }
    if (taken.has(ref.messageId)) onFailure(`${ref.messageId} was sent twice`);
    taken.set(ref.messageId, sent);
    comparePost({ shop, period, books }, { ...ref, outlet, sent });
  }
  checkCharges(shop, books, taken);
  checkIntents(shop, books, taken);
  for (const { id, state } of books.messages.values()) if (state === 'sending') onFailure(`${id} is in flight at the end of all`);
  return { posts: posts.length, charges: charges.length };
}

type Post = { readonly messageId: MessageId; readonly attempt: number; readonly outlet: Outlet; readonly sent: SentMessage };
type Comparison = { readonly shop: Shop; readonly period: Period; readonly books: Books };

// What surely was sent is never held for not sent, unless somebody or the provider said so.
function comparePost(comparison: Comparison, post: Post): void {
  const { shop, books } = comparison;
  const { messageId, attempt, outlet, sent } = post;
  const row = books.messages.get(messageId);
  if (row === undefined) return shop.onFailure(`${messageId} was sent, and the store does not know it`);
  const heard = outlet.provider?.heard.filter((each) => each.messageId === sent.id) ?? [];
  const isDelivered = heard.some(({ status }) => status === 'delivered' || status === 'read');
  const isFailed = sent.events.some(({ status }) => status === 'failed');
  const charge = books.charges.get(`${messageId} ${attempt}`);
  if (isDelivered && charge === undefined) shop.onFailure(`${messageId} ${attempt} was billed and heard of, and is not charged`);
  if (isDelivered && row.state !== 'delivered' && row.state !== 'read') shop.onFailure(`${messageId} was delivered, and is ${row.state}`);
  const isHeldForUnsent = row.state === 'queued' || row.state === 'cancelled' || (row.state === 'failed' && !isFailed);
  if (isHeldForUnsent && !books.resolved.has(messageId)) shop.onFailure(`${messageId} was sent, and is ${row.state} (${row.reason})`);
  if (charge !== undefined) compareAmount(comparison, post, { charge, heard });
}

type Charged = { readonly charge: Charge; readonly heard: readonly { readonly status: string; readonly type: string | null }[] };

// The word that came with the delivery is what was billed; where it was not heard, the program's own rule may differ. Of `delivered` and `read`, and a person who says
// so, the first that is heard of dates the charge: they must be of one day.
function compareAmount({ shop, period, books }: Comparison, { messageId, outlet, sent }: Post, { charge, heard }: Charged): void {
  const arrivals = sent.events.filter(({ status }) => status === 'delivered' || status === 'read');
  const days = new Set(arrivals.map(({ at }) => dayFor(outlet.sender, at)));
  const billed = arrivals.find(({ pricing }) => pricing !== null);
  const [day] = days;
  if (books.resolved.has(messageId)) return;
  if (day === undefined || days.size > 1 || !heard.some(({ status, type }) => status === billed?.status && type !== null)) return;
  const isBilled = billed?.pricing?.['billable'] === true;
  const expected = isBilled ? priceOf(period, { market: charge.market, category: charge.category, day }) : 0n;
  if (charge.net !== expected) shop.onFailure(`${messageId} costs ${charge.net}, and ${expected} was billed on ${day}`);
  // Who moved before it left and once more before it arrived leaves no trace of the number between.
  const market = marketOf(sent.struckable.to);
  if (market !== charge.market && (market === charge.hold_market || charge.market !== charge.hold_market))
    shop.onFailure(`${messageId} is charged in ${charge.market}, and went to ${sent.struckable.to}`);
}

// Nothing is charged that was not billed, unless somebody said that it was delivered.
function checkCharges(
  { outlets, onFailure, digest }: Shop,
  { messages, charges, resolved }: Books,
  taken: ReadonlyMap<string, SentMessage>,
): void {
  const paced = new Set<string>(outlets.flatMap(({ sender, provider }) => (provider === null ? [] : [sender.id])));
  for (const { message_id: id, attempt } of charges.values()) {
    if (!paced.has(messages.get(id)?.sender_id ?? '') || resolved.has(id)) continue;
    const sent = taken.get(id);
    const isBilled = sent?.events.some(({ status }) => status === 'delivered' || status === 'read') === true;
    const isOfAttempt = parseCallbackData(sent?.callbackData ?? '', digest)?.attempt === Number(attempt);
    if (!isBilled || !isOfAttempt) onFailure(`${id} ${attempt} is charged, and was not billed`);
  }
}

// Nothing that was acknowledged is lost, nothing that was wanted once is sent twice, and nothing is sent again unless somebody asked for it.
function checkIntents(
  { acknowledged, intents, resent, onFailure }: Shop,
  { messages }: Books,
  taken: ReadonlyMap<string, SentMessage>,
): void {
  for (const [intent, id] of acknowledged) if (!messages.has(id)) onFailure(`${id} was acknowledged for ${intent}, and is lost`);
  const sentFor = new Map<string, string>();
  for (const { id, retry_of: retryOf } of messages.values()) {
    if (retryOf !== null && !resent.has(retryOf)) onFailure(`${id} sends ${retryOf} again, and nobody asked for it`);
    const intent = intents.get(id);
    if (intent === undefined || !taken.has(id)) continue;
    if (sentFor.has(intent)) onFailure(`${intent} was sent twice: ${sentFor.get(intent)} and ${id}`);
    sentFor.set(intent, id);
  }
}
