// The main line on a store in memory: what it is given, and a plan that says as little as can be.

import { createHash } from 'node:crypto';
import { AT_ONCE } from '../../src/domain/schedule.ts';
import { createIo } from '../../src/host.ts';
import type { Store } from '../../src/ports/store.ts';
import type { SendHost, SendPlan } from '../../src/send/send.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import type { SenderId } from '../../src/values/id.ts';
import { ids, makeSender, NOON } from '../conformance/store/fixture.ts';

const SILENT = { write: () => undefined, isTerminal: false, columns: 80 };

/** What sending needs, with a clock that stands still. */
export function sendHostOn(store: Store, rest: Partial<SendHost> = {}): SendHost {
  return {
    store,
    io: createIo({ out: SILENT, err: SILENT, input: async function* () {}, canAsk: () => false }),
    transport: createSandbox(),
    clock: {
      now: () => NOON,
      yield: () => new Promise((resolve) => void setImmediate(resolve)),
      sleep: () => Promise.resolve(),
    },
    ids,
    workerId: ids.sortable<'worker'>(NOON),
    interrupted: new AbortController().signal,
    digest: () => Promise.resolve((text) => createHash('sha256').update(text).digest()),
    diedWithProcess: [],
    ...rest,
  };
}

/** Sends the template `offer` and says nothing of it. */
export function sendPlanFor(senderId: SenderId, rest: Partial<SendPlan> = {}): SendPlan {
  return {
    sender: makeSender({ id: senderId }),
    template: { name: 'offer', languages: [] },
    campaign: null,
    source: null,
    sieve: null,
    timing: AT_ONCE,
    maxPrice: null,
    dryRun: false,
    queueOnly: false,
    derivesKeys: false,
    waitsForDelivery: false,
    timeoutMs: null,
    onAdmission: () => undefined,
    onAdmitted: async () => undefined,
    onProgress: () => undefined,
    onStopping: () => undefined,
    ...rest,
  };
}
