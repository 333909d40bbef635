// The audit of messages: each with the entries of its own, its bucket and its template. One pass over the two biggest tables.

import { MESSAGE_STATES } from '../../../domain/message.ts';
import { type Survey, words } from './survey.ts';

const CLOSED = `state IN ('delivered', 'read', 'failed', 'expired', 'cancelled')`;
const DELIVERED = `state IN ('delivered', 'read')`;

// The usual entries by their own index, in the order of the messages; the few corrections, which are in another one, are added up before.
const FACTS = /* sql */ `
  SELECT m.id, m.state, m.attempt, m.price, m.held, m.worker_id, m.gate_sequence, m.category, m.sender_id, m.campaign_id, m.template_id, m.expires_at,
    m.created_at, h.sender_id AS hold_sender, h.category AS hold_category, h.campaign_id AS hold_campaign, h.template AS hold_template,
    t.sender_id AS template_sender, t.name AS template_name, t.category AS template_category, x.message_id AS content,
    ifnull(SUM(l.kind = 'reservation'), 0) AS reservations,
    ifnull(SUM(l.kind = 'charge'), 0) AS charges,
    ifnull(SUM(l.kind = 'release'), 0) AS releases,
    ifnull(SUM(l.held), 0) + ifnull(c.held, 0) AS open,
    ifnull(SUM(iif(l.kind = 'reservation', l.held, 0)), 0) + ifnull(c.repriced, 0) AS reserved,
    MAX(iif(l.kind = 'release', l.sequence, 0)) AS last_release,
    MAX(iif(l.kind = 'charge', l.sequence, 0)) AS last_charge,
    MAX(iif(l.kind = 'release', l.cause, '')) AS cause,
    SUM(l.kind = 'charge' AND c.message_id IS NULL AND (l.rule = 'free') <> (ifnull(m.pricing, 'regular/') NOT LIKE 'regular/%')) AS misheard,
    MAX(l.attempt) AS last_attempt,
    SUM((l.kind <> 'reservation' OR c.message_id IS NULL) AND l.hold_bucket_id <> m.hold_bucket_id) AS strays
  FROM message m
  LEFT JOIN bucket h ON h.id = m.hold_bucket_id
  LEFT JOIN template t ON t.id = m.template_id
  LEFT JOIN message_content x ON x.message_id = m.id
  LEFT JOIN (
    SELECT message_id, SUM(held) AS held, SUM(iif(kind = 'repricing', held, 0)) AS repriced
    FROM ledger
    WHERE kind = 'repricing' OR kind = 'adjustment'
    GROUP BY message_id
  ) c ON c.message_id = m.id
  LEFT JOIN ledger l ON l.message_id = m.id AND (l.kind = 'reservation' OR l.kind = 'charge' OR l.kind = 'release')
  GROUP BY m.id`;

/** Every message: that it was charged when it was delivered and only then, that it holds what it should, and that its state fits its entries. */
export const MESSAGES: Survey = {
  subject: 'message',
  counted: 'SELECT COUNT(*) FROM message',
  facts: FACTS,
  rules: [
    { check: 'charges', wrong: 'Delivered, and not charged.', when: `${DELIVERED} AND charges = 0` },
    { check: 'charges', wrong: 'Charged, and not delivered.', when: `NOT ${DELIVERED} AND charges > 0` },
    {
      check: 'charges',
      wrong: 'Delivered twice, and charged twice: two requests of it arrived.',
      when: 'charges > 1',
      isNote: true,
    },
    {
      check: 'charges',
      wrong:
        'The provider tells of a request that this store never made: is it a restored backup, or does another one use the same number?',
      when: `last_attempt > attempt OR attempt = 0 AND (${DELIVERED} OR state IN ('accepted', 'sent', 'failed'))`,
      isNote: true,
    },
    { check: 'holds', wrong: 'Its price, or what it holds, is less than nothing.', when: 'price < 0 OR held < 0' },
    { check: 'holds', wrong: 'Not reserved exactly once.', when: 'reservations <> 1' },
    { check: 'holds', wrong: 'What it holds is not what its entries hold.', when: 'open <> held' },
    { check: 'holds', wrong: 'It is over, and still holds money.', when: `${CLOSED} AND held <> 0` },
    { check: 'holds', wrong: 'It waits or is on its way, and does not hold its price.', when: `NOT ${CLOSED} AND held <> price` },
    { check: 'holds', wrong: 'Its price is not what was reserved for it.', when: 'reserved <> price' },
    { check: 'holds', wrong: 'Released after it was charged.', when: 'last_release > last_charge AND charges > 0' },
    { check: 'holds', wrong: 'Released more than once.', when: 'releases > 1' },
    { check: 'buckets', wrong: 'An entry was reserved in another bucket than its message.', when: 'strays > 0' },
    {
      check: 'buckets',
      wrong: 'Its bucket is of another sender, campaign, category or template.',
      when: `(hold_sender, hold_campaign, hold_category, hold_template)
        <> (sender_id, ifnull(campaign_id, ''), category, ifnull(template_name, ''))`,
    },
    { check: 'prices', wrong: 'It was charged for as something else than the provider said last.', when: 'misheard > 0' },
    { check: 'states', wrong: 'Its state is none that there is.', when: `state NOT IN ${words(MESSAGE_STATES)}` },
    {
      check: 'states',
      wrong: 'It ended without a delivery, and its reservation was never released.',
      when: `state IN ('failed', 'expired', 'cancelled') AND releases = 0`,
    },
    { check: 'states', wrong: 'It is not over, and was charged or released.', when: `NOT ${CLOSED} AND charges + releases > 0` },
    {
      check: 'states',
      wrong: 'It was released for another reason than the one that it ended for.',
      when: `state = 'failed' AND cause NOT IN ('failed', 'rejected', '') OR state IN ('expired', 'cancelled') AND cause NOT IN (state, '')`,
    },
    {
      check: 'states',
      wrong: 'It is being sent, and nobody knows by which process or request.',
      when: `state = 'sending' AND (worker_id IS NULL OR attempt = 0)`,
    },
    { check: 'states', wrong: 'A process holds it, and it is not being sent.', when: `state <> 'sending' AND worker_id IS NOT NULL` },
    {
      check: 'states',
      wrong: 'It was sent without the mark of when consent was asked, or has the mark and was not sent.',
      when: '(attempt > 0) <> (gate_sequence IS NOT NULL)',
    },
    { check: 'states', wrong: 'It waits, and has nothing to send.', when: `state IN ('queued', 'scheduled') AND content IS NULL` },
    {
      check: 'states',
      wrong: 'Nobody has told of it for longer than it is waited for; the next tollbell dispatch ends it.',
      when: `state IN ('accepted', 'sent', 'unknown') AND expires_at <= @at`,
      isNote: true,
    },
    { check: 'templates', wrong: "Its template is another sender's.", when: 'template_sender <> sender_id' },
    {
      check: 'templates',
      wrong: 'Its category is not the one of its template.',
      when: `template_category <> category AND NOT (template_category = 'authentication' AND category = 'authentication-international')`,
    },
  ],
};
