// The outbox of every sender while a server runs: what fails is waited for and stops no other; a bug stops all.

import { afterEach, describe, expect, it } from 'vitest';
import { fail } from '../../src/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { type OutboxWork, workOutbox } from '../../src/server/work-outbox.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../../src/domain/sender.ts';
import { ids, makeSender } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { createTestClock } from './served.ts';

let stop = new AbortController();
let ended: Promise<void> | undefined;
afterEach(async () => {
  stop.abort();
  await ended?.catch(() => undefined);
  stop = new AbortController();
});

type Watched = { readonly lines: string[]; readonly asked: string[]; readonly store: Store; readonly ended: Promise<void> };

// A transport for each sender by its name; the store has none but the first.
async function work(transport: (sender: Sender) => Promise<Transport>, senders: readonly Sender[] = []): Promise<Watched> {
  const { store } = await startInMemory();
  const clock = createTestClock();
  const [lines, asked]: [string[], string[]] = [[], []];
  const parts: OutboxWork = {
    store,
    senders: async () => [...(await store.listSenders(DEFAULT_ACCOUNT)), ...senders],
    transport: (sender) => {
      asked.push(sender.name);
      return transport(sender);
    },
    diedWithProcess: ['sandbox'],
    clock,
    workerId: ids.sortable(clock.now()),
    interrupted: stop.signal,
    problems: (sentence) => void lines.push(sentence),
    onSent: () => undefined,
  };
  ended = workOutbox(parts);
  return { lines, asked, store, ended };
}

describe('workOutbox', () => {
  it('ends when it is told to', async () => {
    const { ended: over, asked } = await work(async (sender) => createSandbox(sender));
    await expect.poll(() => asked).toEqual(['sandbox']);
    stop.abort();
    await over;
    expect(asked).toEqual(['sandbox']);
  });

  it('waits for what fails, says so, and goes on with the others', async () => {
    const broken = makeSender({ name: 'broken' });
    const { lines, asked } = await work(
      (sender) => (sender.name === 'broken' ? Promise.reject(fail('provider_unreachable')) : Promise.resolve(createSandbox(sender))),
      [broken],
    );
    await expect.poll(() => asked.filter((name) => name === 'broken').length, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    expect(lines[0]).toBe('sender broken waits: The provider cannot be reached.');
    expect(asked.filter((name) => name === 'sandbox')).toHaveLength(1);
  });

  it('stops for a bug, and all with it', async () => {
    const { ended: over } = await work(() => Promise.reject(new TypeError('a bug of ours')));
    await expect(over).rejects.toThrow('a bug of ours');
  });
});
