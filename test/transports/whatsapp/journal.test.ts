// What the way out notes, and when: a request before its first byte, an answer when it is there; and that a process which was stopped reads its answers
// before it gives them up.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { fail } from '../../../src/errors.ts';
import type { Journal } from '../../../src/ports/journal.ts';
import type { Transport } from '../../../src/ports/transport.ts';
import { createDeadlines } from '../../../src/transports/whatsapp/deadlines.ts';
import { createWhatsappTransport } from '../../../src/transports/whatsapp/transport.ts';
import { bundle } from '../../bundle.ts';
import { NOW } from '../../send/facts.ts';
import { digest, outgoing, SETTINGS, TOKEN } from './messages.ts';
import { accept, openScriptedServer, refuse, type ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;

beforeEach(async () => {
  server = await openScriptedServer();
});
afterEach(() => server.close());

function open(journal: Journal, apiBase = server.url): Transport {
  const transport = createWhatsappTransport({
    settings: { ...SETTINGS, apiBase },
    token: TOKEN,
    digest,
    clock: { now: () => NOW },
    journal,
    roomMax: 2,
  });
  onTestFinished(() => transport.close());
  return transport;
}

function recording(): { readonly journal: Journal; readonly notes: string[] } {
  const notes: string[] = [];
  const journal: Journal = {
    leave: (requests) => void notes.push(...requests.map(({ id, attempt }) => `W ${id} ${attempt}`)),
    answered: ({ messageId, attempt, kind }) => void notes.push(`R ${messageId} ${attempt} ${kind}`),
  };
  return { journal, notes };
}

describe.each([
  ['a single message', 1],
  ['several messages', 3],
])('%s', (_, count) => {
  const messages = Array.from({ length: count }, () => outgoing({ attempt: 2 }));

  it('is noted before its request arrives, and again with its answer', async () => {
    const { journal, notes } = recording();
    const notedOnArrival: boolean[] = [];
    server.behave = (arrived, response) => {
      const id = messages.find((message) => arrived.body.includes(message.id))?.id;
      notedOnArrival.push(notes.includes(`W ${id} 2`));
      accept(arrived, response);
    };
    await Promise.all(open(journal).deliver(messages, NOW));
    expect(notedOnArrival).toEqual(messages.map(() => true));
    expect(notes.toSorted()).toEqual(messages.flatMap(({ id }) => [`R ${id} 2 accepted`, `W ${id} 2`]).toSorted());
  });

  it('is not noted as leaving where nobody listens', async () => {
    const { journal, notes } = recording();
    const { url } = server;
    await server.close();
    await Promise.all(open(journal, url).deliver(messages, NOW));
    expect(notes).toEqual(messages.map(({ id }) => `R ${id} 2 retry`));
    server = await openScriptedServer();
  });

  it('whose answer is lost is noted as unknown', async () => {
    const { journal, notes } = recording();
    server.behave = (_arrived, __, socket) => void socket.resetAndDestroy();
    await Promise.all(open(journal).deliver(messages, NOW));
    expect(notes.filter((note) => note.startsWith('R')).toSorted()).toEqual(messages.map(({ id }) => `R ${id} 2 unknown`).toSorted());
  });

  it('does not leave when it cannot be noted, and says why', async () => {
    const full = fail('store_full', { hint: 'Free some space.' });
    const ends = await Promise.allSettled(
      open({
        leave: () => {
          throw full;
        },
        answered: () => undefined,
      }).deliver(messages, NOW),
    );
    expect(ends).toEqual(messages.map(() => ({ status: 'rejected', reason: full })));
    expect(server.requests).toEqual([]);
  });

  it('of a sender that can send nothing is noted as leaving, and no answer', async () => {
    const { journal, notes } = recording();
    server.behave = refuse(190, 401);
    await Promise.allSettled(open(journal).deliver(messages, NOW));
    expect(notes.toSorted()).toEqual(messages.map(({ id }) => `W ${id} 2`).toSorted());
  });
});

it('many are noted by a few notes, each before its own request leaves, and once', async () => {
  const batches: number[] = [];
  const { journal, notes } = recording();
  const counting: Journal = {
    ...journal,
    leave: (requests) => {
      batches.push(requests.length);
      journal.leave(requests);
    },
  };
  const messages = Array.from({ length: 64 }, () => outgoing());
  server.behave = (arrived, response) => {
    const id = messages.find((message) => arrived.body.includes(message.id))?.id;
    if (notes.includes(`W ${id} 1`)) accept(arrived, response);
    else refuse(1)(arrived, response, response.socket as Socket);
  };
  const deliveries = await Promise.all(open(counting).deliver(messages, NOW));
  expect(deliveries.every(({ kind }) => kind === 'accepted')).toBe(true);
  expect([batches.length <= 32, Math.max(...batches)]).toEqual([true, 4]);
  expect(notes.filter((note) => note.startsWith('W')).toSorted()).toEqual(messages.map(({ id }) => `W ${id} 1`).toSorted());
});

describe('a process that is stopped while it waits for answers', () => {
  it.each([1, 3])('reads them when it goes on, however long that was: %i', async (count) => {
    let answerAll = (): void => undefined;
    server.behave = (arrived, response) => {
      const before = answerAll;
      answerAll = () => {
        before();
        accept(arrived, response);
      };
    };
    const child = await startSender(count);
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    while (server.requests.length < count) await wait(5);
    child.kill('SIGSTOP');
    await wait(50);
    answerAll();
    await wait(4 * REQUEST_MS);
    child.kill('SIGCONT');
    await once(child, 'close');
    expect(JSON.parse(out)).toEqual(Array.from({ length: count }, () => 'accepted'));
  });
});

const REQUEST_MS = 400;

/** A process that sends so many messages, and says what became of them. */
async function startSender(count: number): Promise<ChildProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-sender-'));
  const outfile = join(directory, 'sender.cjs');
  const source = `
    import { createWhatsappTransport } from './src/transports/whatsapp/transport.ts';
    import { LIMITS } from './src/transports/whatsapp/reply.ts';
    import { digest, outgoing, SETTINGS, TOKEN } from './test/transports/whatsapp/messages.ts';
    const settings = { ...SETTINGS, apiBase: ${JSON.stringify(server.url)} };
    const limits = { ...LIMITS, requestMs: ${REQUEST_MS} };
    const transport = createWhatsappTransport({ settings, token: TOKEN, digest, clock: { now: () => Date.now() }, limits });
    const messages = Array.from({ length: ${count} }, () => outgoing());
    Promise.all(transport.deliver(messages, Date.now())).then(async (ends) => {
      process.stdout.write(JSON.stringify(ends.map(({ kind }) => kind)));
      await transport.close();
    });`;
  await bundle({ stdin: { contents: source, resolveDir: resolve('.'), loader: 'ts' }, outfile });
  const child = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });
  return child;
}

describe('a deadline', () => {
  const passed = (ms: number): Promise<void> => wait(ms);
  const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

  it('gives up after its time, once, what has not ended', async () => {
    const given: string[] = [];
    const deadlines = createDeadlines(100);
    const begin = (name: string): number => {
      const place = deadlines.begin(() => {
        given.push(name);
        deadlines.end(place);
      });
      return place;
    };
    begin('first');
    deadlines.end(begin('ended'));
    await passed(60);
    begin('second');
    expect(given).toEqual([]);
    while (given.length === 0) await passed(5);
    expect(given).toEqual(['first']);
    while (given.length === 1) await passed(5);
    await passed(150);
    expect(given).toEqual(['first', 'second']);
  });

  it('counts no time in which the process stands still', async () => {
    let isGivenUp = false;
    const deadlines = createDeadlines(200);
    const place = deadlines.begin(() => (isGivenUp = true));
    for (let times = 0; times < 3; times += 1) {
      standStill(300);
      await passed(10);
    }
    expect(isGivenUp).toBe(false);
    deadlines.end(place);
  });
});
