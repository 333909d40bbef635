// What hands, disks and bugs may do to the books of a store: amounts, the places where they stand, and messages.

import { CANCELLED, type Corruption, of, QUEUED, READ } from './corruption.ts';
import { MONEY_CORRUPTIONS } from './money-corruptions.ts';

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
    damage: `UPDATE message SET category = iif(category = 'marketing', 'utility', 'marketing') WHERE id = ${QUEUED}`,
    checks: ['buckets', 'templates'],
    says: 'Its category is not the one of its template.',
  },
];

/** By what they damage; people and files are in the other file. */
export const BOOK_CORRUPTIONS: readonly Corruption[] = [...MONEY_CORRUPTIONS, ...PLACES, ...MESSAGES];
