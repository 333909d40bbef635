// A provider that is away: what waits for it, for how long, and what that costs.

import { describe, expect, it } from 'vitest';
import { type Delivery, NOT_CONNECTED, type Transport } from '../../src/ports/transport.ts';
import { ATTEMPTS_MAX } from '../../src/send/retry.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import { NOON } from '../conformance/store/fixture.ts';
import { world } from './dispatching.ts';

describe('a provider to which there is no connection', () => {
  /** Away for so many seconds; then it answers. */
  function away(seconds: number): Partial<Transport> {
    const sandbox = createSandbox();
    return {
      isPaced: true,
      deliver: (messages, at) =>
        at >= NOON + seconds * 1_000
          ? sandbox.deliver(messages, at)
          : messages.map(({ id: messageId, attempt }) =>
              Promise.resolve({
                messageId,
                attempt,
                kind: 'retry',
                at,
                providerId: null,
                error: { code: NOT_CONNECTED, title: 'No connection to the provider' },
                retryAfterMs: null,
                backoff: 'number',
                later: [],
              } satisfies Delivery),
            ),
    };
  }

  it('is tried for five seconds, then everything waits in the queue, and it is said why', async () => {
    const { run, statesOf, queueCrowd, slept } = await world({ transport: away(60) });
    const messages = await queueCrowd(3);
    await expect(run({ patienceMs: 10_000 })).rejects.toMatchObject({
      code: 'provider_unreachable',
      message: 'No connection to the provider.',
    });
    expect(slept.filter((milliseconds) => milliseconds === 1_000)).toHaveLength(5);
    expect(await statesOf(messages)).toEqual(['queued', 'queued', 'queued']);
  });

  it('costs no message a try, however long it lasts', async () => {
    const { store, run, statesOf, queueCrowd } = await world({ transport: away(30) });
    const messages = await queueCrowd(1);
    for (let rounds = 0; rounds < 8; rounds += 1) await run({ patienceMs: 10_000 }).catch(() => undefined);
    expect(await statesOf(messages)).toEqual(['delivered']);
    expect((await store.findMessages(messages))[0]?.attempt).toBeGreaterThan(ATTEMPTS_MAX);
  });

  it('is told at once to a dispatcher that does not wait', async () => {
    const { run, queueCrowd } = await world({ transport: away(60) });
    await queueCrowd(1);
    await expect(run()).rejects.toMatchObject({ code: 'provider_unreachable' });
  });
});
