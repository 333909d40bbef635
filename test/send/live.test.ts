// The main line of a pipe, on a real store in memory and a provider that is slow, absent or broken.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { dispatch } from '../../src/send/dispatch.ts';
import { BATCH_MAX } from '../../src/values/batch.ts';
import type { Phone } from '../../src/values/phone.ts';
import { phone } from '../conformance/store/fixture.ts';
import { line, linesTo, pipe, SANDBOX, slow } from './live-pipe.ts';
import { realClock } from './real-clock.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

describe('answers', () => {
  it('are in the order of the rows, one for each, whatever the provider takes for which', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 20 }), fc.nat({ max: 3 }), async (delays, pause) => {
        const { run, crowd, answers } = await pipe({
          host: { transport: slow((index) => delays[index % delays.length] ?? 0) },
          people: 20,
        });
        const { tally, failure } = await run(linesTo(crowd, pause));
        expect(failure).toBeNull();
        expect(answers()).toEqual(crowd.map((_, index) => `${index + 1} delivered`));
        expect(tally).toMatchObject({ read: 20, counts: { delivered: 20, queued: 0 }, charged: 2_000n, reserved: 0n });
      }),
      { numRuns: 15 },
    );
  });

  it('come while the pipe is open', async () => {
    const { run, crowd, answers } = await pipe();
    let endPipe: () => void = () => undefined;
    async function* open(): AsyncGenerator<Uint8Array> {
      yield line(crowd[0] as Phone);
      await new Promise<void>((resolve) => (endPipe = resolve));
    }
    const running = run(open());
    await expect.poll(answers).toEqual(['1 delivered']);
    endPipe();
    expect((await running).tally.read).toBe(1);
  });

  it('of quick requests are known while a slow one is under way', async () => {
    const known: string[] = [];
    const transport = slow((index) => (index === 0 ? 400 : 0));
    const noting: Transport = {
      ...transport,
      deliver: (messages, at) =>
        transport.deliver(messages, at).map(async (delivery, index) => {
          await delivery;
          known.push(messages[index]?.phone ?? '');
          return delivery;
        }),
    };
    const { run, crowd, answers } = await pipe({ host: { transport: noting }, people: 3 });
    await run(linesTo(crowd, 60));
    expect(known).toEqual([crowd[1], crowd[2], crowd[0]]);
    expect(answers()).toEqual(['1 delivered', '2 delivered', '3 delivered']);
  });

  it('say of each row what is wrong with it, and nothing ends by that', async () => {
    const { run, crowd, answers } = await pipe();
    const [ada, bob] = crowd as [Phone, Phone];
    async function* rows(): AsyncGenerator<Uint8Array> {
      yield Buffer.concat([
        line(ada),
        Buffer.from('nope\n\n'),
        line(ada),
        line(bob, { shoe: 'red' }),
        Buffer.from([0xff, 0x0a]),
        line(phone('99999999')),
        line(bob),
      ]);
    }
    const { tally } = await run(rows());
    expect(answers()).toEqual(['1 delivered', '2 not_json', '4 delivered', '5 unusable_columns', '6 not_utf8', '7 refused', '8 delivered']);
    expect(tally).toMatchObject({ read: 7, counts: { invalid: 3, duplicate: 1, refused: 1, delivered: 2 } });
  });

  it('need a key in each row where there is no campaign; the key makes it happen once', async () => {
    const { run, crowd, answers } = await pipe({ plan: { campaign: null } });
    const [ada, bob] = crowd as [Phone, Phone];
    async function* rows(): AsyncGenerator<Uint8Array> {
      yield Buffer.concat([line(ada), line(ada, { key: 'k' }), line(ada, { key: 'k' }), line(bob, { key: 'k' })]);
    }
    const { tally } = await run(rows());
    expect(answers()).toEqual(['1 missing_key', '2 delivered', '3 delivered', '4 key_conflict']);
    expect(tally.counts).toMatchObject({ invalid: 2, duplicate: 1, delivered: 1 });
  });

  it('say `queued` at once with --queue, and after a while where the message waits', async () => {
    const queued = await pipe({ plan: { queueOnly: true }, people: 3 * BATCH_MAX });
    expect((await queued.run(linesTo(queued.crowd))).timedOut).toBe(false);
    expect(queued.answers()).toHaveLength(3 * BATCH_MAX);
    expect(queued.answers()[0]).toBe('1 admitted');
    const never = { transport: { ...SANDBOX, roomMax: 0 } };
    const held = await pipe({ host: { ...never, clock: realClock(20) }, plan: { patienceMs: 3_000 } });
    const { tally, timedOut } = await held.run(linesTo(held.crowd));
    expect([held.answers()[9], tally.counts.queued, timedOut]).toEqual(['10 queued', 10, true]);
  });

  it('do not end the sending by coming early: all of the pipe is sent, until it is told to stop', async () => {
    const oneByOne = { transport: slow(() => 60, { roomMax: 1 }), clock: realClock(20) };
    const whole = await pipe({ host: oneByOne, plan: { patienceMs: 2_000 } });
    const { tally, timedOut } = await whole.run(linesTo(whole.crowd));
    expect(whole.answers()[9]).toBe('10 queued');
    expect([tally.counts.delivered, tally.counts.queued, timedOut]).toEqual([10, 0, false]);
    const cut = await pipe({ host: oneByOne, plan: { patienceMs: 2_000 } });
    const running = cut.run(linesTo(cut.crowd));
    await expect.poll(() => cut.answers().length, { interval: 5 }).toBe(10);
    cut.stop();
    const { interrupted, tally: left } = await running;
    expect([interrupted, left.counts.queued > 0, left.counts.queued + left.counts.delivered]).toEqual([true, true, 10]);
  });

  it('tell what another process sent', async () => {
    const clock = realClock(5);
    const { run, crowd, answers, store, senderId } = await pipe({ host: { transport: { ...SANDBOX, roomMax: 0 }, clock } });
    const running = run(linesTo(crowd));
    const { sender, onStopping } = sendPlanFor(senderId);
    const other = { sender, scope: { kind: 'all' }, countMax: null, patienceMs: 0, onSettled: () => undefined, onStopping } as const;
    await expect.poll(async () => (await dispatch(sendHostOn(store, { clock }), other)).claimed).toBe(crowd.length);
    const { tally } = await running;
    expect(answers()).toEqual(crowd.map((_, index) => `${index + 1} delivered`));
    expect(tally).toMatchObject({ counts: { delivered: 10, queued: 0 }, charged: 1_000n, reserved: 0n });
  });
});

describe('what is not taken stays in the pipe', () => {
  it('while the provider is slow', async () => {
    const { run, crowd, answers } = await pipe({ host: { transport: slow(() => 20, { roomMax: 40 }) }, people: 4 * BATCH_MAX });
    let [given, most] = [0, 0];
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const bytes of linesTo(crowd)) {
        given += 1;
        most = Math.max(most, given - answers().length);
        yield bytes;
      }
    }
    const running = run(counted());
    await expect.poll(() => answers().length, { timeout: 10_000 }).toBeGreaterThan(100);
    expect(given).toBeLessThanOrEqual(3 * BATCH_MAX + 2); // those without an answer, a batch, and what is read ahead
    await running;
    expect(answers()).toHaveLength(crowd.length);
    expect(most).toBeLessThanOrEqual(3 * BATCH_MAX + 2);
  });

  it('while the answers are not read', async () => {
    let goOn: () => void = () => undefined;
    const reader = new Promise<void>((resolve) => (goOn = resolve));
    const { run, crowd } = await pipe({ plan: { write: () => reader.then(() => true) }, people: 4 * BATCH_MAX });
    let given = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const bytes of linesTo(crowd)) {
        given += 1;
        yield bytes;
      }
    }
    const running = run(counted());
    await new Promise((resolve) => void setTimeout(resolve, 1_000));
    expect(given).toBeLessThan(4 * BATCH_MAX);
    goOn();
    expect((await running).tally.counts.delivered).toBe(crowd.length);
  });
});

describe('an end before the end of the pipe', () => {
  async function* endless(crowd: readonly Phone[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (const to of crowd) yield line(to);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  it('finishes what is in flight, answers what was taken and is an interruption', async () => {
    const stopped = new AbortController();
    const { run, crowd, answers, stop } = await pipe({ host: { transport: slow(() => 300, { roomMax: 4 }) } });
    const running = run(endless(crowd, stopped.signal));
    await new Promise((resolve) => void setTimeout(resolve, 150));
    stop();
    stopped.abort();
    const { interrupted, failure, tally, isGone } = await running;
    expect([interrupted, failure, isGone]).toEqual([true, null, false]);
    expect(answers()).toEqual(crowd.map((_, index) => `${index + 1} ${index < 4 ? 'delivered' : 'queued'}`));
    expect(tally.counts).toMatchObject({ delivered: 4, queued: 6 });
  });

  it('comes when nobody reads the answers, and the rest of the rows is not taken', async () => {
    const { run, crowd } = await pipe({ plan: { write: () => Promise.resolve(false) } });
    const { isGone, interrupted, tally } = await run(linesTo(crowd, 60));
    expect([isGone, interrupted]).toEqual([true, false]);
    expect(tally.read).toBeLessThan(crowd.length);
    expect(tally.counts.delivered).toBe(tally.read);
  });

  it('comes by what cannot go well later, with the answers of what was taken', async () => {
    const refusing = { ...SANDBOX, deliver: (messages: readonly unknown[]) => messages.map(() => Promise.reject(fail('token_rejected'))) };
    const { run, crowd, answers } = await pipe({ host: { transport: refusing } });
    const { failure, tally } = await run(linesTo(crowd, 1));
    expect(failure).toMatchObject({ code: 'token_rejected' });
    expect(answers()).toHaveLength(tally.read);
    expect(answers()[0]).toBe('1 queued');
  });
});

it('waits for a store that is busy, and loses and repeats nothing', async () => {
  const troubles: string[] = [];
  const { store, crowd, run, answers } = await pipe({
    host: { clock: realClock(10) },
    plan: { onTrouble: ({ code }) => void troubles.push(code) },
  });
  const { admit } = store;
  let left = 2;
  Object.assign(store, {
    admit: (...given: Parameters<typeof admit>) => (left-- > 0 ? Promise.reject(fail('store_busy')) : admit(...given)),
  });
  const { tally } = await run(linesTo(crowd));
  expect(troubles).toEqual(['store_busy', 'store_busy']);
  expect(answers()).toEqual(crowd.map((_, index) => `${index + 1} delivered`));
  expect(tally).toMatchObject({ read: 10, counts: { delivered: 10, duplicate: 0 } });
});
