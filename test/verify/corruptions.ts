// What hands, disks and bugs may do to a store, and what the audit must say of each: the checks that fail, all of them, and the sentence.

import type { Database } from 'better-sqlite3';

export type Corruption = {
  readonly name: string;
  /** SQL that does the damage, or what does. Triggers are out of the way, foreign keys and checks off. */
  readonly damage: string | ((db: Database, path: string) => void);
  readonly checks: readonly string[];
  readonly says: string;
};

/** The message that was sent first to somebody whose number ends so. */
const of = (ending: string, state: string): string =>
  `(SELECT MIN(m.id) FROM message m JOIN contact c ON c.id = m.contact_id WHERE c.phone LIKE '%${ending}' AND m.state = '${state}')`;

const READ = of('0000', 'read');
const QUEUED = "(SELECT MIN(id) FROM message WHERE state = 'queued')";
const CANCELLED = of('1111', 'cancelled');

const MONEY: readonly Corruption[] = [
  {
    name: 'a charge that is gone',
    damage: `DELETE FROM ledger WHERE kind = 'charge' AND message_id = ${READ}`,
    checks: ['charges', 'holds', 'counters', 'identity'],
    says: 'Delivered, and not charged.',
  },
  {
    name: 'a delivered message that is called failed',
    damage: `UPDATE message SET state = 'failed' WHERE id = ${READ}`,
    checks: ['charges', 'states'],
    says: 'Charged, and not delivered.',
  },
  {
    name: 'a waiting message that is called delivered',
    damage: `UPDATE message SET state = 'delivered' WHERE id = ${QUEUED}`,
    checks: ['charges', 'holds'],
    says: 'It is over, and still holds money.',
  },
  {
    name: 'a hold that grew',
    damage: `UPDATE message SET held = held + 1 WHERE id = ${QUEUED}`,
    checks: ['holds'],
    says: 'What it holds is not what its entries hold.',
  },
  {
    name: 'a hold that was given up by hand',
    damage: `UPDATE message SET held = 0 WHERE id = ${QUEUED}`,
    checks: ['holds'],
    says: 'It waits or is on its way, and does not hold its price.',
  },
  {
    name: 'a price of a message that changed',
    damage: `UPDATE message SET price = 1 WHERE id = ${READ}`,
    checks: ['holds'],
    says: 'Its price is not what was reserved for it.',
  },
  {
    name: 'a reservation that is there twice',
    damage: `INSERT INTO ledger (message_id, attempt, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, books_month, price_id, rule)
      SELECT message_id, 1, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, books_month, price_id, rule
      FROM ledger WHERE kind = 'reservation' AND message_id = ${READ}`,
    checks: ['holds', 'counters', 'budgets'],
    says: 'Not reserved exactly once.',
  },
  {
    name: 'a release of money that was charged',
    damage: `INSERT INTO ledger (message_id, attempt, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, books_month, cause)
      SELECT message_id, 1, 'release', bucket_id, hold_bucket_id, 0, 0, event_at, recorded_at, books_month, 'expired'
      FROM ledger WHERE kind = 'charge' AND message_id = ${READ}`,
    checks: ['holds'],
    says: 'Released after it was charged.',
  },
  {
    name: 'an amount of another unit, with counters to match',
    damage: `UPDATE counter SET charged = charged + 999 * 55000, committed = committed + 999 * 55000
        WHERE bucket_id = (SELECT bucket_id FROM ledger WHERE kind = 'charge' AND message_id = ${READ});
      UPDATE ledger SET posted = posted * 1000 WHERE kind = 'charge' AND message_id = ${READ}`,
    checks: ['prices'],
    says: 'An amount is not its price.',
  },
  {
    name: 'a charge without evidence',
    damage: `UPDATE ledger SET price_id = NULL, rule = NULL WHERE kind = 'charge' AND message_id = ${READ}`,
    checks: ['prices'],
    says: 'An amount has no price, or no rule, that explains it.',
  },
  {
    name: 'evidence that names the price of another market',
    damage: `UPDATE ledger SET price_id = (SELECT p.id FROM price p JOIN price o ON o.id = ledger.price_id
        WHERE p.book_id = o.book_id AND p.category = o.category AND p.tier_end = o.tier_end AND p.market <> o.market LIMIT 1)
      WHERE kind = 'charge' AND message_id = ${READ}`,
    checks: ['prices'],
    says: 'A price is of another market, category or currency.',
  },
  {
    name: 'evidence that names a card of before',
    damage: `UPDATE ledger SET price_id = (SELECT p.id FROM price p JOIN price o ON o.id = ledger.price_id
        WHERE p.book_id <> o.book_id AND p.category = o.category AND p.market = o.market AND p.tier_from = 0)
      WHERE kind = 'charge' AND message_id = ${READ}`,
    checks: ['prices'],
    says: 'A price is of a card that was not in force on the day.',
  },
  {
    name: 'a free delivery that is charged for',
    damage: `UPDATE ledger SET posted = 10 WHERE kind = 'charge' AND rule = 'free'`,
    checks: ['prices', 'counters', 'budgets'],
    says: 'A delivery was free, and was charged for.',
  },
  {
    name: 'a delivery that is free by the word of nobody',
    damage: `UPDATE ledger SET provider_type = NULL, own_rule = NULL, free_units_before = NULL WHERE kind = 'charge' AND rule = 'free'`,
    checks: ['prices'],
    says: 'A delivery is free, and neither the provider nor a rule of ours says so.',
  },
  {
    name: 'a reservation by a rule for deliveries',
    damage: `UPDATE ledger SET own_rule = 5 WHERE kind = 'reservation' AND message_id = ${READ}`,
    checks: ['prices'],
    says: 'It stands on our own rule or differs from it, and is no delivery; or differs from it without a word of the provider.',
  },
  {
    name: "the provider's word on a price that changed",
    damage: `UPDATE message SET pricing = 'free_entry_point/utility/read' WHERE id = ${READ}`,
    checks: ['prices'],
    says: 'It was charged for as something else than the provider said last.',
  },
  {
    name: 'a price card that was edited',
    damage: `UPDATE price SET rate = rate + 1 WHERE id = (SELECT MAX(id) FROM price)`,
    checks: ['prices'],
    says: 'Its rates are not what its digest was made of: they were changed in place.',
  },
  {
    name: 'an adjustment by another amount',
    damage: `UPDATE ledger SET posted = posted + 1 WHERE kind = 'adjustment'`,
    checks: ['prices', 'counters', 'budgets'],
    says: 'What is left of charge and adjustments is not what the last word on the price says.',
  },
  {
    name: 'an adjustment that nobody decided',
    damage: 'DELETE FROM adjustment WHERE sequence = (SELECT MAX(sequence) FROM adjustment)',
    checks: ['prices'],
    says: 'A person adjusted an amount, and who it was and why is not kept.',
  },
  {
    name: 'a decision about an entry that is none',
    damage: `INSERT INTO adjustment VALUES (1, 'ada', 'it was me')`,
    checks: ['prices'],
    says: 'Somebody decided about an entry that is no decision of a person.',
  },
  {
    name: 'a charge that is called a decision',
    damage: `UPDATE ledger SET reference = 'reconcile:1:2' WHERE sequence = (SELECT MAX(sequence) FROM ledger WHERE kind = 'charge')`,
    checks: ['prices'],
    says: 'What only an adjustment says stands with an entry that is none.',
  },
  {
    name: 'half a repricing',
    damage: `DELETE FROM ledger WHERE sequence = (SELECT MIN(sequence) FROM ledger WHERE kind = 'repricing')`,
    checks: ['holds', 'buckets', 'counters', 'budgets', 'identity'],
    says: 'It was priced anew by half: one of the two entries is missing.',
  },
  {
    name: 'a counter that was helped',
    damage: 'UPDATE counter SET delivered = delivered + 1 WHERE bucket_id = 1',
    checks: ['counters'],
    says: 'The counter delivered is not the sum of the entries of its bucket.',
  },
  {
    name: 'a counter that is gone',
    damage: `DELETE FROM counter WHERE bucket_id = (SELECT hold_bucket_id FROM message WHERE id = ${QUEUED})`,
    checks: ['counters', 'budgets'],
    says: 'What it says is used is not what the entries say.',
  },
  {
    name: 'a budget in another currency',
    damage: `UPDATE budget SET currency = 'EUR' WHERE period = 'month'`,
    checks: ['budgets'],
    says: 'Its currency is not the one of its sender.',
  },
  {
    name: 'a warning of what was never used',
    damage: 'UPDATE budget_warning SET used = 1',
    checks: ['budgets'],
    says: 'It warned of a threshold that was not reached.',
  },
  {
    name: 'a warning of a threshold that nobody set',
    damage: 'UPDATE budget_warning SET threshold = threshold - 1',
    checks: ['budgets'],
    says: 'It warned of a threshold that it does not have.',
  },
];

const PLACES: readonly Corruption[] = [
  {
    name: 'a bucket of another day',
    damage: `UPDATE bucket SET day = '2026-10-05' WHERE day = '2026-10-04'`,
    checks: ['buckets', 'closings'],
    says: "It has entries of another day than its own, in the sender's zone.",
  },
  {
    name: 'an entry in the books of another month',
    damage: `UPDATE ledger SET books_month = '2026-12' WHERE message_id = ${READ} AND kind = 'charge'`,
    checks: ['buckets'],
    says: 'It has entries in the books of another month than its own.',
  },
  {
    name: 'a line of a closed month that was changed',
    damage: `UPDATE ledger SET event_at = event_at + 1 WHERE bucket_id IN (SELECT id FROM bucket WHERE day LIKE '2026-10-%')`,
    checks: ['closings'],
    says: 'Its lines are not what its digest was made of.',
  },
  {
    name: 'a line of a closed month that came afterwards',
    damage: `INSERT INTO ledger (attempt, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, books_month, reference)
      SELECT 0, 'adjustment', bucket_id, bucket_id, 0, 0, 1, (SELECT MAX(recorded_at) FROM ledger), NULL, 'tier:2026-10' FROM ledger WHERE bucket_id IN (SELECT id FROM bucket WHERE day LIKE '2026-10-%') LIMIT 1`,
    checks: ['closings'],
    says: 'Its lines are not what its digest was made of.',
  },
  {
    name: 'a closed month whose digest goes over another one',
    damage: `UPDATE closing SET previous = '00'`,
    checks: ['closings'],
    says: 'Its digest does not go over the one before it.',
  },
  {
    name: 'a bucket in another currency',
    damage: `UPDATE bucket SET currency = 'EUR' WHERE category = 'service' AND pricing_type <> 'regular'`,
    checks: ['buckets'],
    says: 'Its currency or account is not the one of its sender.',
  },
  {
    name: 'a message in the bucket of others',
    damage: `UPDATE message SET hold_bucket_id = (SELECT id FROM bucket WHERE category = 'service' LIMIT 1) WHERE id = ${QUEUED}`,
    checks: ['buckets'],
    says: 'Its bucket is of another sender, campaign, category or template.',
  },
  {
    name: 'a charge that counts for another cost centre',
    damage: `UPDATE ledger SET bucket_id = (SELECT b.id FROM bucket b JOIN bucket o ON o.id = ledger.bucket_id
        WHERE b.day = o.day AND b.category = o.category AND b.cost_center <> o.cost_center AND b.template = o.template AND b.pricing_type = o.pricing_type)
      WHERE kind = 'charge' AND message_id = ${READ}`,
    checks: ['buckets', 'counters'],
    says: 'An entry counts for another sender, currency, category, template, campaign or cost centre than it was reserved for.',
  },
];

const MESSAGES: readonly Corruption[] = [
  {
    name: 'a message that was cancelled by hand',
    damage: `UPDATE message SET state = 'cancelled' WHERE id = ${QUEUED}`,
    checks: ['holds', 'states'],
    says: 'It ended without a delivery, and its reservation was never released.',
  },
  {
    name: 'a message that was put back into the queue',
    damage: `UPDATE message SET state = 'queued' WHERE id = ${CANCELLED}`,
    checks: ['holds', 'states'],
    says: 'It is not over, and was charged or released.',
  },
  {
    name: 'a message that ended otherwise than its release says',
    damage: `UPDATE message SET state = 'expired' WHERE id = ${CANCELLED}`,
    checks: ['states'],
    says: 'It was released for another reason than the one that it ended for.',
  },
  {
    name: 'a claim without an owner',
    damage: `UPDATE message SET worker_id = NULL WHERE state = 'sending'`,
    checks: ['states'],
    says: 'It is being sent, and nobody knows by which process or request.',
  },
  {
    name: 'a claim that stayed',
    damage: `UPDATE message SET worker_id = 'me' WHERE id = ${READ}`,
    checks: ['states'],
    says: 'A process holds it, and it is not being sent.',
  },
  {
    name: 'a message that lost its mark of the gate',
    damage: `UPDATE message SET gate_sequence = NULL WHERE id = ${READ}`,
    checks: ['states'],
    says: 'It was sent without the mark of when consent was asked, or has the mark and was not sent.',
  },
  {
    name: 'a waiting message without content',
    damage: `DELETE FROM message_content WHERE message_id = ${QUEUED}`,
    checks: ['states'],
    says: 'It waits, and has nothing to send.',
  },
  {
    name: 'a provider id that two messages have',
    damage: `UPDATE message SET provider_id = (SELECT provider_id FROM message WHERE id = ${READ}) WHERE id = ${of('0001', 'delivered')}`,
    checks: ['identity'],
    says: "Another message has the same id at the provider: one message's statuses count for another.",
  },
  {
    name: 'a key that two messages have, past its index',
    damage: `DROP INDEX message_key; UPDATE message SET key = (SELECT key FROM message WHERE id = ${QUEUED}) WHERE id = ${READ}`,
    checks: ['identity', 'schema'],
    says: 'Another message of the sender has the same key.',
  },
  {
    name: 'a message in another category than its template',
    damage: `UPDATE message SET category = 'marketing' WHERE id = ${QUEUED}`,
    checks: ['buckets', 'templates'],
    says: 'Its category is not the one of its template.',
  },
];

/** By what they damage; people and files are in the other file. */
export const BOOK_CORRUPTIONS: readonly Corruption[] = [...MONEY, ...PLACES, ...MESSAGES];
