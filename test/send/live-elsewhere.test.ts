// Messages of a pipe that another process settles, before our own reply is settled or just after it: the summary says what the answers say.

import { expect, it } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { outcomesOf } from '../../src/send/retry.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { realClock } from './real-clock.ts';
import { linesTo, pipe, SANDBOX } from './live-pipe.ts';

type Elsewhere = (outcomes: readonly Outcome[]) => Promise<unknown>;

type Order = { readonly isFirst: boolean /** From there to the reply. */; readonly restMs?: number };

/** Accepts only; what the sandbox would say after it is told to `report`, before the reply where `isFirst`. */
function accepting(report: Elsewhere, { isFirst, restMs = 0 }: Order): Transport {
  return {
    ...SANDBOX,
    deliver: (messages, at) =>
      SANDBOX.deliver(messages, at).map(async (promised) => {
        const delivery = await promised;
        const told = outcomesOf({ uncounted: 0 }, delivery);
        await report(isFirst ? told : told.slice(1));
        await new Promise((resolve) => void setTimeout(resolve, restMs));
        return { ...delivery, later: [] };
      }),
  };
}

it('a webhook comes before our reply', async () => {
  let settle: Elsewhere = async () => undefined;
  const transport = accepting((outcomes) => settle(outcomes), { isFirst: true });
  const { run, crowd, answers, store } = await pipe({ host: { transport }, people: 5 });
  settle = (outcomes) => store.settle({ outcomes, at: outcomes[0]?.at as never }, decideSettlements);
  const { tally, timedOut } = await run(linesTo(crowd));
  expect(answers()).toEqual(crowd.map((_, index) => `${index + 1} delivered`));
  expect(tally).toMatchObject({ counts: { queued: 0, accepted: 0, delivered: 5 }, charged: 500n, reserved: 0n });
  expect(timedOut).toBe(false);
});

it('a webhook comes long before our reply, which is waited for in the end without a word', async () => {
  let settle: Elsewhere = async () => undefined;
  const told: number[] = [];
  const transport = accepting((outcomes) => settle(outcomes), { isFirst: true, restMs: 250 });
  const plan = { onStopping: (underWay: number) => void told.push(underWay) };
  const { run, crowd, store } = await pipe({ host: { transport, clock: realClock(20) }, plan });
  settle = (outcomes) => store.settle({ outcomes, at: outcomes[0]?.at as never }, decideSettlements);
  const { tally } = await run(linesTo(crowd));
  expect([tally.counts.delivered, tally.charged, told]).toEqual([10, 1_000n, []]);
});

it('a webhook comes between our reply and its answer', async () => {
  let reported: readonly Outcome[] = [];
  const transport = accepting(async (outcomes) => void (reported = [...reported, ...outcomes]), { isFirst: false });
  const { run, crowd, answers, store } = await pipe({ host: { transport }, people: 5 });
  const { turn } = store;
  Object.assign(store, {
    turn: async (...given: Parameters<typeof turn>) => {
      const result = await turn(...given);
      const isSettled = ({ messageId }: Outcome): boolean => result.settled.some((settled) => settled.messageId === messageId);
      const outcomes = reported.filter(isSettled);
      reported = reported.filter((outcome) => !isSettled(outcome));
      if (outcomes.length > 0) await store.settle({ outcomes, at: outcomes[0]?.at as never }, decideSettlements);
      return result;
    },
  });
  const { tally } = await run(linesTo(crowd));
  expect(answers()).toEqual(crowd.map((_, index) => `${index + 1} delivered`));
  expect(tally).toMatchObject({ counts: { queued: 0, accepted: 0, delivered: 5 }, charged: 500n, reserved: 0n });
});
