// The audit of entries: each with its two buckets and the price that it names; and what corrections leave of a message.

import { ENTRY_KINDS, RELEASE_CAUSES } from '../../../domain/ledger.ts';
import { deliveries } from '../deliveries.ts';
import { oneOf, type Survey } from './survey.ts';

const ENTRIES_FACTS = /* sql */ `
  SELECT ifnull(l.message_id, 'entry ' || l.sequence) AS id, l.kind, l.cause, l.attempt, l.held, l.posted, l.price_id, l.rule, l.provider_type, l.own_rule, l.free_units_before, l.discrepancy, l.recorded_at, l.bucket_id, l.hold_bucket_id,
    
    iif(l.reference LIKE 'late:%', substr(l.reference, 6) || '-01', b.day) AS first_day, iif(l.reference LIKE 'late:%', substr(l.reference, 6) || '-31', b.day) AS last_day,
    b.market, b.category, b.currency, b.pricing_type, h.pricing_type AS hold_pricing_type,
    b.sender_id, b.account_id, b.template, b.campaign_id, b.cost_center,
    h.sender_id AS hold_sender, h.account_id AS hold_account, h.currency AS hold_currency, h.category AS hold_category, h.template AS hold_template,
    h.campaign_id AS hold_campaign, h.cost_center AS hold_cost_center,
    p.rate, p.market AS price_market, p.category AS price_category, p.tier_from, p.tier_end, k.currency AS card_currency, k.effective_from
  FROM ledger l
  LEFT JOIN bucket b ON b.id = l.bucket_id
  LEFT JOIN bucket h ON h.id = l.hold_bucket_id
  LEFT JOIN price p ON p.id = l.price_id
  LEFT JOIN price_book k ON k.id = p.book_id`;

const IS_LISTED = `rule = 'list'`;
const IS_PRICED = oneOf('kind', ['charge', 'reservation', 'repricing']);
// The provider may bill a message as the other kind of authentication.
const kindOf = (column: string): string => `iif(${column} = 'authentication-international', 'authentication', ${column})`;
const IS_SAME_KIND = `${kindOf('price_category')} = ${kindOf('category')}`;
const IS_DELIVERY = oneOf('kind', ['charge', 'adjustment']);
// A charge, or where a delivery is booked anew.
const IS_BOOKED = `${deliveries('facts')} = 1`;
const IS_TAKEN_BACK = `${deliveries('facts')} = -1`;

/** Every entry: that its amount is what its evidence says, and that its buckets are of one kind. */
export const ENTRIES: Survey = {
  subject: 'message',
  counted: 'SELECT COUNT(*) FROM ledger',
  facts: ENTRIES_FACTS,
  rules: [
    {
      check: 'holds',
      wrong: 'An entry is of no kind that there is, or has a cause that only a release has.',
      when: `NOT ${oneOf('kind', ENTRY_KINDS)} OR (cause IS NOT NULL) <> (kind = 'release') OR NOT ${oneOf('cause', RELEASE_CAUSES)}`,
    },
    {
      check: 'holds',
      wrong: 'An entry moves what its kind does not move.',
      when: `kind = 'reservation' AND (attempt <> 0 OR held < 0 OR posted <> 0) OR kind = 'charge' AND (held > 0 OR posted < 0)
        OR kind = 'release' AND (held > 0 OR posted <> 0) OR kind = 'repricing' AND posted <> 0 OR kind = 'adjustment' AND held <> 0
        OR ${IS_BOOKED} AND posted < 0 OR ${IS_TAKEN_BACK} AND posted > 0`,
    },
    {
      check: 'prices',
      wrong: 'An amount has no price, or no rule, that explains it.',
      when: `(rule IS NULL AND ${IS_PRICED} OR rate IS NULL AND ${IS_LISTED}) OR price_id IS NOT NULL AND NOT ifnull(${IS_LISTED}, FALSE) OR rule = 'taken_back' AND NOT ${IS_TAKEN_BACK}`,
    },
    {
      check: 'prices',
      wrong: 'An amount is not its price.',
      when: `${IS_BOOKED} AND posted <> rate OR held > 0 AND held <> rate AND ${oneOf('kind', ['reservation', 'repricing'])}`,
    },
    {
      check: 'prices',
      wrong: 'The provider told more than was reserved, and nothing says so.',
      when: `kind = 'charge' AND rule = 'told_cost' AND held < 0 AND posted > -held AND discrepancy IS NULL`,
    },
    { check: 'prices', wrong: 'A delivery was free, and was charged for.', when: `${IS_BOOKED} AND rule = 'free' AND posted <> 0` },
    {
      check: 'prices',
      wrong: 'A delivery counts as free and has a price, or the other way round.',
      when: `${IS_BOOKED} AND (rule = 'free') <> (pricing_type <> 'regular')`,
    },
    {
      check: 'prices',
      wrong: 'A delivery counts as something else than the provider said.',
      when: `${IS_BOOKED} AND pricing_type <> provider_type`,
    },
    {
      check: 'prices',
      wrong: 'A delivery is free, and neither the provider nor a rule of ours says so.',
      when: `${IS_BOOKED} AND pricing_type <> 'regular' AND provider_type IS NULL AND own_rule IS NULL`,
    },
    {
      check: 'prices',
      wrong: 'It stands on our own rule or differs from it, and is no delivery; or differs from it without a word of the provider.',
      when: `(own_rule IS NOT NULL OR discrepancy IS NOT NULL) AND NOT ${IS_DELIVERY} OR free_units_before IS NOT NULL AND own_rule IS NULL
        OR free_units_before < 0 OR (discrepancy IS NOT NULL OR rule = 'told_cost') AND provider_type IS NULL`,
    },
    {
      check: 'prices',
      wrong: 'A price is of another market, category or currency.',
      // What leaves a category when a price changes names the new price, and a reservation the market where it may be dearest.
      // … or either kind of authentication, of which the dearer one is reserved.
      when: `(price_category <> category AND NOT (${IS_SAME_KIND} AND NOT ${IS_DELIVERY}) OR card_currency <> currency) AND NOT (kind = 'repricing' AND held <= 0)
        OR price_market <> market AND ${IS_DELIVERY}`,
    },
    {
      check: 'prices',
      wrong: 'A price is of a card that was not in force on the day.',
      // A reservation is made at the highest price that may come: its card may begin later. Of what is late the month alone is known here.
      when: `${IS_DELIVERY} AND (effective_from > last_day OR EXISTS (
        SELECT 1 FROM price_book n
        WHERE n.currency = card_currency AND n.effective_from > facts.effective_from AND n.effective_from <= first_day AND n.added_at < recorded_at
          AND ifnull(n.replaced_at, recorded_at + 1) > recorded_at))`,
    },
    {
      check: 'prices',
      wrong: 'A price is of another volume tier than the first, which is the list price.',
      when: `price_id IS NOT NULL AND tier_from <> 0`,
    },
    {
      check: 'buckets',
      wrong: 'An entry counts for another sender, currency, category, template, campaign or cost centre than it was reserved for.',
      when: `bucket_id <> hold_bucket_id AND (sender_id, account_id, currency, ${kindOf('category')}, template, campaign_id, cost_center)
        <> (hold_sender, hold_account, hold_currency, ${kindOf('hold_category')}, hold_template, hold_campaign, hold_cost_center)`,
    },
    {
      check: 'buckets',
      wrong: 'Something that is no delivery counts among the free ones.',
      when: `hold_pricing_type <> 'regular' OR pricing_type <> 'regular' AND NOT ${IS_DELIVERY}`,
    },
  ],
};

// All entries of the messages that have a correction. Two look-ups, because no index has them all.
const CORRECTIONS_FACTS = /* sql */ `
  WITH touched AS (SELECT DISTINCT message_id FROM ledger WHERE kind = 'repricing' OR kind = 'adjustment'),
  own AS (
    SELECT l.* FROM touched t CROSS JOIN ledger l
      ON l.message_id = t.message_id AND (l.kind = 'reservation' OR l.kind = 'charge' OR l.kind = 'release')
    UNION ALL
    SELECT * FROM ledger WHERE kind = 'repricing' OR kind = 'adjustment'
  ),
  -- Where the delivery stands: of the row with the highest number.
  word AS (
    SELECT message_id, MAX(l.sequence), rule, posted, market, category, pricing_type FROM own l JOIN bucket b ON b.id = l.bucket_id
    WHERE ${deliveries('l')} <> 0 GROUP BY message_id
  ),
  stray AS (
    SELECT o.message_id, SUM(o.held) AS held FROM own o JOIN message m ON m.id = o.message_id
    WHERE o.hold_bucket_id <> m.hold_bucket_id GROUP BY o.message_id, o.hold_bucket_id HAVING SUM(o.held) <> 0
  ),
  -- What the rows put where, whatever the day: all but the last was taken back from where it was.
  seat AS (
    SELECT l.message_id, market, category, pricing_type, SUM(${deliveries('l')}) AS delivered, SUM(l.posted) AS posted
    FROM own l JOIN bucket b ON b.id = l.bucket_id
    WHERE ${deliveries('l')} <> 0 GROUP BY 1, 2, 3, 4 HAVING SUM(${deliveries('l')}) <> 0 OR SUM(l.posted) <> 0
  )
  SELECT m.id, m.price, w.rule, m.pricing NOT LIKE w.pricing_type || '/%' AS is_misheard,
    w.rule = 'told_cost' AND m.pricing LIKE '%@%' AND m.pricing NOT LIKE '%@' || w.posted || ' ___' AS is_miscounted,
    SUM(o.kind = 'repricing') AS repricings,
    SUM(o.kind = 'adjustment' AND o.rule IS NOT NULL) AS adjustments,
    SUM(o.kind = 'charge') AS charges,
    SUM(${deliveries('o')}) AS delivered,
    SUM(iif(${deliveries('o')} <> 0, o.posted, 0)) AS net, w.posted AS last,
    m.id IN (SELECT message_id FROM stray) AS is_astray,
    m.id IN (SELECT s.message_id FROM seat s JOIN word v ON v.message_id = s.message_id
      WHERE (s.market, s.category, s.pricing_type) <> (v.market, v.category, v.pricing_type)) AS is_left_behind
  FROM own o
  JOIN message m ON m.id = o.message_id
  LEFT JOIN word w ON w.message_id = m.id
  GROUP BY m.id`;

/** Every message whose price or category changed: what is left of all its entries together. */
export const CORRECTIONS: Survey = {
  subject: 'message',
  counted: `SELECT COUNT(DISTINCT message_id) FROM ledger WHERE kind = 'repricing' OR kind = 'adjustment'`,
  facts: CORRECTIONS_FACTS,
  rules: [
    { check: 'buckets', wrong: 'It holds money in another bucket than its own.', when: 'is_astray' },
    { check: 'holds', wrong: 'It was priced anew by half: one of the two entries is missing.', when: 'repricings % 2 <> 0' },
    { check: 'prices', wrong: 'Adjusted, and never charged.', when: 'adjustments > 0 AND charges = 0' },
    {
      check: 'prices',
      wrong: 'It was charged for as something else than the provider said last.',
      when: 'charges > 0 AND is_misheard',
    },
    { check: 'prices', wrong: 'It costs something else than the provider said last.', when: 'charges = 1 AND is_miscounted' },
    {
      check: 'charges',
      wrong: 'A delivery was taken back and not booked anew, or booked anew and never taken back.',
      when: 'charges > 0 AND delivered <> charges',
    },
    { check: 'charges', wrong: 'A delivery was taken back from where it was not booked.', when: 'charges = 1 AND is_left_behind' },
    {
      check: 'prices',
      wrong: 'What is left of charge and adjustments is not what the last word on the price says.',
      when: `charges = 1 AND (net <> last OR rule = 'as_reserved' AND last <> price)`,
    },
  ],
};
