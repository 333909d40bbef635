// The summary of a run: every row once, and the exit code that its worst row deserves.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSAL_REASONS, type RefusalReason } from '../../src/domain/consent.ts';
import { MESSAGE_STATES } from '../../src/domain/message.ts';
import type { Settlement } from '../../src/ports/store/settle.ts';
import {
  COUNTED_AS,
  countDuplicate,
  countQueued,
  countRecovered,
  countRefused,
  countSettled,
  createTally,
  exitCodeOfTally,
  recountRepeated,
  ROW_COUNTS,
  type RowCount,
  statusOfTally,
  type Tally,
} from '../../src/send/tally.ts';
import type { MessageId } from '../../src/values/id.ts';
import { type Currency, toMicros, ZERO } from '../../src/values/money.ts';

function settlement(from: Settlement['from'], to: Settlement['to'], rest: Partial<Settlement> = {}): Settlement {
  const common = { messageId: 'm' as MessageId, known: true, runId: null, reason: null, currency: 'USD' as Currency };
  return { ...common, from, to, charged: ZERO, closed: ZERO, freeUnits: 0, ...rest };
}

function tallyOf(counts: Partial<Record<RowCount, number>>, refusals: Partial<Record<RefusalReason, number>> = {}): Tally {
  const tally = createTally();
  Object.assign(tally.counts, counts);
  Object.assign(tally.refusals, refusals);
  return tally;
}

describe('a tally', () => {
  it('starts with a zero for everything that it can show', () => {
    const tally = createTally();
    expect(Object.keys(tally.counts)).toEqual([...ROW_COUNTS]);
    expect(Object.keys(tally.refusals)).toEqual([...REFUSAL_REASONS]);
    expect([...Object.values(tally.counts), ...Object.values(tally.refusals)].every((count) => count === 0)).toBe(true);
  });

  it('moves a row from queued to what it became, with its money', () => {
    const tally = createTally();
    for (const price of [60_000n, 60_000n, 10_000n]) countQueued(tally, toMicros(price));
    countSettled(tally, settlement('queued', 'accepted'));
    countSettled(tally, settlement('accepted', 'delivered', { charged: toMicros(55_000n), closed: toMicros(60_000n) }));
    countSettled(tally, settlement('sending', 'delivered', { closed: toMicros(60_000n), freeUnits: 1 }));
    countSettled(tally, settlement('sending', 'failed', { closed: toMicros(10_000n) }));
    countRefused(tally, 'blocked');
    expect(tally.counts).toMatchObject({ queued: 0, accepted: 0, delivered: 2, failed: 1, refused: 1 });
    expect(tally.refusals.blocked).toBe(1);
    expect(tally).toMatchObject({ reserved: 0n, charged: 55_000n, freeUnits: 1 });
  });

  it('counts each message once, whatever happens to it', () => {
    const walks = fc.array(fc.array(fc.constantFrom(...MESSAGE_STATES), { maxLength: 6 }), { maxLength: 10 });
    fc.assert(
      fc.property(walks, (messages) => {
        const tally = createTally();
        for (const states of messages) {
          countQueued(tally, ZERO);
          ['queued' as const, ...states].reduce((from, to) => {
            countSettled(tally, settlement(from, to));
            return to;
          });
        }
        const expected = createTally().counts;
        for (const states of messages) expected[COUNTED_AS[states.at(-1) ?? 'queued']] += 1;
        expect(tally.counts).toEqual(expected);
      }),
    );
  });
});

it('knows what the failed ones are, of its own and of the first messages of duplicates', () => {
  const tally = createTally();
  for (const to of ['cancelled', 'expired', 'failed'] as const) {
    countQueued(tally, ZERO);
    countSettled(tally, settlement('queued', to));
  }
  countSettled(tally, settlement('failed', 'delivered'));
  countDuplicate(tally, 'cancelled');
  expect(tally.failedAs).toEqual({ own: { failed: 0, cancelled: 1, expired: 1 }, repeated: { failed: 0, cancelled: 1, expired: 0 } });
  recountRepeated(tally, new Map([['expired', 2]]));
  expect(tally.failedAs.repeated).toEqual({ failed: 0, cancelled: 0, expired: 2 });
});

describe('the end of a command', () => {
  it('is unknown where a dead process left something unknown, though all rows were sent', () => {
    const tally = tallyOf({ delivered: 1 });
    countRecovered(tally, ['m' as MessageId]);
    expect([exitCodeOfTally(tally), statusOfTally(tally)]).toEqual([6, 'success']);
  });

  it.each([
    ['nothing to do', {}, {}, 0, 'success'],
    ['all delivered', { delivered: 3, duplicate: 1 }, {}, 0, 'success'],
    ['one refused by policy', { delivered: 1, refused: 1 }, { no_consent: 1 }, 3, 'partial'],
    ['all refused by policy', { refused: 1 }, { blocked: 1 }, 3, 'failed'],
    ['money beats policy', { refused: 2, queued: 1 }, { no_consent: 1, over_budget: 1 }, 4, 'partial'],
    ['no price', { refused: 1 }, { no_price: 1 }, 4, 'failed'],
    ['too dear', { refused: 1 }, { over_max_price: 1 }, 4, 'failed'],
    ['a failure beats refusals', { failed: 1, refused: 1 }, { over_budget: 1 }, 5, 'failed'],
    ['an unknown outcome beats all', { unknown: 1, failed: 1, refused: 1, accepted: 1 }, { no_price: 1 }, 6, 'partial'],
  ] as const)('%s', (_, counts, refusals, code, status) => {
    const tally = tallyOf(counts, refusals);
    expect(exitCodeOfTally(tally)).toBe(code);
    expect(statusOfTally(tally)).toBe(status);
  });
});
