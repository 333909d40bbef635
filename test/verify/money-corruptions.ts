// What hands, disks and bugs may do to amounts, counters and budgets.

import { type Corruption, QUEUED, READ } from './corruption.ts';

export const MONEY_CORRUPTIONS: readonly Corruption[] = [
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
    name: 'a bid that is not what was reserved by it',
    damage: `UPDATE message SET price = price + 1, held = held + 1 WHERE state = 'queued' AND category = 'marketing'`,
    checks: ['holds'],
    says: 'Its price is not the most that the bid of its template lets it cost.',
  },
  {
    name: 'a cost above the bid of which nothing was said',
    damage: `UPDATE ledger SET held = -1 WHERE kind = 'charge' AND rule = 'told_cost'`,
    checks: ['prices', 'holds', 'counters', 'budgets'],
    says: 'The provider told more than was reserved, and nothing says so.',
  },
  {
    name: 'a told cost that is another one than was told, with counters to match',
    damage: `UPDATE counter SET charged = charged - 1, committed = committed - 1
        WHERE bucket_id = (SELECT bucket_id FROM ledger WHERE kind = 'charge' AND rule = 'told_cost' LIMIT 1);
      UPDATE ledger SET posted = posted - 1 WHERE sequence = (SELECT sequence FROM ledger WHERE kind = 'charge' AND rule = 'told_cost' LIMIT 1)`,
    checks: ['prices'],
    says: 'It costs something else than the provider said last.',
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
    checks: ['prices', 'charges', 'counters', 'budgets'],
    says: 'What is left of charge and adjustments is not what the last word on the price says.',
  },
  {
    name: 'a delivery that was taken back and is gone',
    damage: `DELETE FROM ledger WHERE kind = 'adjustment' AND rule = 'free'`,
    checks: ['charges', 'prices', 'counters', 'identity'],
    says: 'A delivery was taken back and not booked anew, or booked anew and never taken back.',
  },
  {
    name: 'a delivery that was taken back in another market',
    damage: `INSERT INTO bucket (sender_id, day, campaign_id, category, market, template, cost_center, pricing_type, currency, account_id)
        SELECT sender_id, day, campaign_id, category, 'Brazil', template, cost_center, pricing_type, currency, account_id
        FROM bucket WHERE id = (SELECT bucket_id FROM ledger WHERE rule = 'taken_back');
      UPDATE ledger SET bucket_id = (SELECT MAX(id) FROM bucket) WHERE rule = 'taken_back'`,
    checks: ['charges', 'counters'],
    says: 'A delivery was taken back from where it was not booked.',
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
    name: 'thresholds of a budget that nobody can read',
    damage: `UPDATE budget SET thresholds = '50;80' WHERE period = 'month'`,
    checks: ['budgets'],
    says: 'Its thresholds cannot be read, so that it warns of none.',
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
