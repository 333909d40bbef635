// What SQL counts of an entry is what the rule says of it.

import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { deliveriesOf, ENTRY_KINDS, PRICE_RULES } from '../../src/domain/ledger.ts';
import { PRICING_TYPES } from '../../src/domain/message.ts';
import { billable, deliveries, isRebooking } from '../../src/store/sqlite/deliveries.ts';

const ENTRIES = ENTRY_KINDS.flatMap((kind) => [null, ...PRICE_RULES].map((rule) => ({ kind, rule })));

it('counts the deliveries of every kind of entry by every rule as the domain does, the charged ones by their bucket', () => {
  const sqlite = new Database(':memory:');
  const sql = `SELECT ${deliveries('l')} AS delivered, ${billable('l', 'b')} AS billable, ifnull(${isRebooking('l')}, 0) AS rebooked
    FROM (SELECT @kind AS kind, @rule AS rule) l, (SELECT @pricingType AS pricing_type) b`;
  for (const entry of ENTRIES) {
    for (const pricingType of PRICING_TYPES) {
      const delivered = deliveriesOf(entry);
      expect(sqlite.prepare(sql).get({ ...entry, pricingType })).toEqual({
        delivered,
        billable: pricingType === 'regular' ? delivered : 0,
        rebooked: Number(entry.kind === 'adjustment' && entry.rule !== null),
      });
    }
  }
  sqlite.close();
});
