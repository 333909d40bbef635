// A pipe into a store of its own, for those who examine the main line of pipes.

import type { Transport } from '../../src/ports/transport.ts';
import { type LivePlan, sendLive } from '../../src/send/live.ts';
import { type LiveInput, readLiveRows } from '../../src/send/live-rows.ts';
import type { SendHost } from '../../src/send/send.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import type { Phone } from '../../src/values/phone.ts';
import { addCrowd } from '../conformance/store/crowd.ts';
import { makeTemplate, NOON } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { realClock } from './real-clock.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

export const SANDBOX = createSandbox();

/** The sandbox, whose answers come after so many milliseconds each. */
export function slow(delayOf: (index: number) => number, rest: Partial<Transport> = {}): Transport {
  let count = 0;
  return {
    ...SANDBOX,
    deliver: (messages, at) =>
      SANDBOX.deliver(messages, at).map(async (delivery) => {
        await new Promise((resolve) => void setTimeout(resolve, delayOf(count++)));
        return delivery;
      }),
    ...rest,
  };
}

type Options = {
  readonly host?: Partial<SendHost>;
  readonly plan?: Partial<LivePlan>;
  readonly input?: Partial<LiveInput>;
  readonly people?: number;
};

/** A pipe into a store of its own. Answers are `row status`. */
export async function pipe({ host = {}, plan = {}, input = {}, people = 10 }: Options = {}) {
  const { store, senderId } = await startInMemory();
  const crowd = await addCrowd(store, senderId, people);
  const stopped = new AbortController();
  let read = '';
  const whole: LivePlan = {
    ...sendPlanFor(senderId, { campaign: 'c' }),
    patienceMs: 30_000,
    prepare: (recipient) => recipient,
    toText: ({ row: { row, checked }, admitted, record }) => {
      const status = record?.state ?? ('reason' in checked ? checked.reason : admitted?.admission.kind);
      return `${row} ${status}\n`;
    },
    write: async (text) => {
      read += text;
      return true;
    },
    onTrouble: () => undefined,
    stop: () => stopped.abort(),
    ...plan,
  };
  const run = (source: AsyncIterable<Uint8Array>) => {
    const given = {
      format: 'ndjson',
      rename: {},
      needsKeys: whole.campaign === null,
      language: null,
      parameters: {},
      ignoreColumns: false,
      at: NOON,
    } as const;
    const rows = readLiveRows(source, { ...given, templates: [makeTemplate(senderId)], ...input });
    return sendLive({ ...sendHostOn(store, { clock: realClock(), ...host }), interrupted: stopped.signal }, whole, rows);
  };
  return { store, senderId, crowd, run, stop: () => stopped.abort(), answers: () => read.trim().split('\n') };
}

export const line = (to: Phone, rest: object = {}): Buffer => Buffer.from(`${JSON.stringify({ to, ...rest })}\n`);

export async function* linesTo(crowd: readonly Phone[], pause = 0): AsyncGenerator<Uint8Array> {
  for (const to of crowd) {
    if (pause > 0) await new Promise((resolve) => void setTimeout(resolve, pause));
    yield line(to);
  }
}
