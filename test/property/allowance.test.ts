// The allowance, whatever is told of deliveries in whatever order: the rule of settling, folded over random news.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { monthOfEvent } from '../../src/domain/closing.ts';
import { allowanceUse, eventCounts, type LedgerEntry } from '../../src/domain/ledger.ts';
import type { MessageFacts } from '../../src/ports/store/settle.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { plus, ZERO } from '../../src/values/money.ts';
import type { Month } from '../../src/values/time.ts';
import { at, message, outcome, PRICES } from '../send/facts.ts';

const FREE = 1_000;
const USED_BEFORE = 994;
const PRICE = 5_000n;

const news = fc.record({
  message: fc.nat(15),
  kind: fc.constantFrom('delivered' as const, 'read' as const),
  // The last half hour of October in Berlin, and the first of November.
  at: fc.constantFrom(at('2026-10-31T22:30:00Z'), at('2026-10-31T23:30:00Z')),
});

type Told = Pick<MessageFacts, 'state' | 'held' | 'charge' | 'readAt'>;

it('is used to the last unit and no further in each month, and each message is charged once', () => {
  fc.assert(
    fc.property(fc.array(news, { maxLength: 60, size: 'max' }), (events) => {
      const used = new Map<Month, number>();
      const messages = new Map<number, Told>();
      const entries: LedgerEntry[] = [];
      for (const { message: index, kind, at: happened } of events) {
        const before = messages.get(index) ?? { state: 'sent', held: message().held, charge: () => null, readAt: null };
        const facts = message({
          ...before,
          template: null,
          holdBucket: { ...message().holdBucket, category: 'service' },
          freeUnitsIn: (month) => USED_BEFORE + (used.get(month) ?? 0),
        });
        const { change, entries: news } = decideSettlements(facts, outcome(kind, { at: happened }), PRICES, happened);
        messages.set(index, {
          ...before,
          ...(change !== null && { state: change.state, held: ZERO, readAt: change.readAt ?? before.readAt }),
        });
        for (const entry of news) {
          entries.push(entry);
          used.set(monthOfEvent(entry), (used.get(monthOfEvent(entry)) ?? 0) + allowanceUse(entry));
          const { posted: amount, bucket, eventAt, attempt } = entry;
          messages.set(index, { ...(messages.get(index) ?? before), charge: () => ({ amount, bucket, at: eventAt, attempt }) });
        }
      }
      expect(entries.filter(({ kind: of }) => of === 'charge')).toHaveLength(messages.size);
      for (const month of ['2026-10', '2026-11'] as Month[]) {
        const own = entries.filter((entry) => monthOfEvent(entry) === month);
        const units = own.reduce((sum, entry) => sum + eventCounts(entry).delivered, 0);
        const free = used.get(month) ?? 0;
        expect(own.reduce((sum, { posted }) => plus(sum, posted), ZERO)).toBe(PRICE * BigInt(units - free));
        // What a delivery leaves behind that moves to the other month, nobody gets who was charged before.
        const isMoved = own.some(({ kind: of }) => of === 'adjustment');
        if (isMoved) expect(free).toBeLessThanOrEqual(Math.min(FREE - USED_BEFORE, units));
        else expect(free).toBe(Math.min(FREE - USED_BEFORE, units));
      }
    }),
  );
});
