// The audit of messages: each by itself with its bucket, template and content; and each with the entries of its own.

import { MESSAGE_STATES } from '../../../domain/message.ts';
import { CURRENCIES, type Currency, smallestUnit } from '../../../values/money.ts';
import { oneOf, type Survey } from './survey.ts';

const CLOSED = oneOf('state', ['delivered', 'read', 'failed', 'expired', 'cancelled']);
const DELIVERED = oneOf('state', ['delivered', 'read']);

// Of the currencies that the provider bills in, in micros.
const SMALLEST_UNIT = `CASE currency ${CURRENCIES.map((code) => `WHEN '${code}' THEN ${smallestUnit(code as Currency)}`).join(' ')} END`;

const FACTS = /* sql */ `
  SELECT m.id, m.state, m.attempt, m.price, m.held, m.worker_id, m.gate_sequence, m.category, m.sender_id, m.campaign_id, m.expires_at,
    h.sender_id AS hold_sender, h.currency, h.category AS hold_category, h.campaign_id AS hold_campaign, h.template AS hold_template,
    t.sender_id AS template_sender, t.name AS template_name, t.category AS template_category, t.bid_amount
  FROM message m
  LEFT JOIN bucket h ON h.id = m.hold_bucket_id
  LEFT JOIN template t ON t.id = m.template_id`;

/** Every message by itself: that its state is possible, and that it stands in the bucket and the template that are its own. */
export const MESSAGES: Survey = {
  subject: 'message',
  counted: 'SELECT COUNT(*) FROM message',
  facts: FACTS,
  rules: [
    { check: 'holds', wrong: 'Its price, or what it holds, is less than nothing.', when: 'price < 0 OR held < 0' },
    {
      check: 'holds',
      wrong: 'Its price is not the most that the bid of its template lets it cost.',
      when: `bid_amount IS NOT NULL AND template_category = 'marketing' AND price * 1000 <> bid_amount * ${SMALLEST_UNIT}`,
    },
    { check: 'holds', wrong: 'It is over, and still holds money.', when: `held <> 0 AND ${CLOSED}` },
    { check: 'holds', wrong: 'It waits or is on its way, and does not hold its price.', when: `held <> price AND NOT ${CLOSED}` },
    {
      check: 'buckets',
      wrong: 'Its bucket is of another sender, campaign, category or template.',
      when: `hold_sender <> sender_id OR hold_campaign <> ifnull(campaign_id, '') OR hold_category <> category
        OR hold_template <> ifnull(template_name, '')`,
    },
    { check: 'states', wrong: 'Its state is none that there is.', when: `NOT ${oneOf('state', MESSAGE_STATES)}` },
    {
      check: 'states',
      wrong: 'It is being sent, and nobody knows by which process or request.',
      when: `state = 'sending' AND (worker_id IS NULL OR attempt = 0)`,
    },
    { check: 'states', wrong: 'A process holds it, and it is not being sent.', when: `worker_id IS NOT NULL AND state <> 'sending'` },
    {
      check: 'states',
      wrong: 'It was sent without the mark of when consent was asked, or has the mark and was not sent.',
      when: '(attempt > 0) <> (gate_sequence IS NOT NULL)',
    },
    {
      check: 'states',
      wrong: 'It waits, and has nothing to send.',
      when: `${oneOf('state', ['queued', 'scheduled'])} AND NOT EXISTS (SELECT 1 FROM message_content WHERE message_id = facts.id)`,
    },
    {
      check: 'states',
      wrong: 'Nobody has told of it for longer than it is waited for; the next tollbell dispatch ends it.',
      when: `expires_at <= @at AND ${oneOf('state', ['accepted', 'sent', 'unknown'])}`,
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

// The usual entries by their own index, in the order of the messages; the few corrections, which are in another one, are added up before. As few columns as
// will do: every one is copied for every entry.
const HOLDINGS_FACTS = /* sql */ `
  SELECT m.id, m.state, m.attempt, m.price, m.held,
    ifnull(SUM(l.kind = 'reservation'), 0) AS reservations,
    ifnull(SUM(l.kind = 'charge'), 0) AS charges,
    ifnull(SUM(l.kind = 'release'), 0) AS releases,
    ifnull(SUM(l.held), 0) + ifnull(c.held, 0) AS open,
    ifnull(SUM(iif(l.kind = 'reservation', l.held, 0)), 0) + ifnull(c.repriced, 0) AS reserved,
    MAX(iif(l.kind = 'release', l.sequence, 0)) AS last_release,
    MAX(iif(l.kind = 'charge', l.sequence, 0)) AS last_charge,
    MAX(l.cause) AS cause,
    MAX(l.attempt) AS last_attempt,
    SUM(l.kind = 'charge' AND c.message_id IS NULL AND m.pricing IS NOT NULL AND (l.rule = 'free') <> (m.pricing NOT LIKE 'regular/%')) AS misheard,
    SUM(l.kind = 'charge' AND c.message_id IS NULL AND l.rule = 'told_cost' AND m.pricing LIKE '%@%' AND m.pricing NOT LIKE '%@' || l.posted || ' ___') AS miscounted,
    SUM(l.hold_bucket_id <> m.hold_bucket_id AND (l.kind <> 'reservation' OR c.message_id IS NULL)) AS strays
  FROM message m
  LEFT JOIN (
    SELECT message_id, SUM(held) AS held, SUM(iif(kind = 'repricing', held, 0)) AS repriced
    FROM ledger
    WHERE kind = 'repricing' OR kind = 'adjustment'
    GROUP BY message_id
  ) c ON c.message_id = m.id
  LEFT JOIN ledger l ON l.message_id = m.id AND (l.kind = 'reservation' OR l.kind = 'charge' OR l.kind = 'release')
  GROUP BY m.id`;

/** Every message with its entries: that it was charged when it was delivered and only then, and holds what they hold. */
export const HOLDINGS: Survey = {
  subject: 'message',
  counted: 'SELECT COUNT(*) FROM message',
  countedBefore: ['holds', 'states', 'buckets'],
  facts: HOLDINGS_FACTS,
  rules: [
    { check: 'charges', wrong: 'Delivered, and not charged.', when: `charges = 0 AND ${DELIVERED}` },
    { check: 'charges', wrong: 'Charged, and not delivered.', when: `charges > 0 AND NOT ${DELIVERED}` },
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
      when: `last_attempt > attempt OR attempt = 0 AND ${oneOf('state', ['delivered', 'read', 'accepted', 'sent', 'failed'])}`,
      isNote: true,
    },
    { check: 'holds', wrong: 'Not reserved exactly once.', when: 'reservations <> 1' },
    { check: 'holds', wrong: 'What it holds is not what its entries hold.', when: 'open <> held' },
    { check: 'holds', wrong: 'Its price is not what was reserved for it.', when: 'reserved <> price' },
    { check: 'holds', wrong: 'Released after it was charged.', when: 'charges > 0 AND last_release > last_charge' },
    { check: 'holds', wrong: 'Released more than once.', when: 'releases > 1' },
    { check: 'prices', wrong: 'It was charged for as something else than the provider said last.', when: 'misheard > 0' },
    // Of two requests that arrived, the last word alone is kept; and a last word that names no cost takes none back that was told before.
    { check: 'prices', wrong: 'It costs something else than the provider said last.', when: 'miscounted > 0 AND charges = 1' },
    { check: 'buckets', wrong: 'An entry was reserved in another bucket than its message.', when: 'strays > 0' },
    {
      check: 'states',
      wrong: 'It ended without a delivery, and its reservation was never released.',
      when: `releases = 0 AND ${oneOf('state', ['failed', 'expired', 'cancelled'])}`,
    },
    { check: 'states', wrong: 'It is not over, and was charged or released.', when: `charges + releases > 0 AND NOT ${CLOSED}` },
    {
      check: 'states',
      wrong: 'It was released for another reason than the one that it ended for.',
      when: `state = 'failed' AND NOT ${oneOf('cause', ['failed', 'rejected'])} OR ${oneOf('state', ['expired', 'cancelled'])} AND cause <> state`,
    },
  ],
};
