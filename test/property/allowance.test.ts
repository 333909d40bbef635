// The allowance, whatever is told of deliveries in whatever order: the rule of settling, folded over random news.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { monthOfEvent } from '../../src/domain/closing.ts';
import { allowanceUse, type LedgerEntry } from '../../src/domain/ledger.ts';
import type { ChargeFacts } from '../../src/ports/store/settle.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { type Micros, plus, ZERO } from '../../src/values/money.ts';
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

type Told = { state: 'sent' | 'delivered' | 'read'; held: Micros; charge: ChargeFacts | null };

it('is used to the last unit and no further in each month, and each message is charged once', () => {
  fc.assert(
    fc.property(fc.array(news, { maxLength: 60, size: 'max' }), (events) => {
      const used = new Map<Month, number>();
      const messages = new Map<number, Told>();
      const entries: LedgerEntry[] = [];
      for (const { message: index, kind, at: happened } of events) {
        const before = messages.get(index) ?? { state: 'sent', held: message().held, charge: null };
        const facts = message({
          ...before,
          template: null,
          holdBucket: { ...message().holdBucket, category: 'service' },
          freeUnitsIn: (month) => USED_BEFORE + (used.get(month) ?? 0),
        });
        const { change, entry } = decideSettlements(facts, outcome(kind, { at: happened }), PRICES, happened);
        if (change !== null) messages.set(index, { ...before, state: kind, held: ZERO });
        if (entry === null) continue;
        entries.push(entry);
        used.set(monthOfEvent(entry), (used.get(monthOfEvent(entry)) ?? 0) + allowanceUse(entry));
      }
      expect(entries).toHaveLength(messages.size);
      for (const month of ['2026-10', '2026-11'] as Month[]) {
        const own = entries.filter((entry) => monthOfEvent(entry) === month);
        const free = Math.min(FREE - USED_BEFORE, own.length);
        expect(used.get(month) ?? 0).toBe(free);
        expect(own.reduce((sum, { posted }) => plus(sum, posted), ZERO)).toBe(PRICE * BigInt(own.length - free));
      }
    }),
  );
});
