// Following a template on SQLite: what is queued under versions of the same content in another category, or with another bid, is priced anew, or cancelled.

import { bidCap, pricedAlike } from '../../domain/bid.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Template } from '../../domain/template.ts';
import { assert } from '../../errors.ts';
import { type Outcome, toOutcome } from '../../domain/outcome.ts';
import type { DecideSettlements, Settlement } from '../../ports/store/settle.ts';
import type { DecideRepricings, RepricingDecision, RepricingFacts, TemplateChanged } from '../../ports/store/templates.ts';
import { BATCH_MAX, slices } from '../../values/batch.ts';
import type { CampaignId, ContactId, MessageId, TemplateId } from '../../values/id.ts';
import { type Micros, minus, plus, toMicros, ZERO } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import { type Day, type Instant, toInstant } from '../../values/time.ts';
import { type TemplateRow, toTemplate } from '../rows.ts';
import type { Book } from './book.ts';
import type { BudgetWarnings } from './budget-warnings.ts';
import type { BudgetStore } from './budgets.ts';
import type { ClosingReader } from './closings.ts';
import type { Sqlite } from './database.ts';
import { flagsOf } from './flags.ts';
import type { PriceStore } from './prices.ts';
import type { SenderStore } from './senders.ts';
import type { Settler } from './settle.ts';
import { contentOf } from './templates.ts';

export type RepriceRules = { readonly settle: DecideSettlements; readonly reprice: DecideRepricings };
type Followed = Pick<TemplateChanged, 'repriced' | 'difference'> & {
  /** Of those that could not follow. */
  readonly settled: readonly Settlement[];
};

export type Repricer = {
  /** Lets what is queued follow the version that is in force now. Call it inside `write`. */
  readonly follow: (version: Template, at: Instant, rules: RepriceRules) => Followed;
};

type RepricerParts = {
  readonly sqlite: Sqlite;
  readonly book: Book;
  readonly budgets: BudgetStore;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
  readonly settler: Settler;
  readonly warnings: BudgetWarnings;
  readonly closings: ClosingReader;
};

const VERSIONS = /* sql */ `
  SELECT id, sender_id, name, language, category, status, parameter_format, parameters, components, ttl_seconds, bid_amount, content_hash, added_at,
    provider_id, quality
  FROM template
  WHERE sender_id = ? AND name = ? AND language = ? AND (category <> ? OR bid_amount IS NOT ?)`;

// Whatever waits is in one index; what is on its way keeps what it was sent as. A budget is asked for each campaign, and for the day of the reservation.
const QUEUED = /* sql */ `
  SELECT m.id, m.campaign_id, b.day
  FROM message m INDEXED BY message_waiting
  CROSS JOIN bucket b ON b.id = m.hold_bucket_id
  WHERE (m.state = 'queued' OR m.state = 'scheduled')
    AND m.template_id IN (SELECT value FROM json_each(?)) AND NOT (m.category = 'authentication-international' AND ? = 'authentication')
  ORDER BY m.campaign_id, b.day, m.id`;

const FACTS = /* sql */ `
  SELECT m.attempt, m.contact_id, c.phone, c.user_id, m.not_before, m.held, m.max_price, m.hold_bucket_id
  FROM message m
  JOIN contact c ON c.id = m.contact_id
  WHERE m.id = ?`;

const FOLLOW = /* sql */ `
  UPDATE message SET template_id = ?, category = ?, price = ?, held = ?, hold_bucket_id = ?, changed_at = ?
  WHERE id = ?`;

type QueuedRow = readonly [MessageId, CampaignId | null, Day];
type FactsRow = readonly [bigint, ContactId, Phone | null, string | null, bigint, bigint, bigint | null, bigint];

/** The repricer of one connection. */
export function createRepricer(parts: RepricerParts): Repricer {
  const { sqlite, budgets, senders, settler, warnings, closings } = parts;
  return {
    follow: (version, at, rules) => {
      const closedThrough = closings.closedThrough(version.senderId);
      let followed: Followed = { repriced: [], difference: ZERO, settled: [] };
      for (const group of queuedUnder(sqlite, version)) {
        const uses = () => budgets.uses(senders.byId(version.senderId), group.day, group.campaignId);
        const facts = group.ids.map((id) => factsOf(parts, id, { version, closedThrough, at }));
        const { repriced, difference, cancellations } = write(parts, version, facts, rules.reprice(facts, uses()));
        // At once: what a refused message gives back is there for the next group.
        const settled = settler.apply(cancellations, at, rules.settle);
        warnings.record(uses(), at);
        followed = {
          repriced: [...followed.repriced, ...repriced],
          difference: plus(followed.difference, difference),
          settled: [...followed.settled, ...settled],
        };
      }
      return followed;
    },
  };
}

type Group = { readonly campaignId: CampaignId | null; readonly day: Day; readonly ids: readonly MessageId[] };

// What is queued under the same content at another price, in groups that share their budgets.
function queuedUnder(sqlite: Sqlite, version: Template): readonly Group[] {
  const { senderId, name, language, category, bidAmount } = version;
  const others = (sqlite.prepare(VERSIONS).all(senderId, name, language, category, bidAmount) as TemplateRow[]).map(toTemplate);
  const isLeft = (other: Template): boolean => !pricedAlike(other, version) && contentOf(other) === contentOf(version);
  const same: readonly TemplateId[] = others.filter(isLeft).map(({ id }) => id);
  if (same.length === 0) return [];
  const groups = new Map<string, QueuedRow[]>();
  for (const row of sqlite.prepare(QUEUED).raw().all(JSON.stringify(same), category) as QueuedRow[]) {
    const key = `${row[1] ?? ''} ${row[2]}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return Array.from(groups.values(), toGroups).flat();
}

function toGroups(rows: readonly QueuedRow[]): readonly Group[] {
  return slices(rows, BATCH_MAX).flatMap((slice): readonly Group[] => {
    const [first] = slice;
    return first === undefined ? [] : [{ campaignId: first[1], day: first[2], ids: slice.map(([id]) => id) }];
  });
}

type Following = { readonly version: Template } & Pick<RepricingFacts, 'closedThrough' | 'at'>;

function factsOf(
  { sqlite, book, prices, senders }: RepricerParts,
  messageId: MessageId,
  { version, closedThrough, at }: Following,
): RepricingFacts {
  const row = sqlite.prepareExact(FACTS).raw().get(messageId) as FactsRow | undefined;
  assert(row !== undefined, 'a queued message is there');
  const [attempt, contactId, phone, userId, notBefore, held, maxPrice, holdBucketId] = row;
  const sender = senders.byId(version.senderId);
  return {
    at,
    sender,
    messageId,
    attempt: Number(attempt),
    category: version.category,
    flags: flagsOf(sqlite, contactId, version.senderId),
    phone,
    userId,
    dueAt: toInstant(Math.max(at, Number(notBefore))),
    held: toMicros(held),
    maxPrice: maxPrice === null ? null : toMicros(maxPrice),
    holdBucket: book.bucket(Number(holdBucketId)),
    closedThrough,
    prices: prices.book(),
    cap: bidCap(version, sender.currency),
  };
}

type Written = { readonly repriced: readonly MessageId[]; readonly difference: Micros; readonly cancellations: readonly Outcome[] };

function write(
  { sqlite, book }: RepricerParts,
  version: Template,
  facts: readonly RepricingFacts[],
  decisions: readonly RepricingDecision[],
): Written {
  const update = sqlite.prepare(FOLLOW);
  const entries: LedgerEntry[] = [];
  const repriced: MessageId[] = [];
  const cancellations: Outcome[] = [];
  let difference = ZERO;
  for (const [index, { messageId, at, held }] of facts.entries()) {
    const decision = decisions[index];
    assert(decision !== undefined, 'one decision for each message');
    if (decision.kind === 'refused') {
      cancellations.push(toOutcome({ messageId, kind: 'cancelled', at, error: { code: decision.reason, title: '' } }));
      continue;
    }
    const { bucket, price } = decision;
    update.run(version.id, bucket.category, price, price, book.bucketId(bucket), at, messageId);
    for (const entry of decision.entries) entries.push(entry);
    repriced.push(messageId);
    difference = plus(difference, minus(price, held));
  }
  book.post(entries);
  return { repriced, difference, cancellations };
}
