// The programs that send: clients that repeat the same send until it is answered, and dispatchers that work through the outbox.

import { freeFormText } from '../../src/domain/free-form.ts';
import { KEY_KINDS, KEY_LAYOUT } from '../../src/domain/key.ts';
import type { Admission, AdmitBatch, AdmitRequest } from '../../src/ports/store/admit.ts';
import type { OutgoingMessage, Transport } from '../../src/ports/transport.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { dispatch } from '../../src/send/dispatch.ts';
import { recover } from '../../src/send/recover.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import { SECOND_MS } from '../../src/values/time.ts';
import type { Running } from './machine.ts';
import { type Outlet, PEOPLE, type Shop, TEMPLATE_NAMES } from './shop.ts';
import { createWire } from './wire.ts';

/** As the program has it: what the sandbox did is over with its process. */
export const DIED_WITH_PROCESS = ['sandbox'];

/** The patience of `tollbell dispatch`. */
const PATIENCE_MS = 10 * SECOND_MS;
const RERUN_MS = [SECOND_MS, 1_800 * SECOND_MS] as const;
const REGULAR_MS = [1_800 * SECOND_MS, 14_400 * SECOND_MS] as const;
const TRIES_MAX = 12;

/** What a client wants sent: the same keys and contents each time. */
type Wanted = {
  readonly outlet: Outlet;
  readonly template: string | null;
  readonly rows: readonly Row[];
  /** Asks for it again also when it was answered, as who runs one file every few hours. */
  readonly isRegular: boolean;
};
type Row = {
  readonly intent: string;
  readonly key: Uint8Array | null;
  readonly to: AdmitRequest['to'];
  readonly costCenter: string | null;
};

/** A client sends something to some people. */
export function sendSomething(shop: Shop): void {
  const { chance } = shop;
  const outlet = chance.pick(shop.outlets);
  const template = chance.hits(0.15) ? null : chance.pick(TEMPLATE_NAMES);
  const rows = Array.from({ length: chance.between(1, 6) }, (): Row => {
    const intent = shop.machine.ids.short();
    return { intent, key: keyOf(shop, intent), to: { phone: chance.pick(PEOPLE) }, costCenter: chance.pick([null, 'shop']) };
  });
  runClient(shop, { outlet, template, rows, isRegular: chance.hits(0.3) }, 1);
}

/** A client sends more to one person than their pair may carry at once. */
export function sendALot(shop: Shop): void {
  const to = { phone: shop.chance.pick(PEOPLE) };
  const rows = Array.from({ length: 55 }, (): Row => {
    const intent = shop.machine.ids.short();
    return { intent, key: keyOf(shop, intent), to, costCenter: null };
  });
  runClient(shop, { outlet: shop.chance.pick(shop.outlets), template: 'notice', rows, isRegular: false }, 1);
}

// Of either kind: chosen by the user, or derived, with its place left to the store.
function keyOf({ chance, digest }: Shop, text: string): Uint8Array {
  const key = Uint8Array.from(digest(`key\n${text}`).subarray(0, KEY_LAYOUT.end));
  if (chance.hits(0.5)) key[KEY_LAYOUT.kind] = KEY_KINDS.explicit;
  else key.fill(KEY_KINDS.derived, KEY_LAYOUT.kind, KEY_LAYOUT.campaign).fill(0, KEY_LAYOUT.place, KEY_LAYOUT.digest);
  return key;
}

function runClient(shop: Shop, wanted: Wanted, tries: number): void {
  const { machine, engine, chance } = shop;
  let isAnswered = false;
  const client = machine.spawn('send', async (running) => {
    const requests = wanted.rows.map((row) => requestOf(shop, wanted, row));
    const { admissions } = await running.store.admit(batchOf(shop, wanted, requests), decideAdmissions);
    isAnswered = true;
    for (const [index, admission] of admissions.entries()) acknowledge(shop, wanted.rows[index], admission);
    if (chance.hits(0.6)) await work(shop, running, [wanted.outlet]);
  });
  client.onEnd(() => {
    if ((isAnswered && !wanted.isRegular) || tries >= TRIES_MAX) return;
    engine.after(chance.between(...(isAnswered ? REGULAR_MS : RERUN_MS)), 'send again', () => runClient(shop, wanted, tries + 1));
  });
}

function requestOf({ machine, engine, intents, digest }: Shop, { template }: Wanted, { intent, key, to, costCenter }: Row): AdmitRequest {
  const id = machine.ids.sortable<'message'>(engine.now());
  intents.set(id, intent);
  return {
    id,
    key,
    fingerprint: digest(intent).subarray(0, 8),
    aliases: [],
    to,
    language: null,
    checkedFor: null,
    content: template === null ? freeFormText({ type: 'text', body: 'Hello' }) : '{}',
    maxPrice: null,
    retryOf: null,
    confirms: null,
    costCenter,
    tags: [],
  };
}

function batchOf({ engine }: Shop, { outlet, template }: Wanted, requests: readonly AdmitRequest[]): AdmitBatch {
  const at = engine.now();
  return { mode: 'commit', senderId: outlet.sender.id, template, campaignId: null, runId: null, at, requests, spent: new Map() };
}

function acknowledge({ acknowledged, onFailure }: Shop, row: Row | undefined, admission: Admission): void {
  if (row === undefined || admission.kind === 'refused') return;
  if (admission.kind === 'key_conflict') return onFailure(`${row.intent}: the same content is taken for another`);
  acknowledged.set(row.intent, admission.kind === 'admitted' ? admission.message.request.id : admission.kept.id);
}

/** A dispatcher works through the outbox of some senders, as `tollbell dispatch` does for each. */
export function dispatchSomething(shop: Shop, outlets: readonly Outlet[] = shop.outlets): void {
  shop.machine.spawn('dispatch', (running) => work(shop, running, outlets));
}

async function work(shop: Shop, running: Running, outlets: readonly Outlet[]): Promise<void> {
  const { engine, chance } = shop;
  const { process, store, workerId } = running;
  const interruption = new AbortController();
  if (chance.hits(shop.faults().interrupt)) engine.after(chance.between(0, 5 * SECOND_MS), 'interrupt', () => interruption.abort());
  await recover(store, { diedWithProcess: DIED_WITH_PROCESS, at: engine.now() });
  for (const outlet of outlets) {
    const host = { store, transport: transportOf(shop, running, outlet), clock: process.clock, workerId, interrupted: interruption.signal };
    const plan = { sender: outlet.sender, scope: { kind: 'all' }, countMax: null, patienceMs: PATIENCE_MS } as const;
    await dispatch(host, { ...plan, onSettled: () => undefined, onStopping: () => undefined });
  }
}

function transportOf(shop: Shop, { process }: Running, { sender, provider }: Outlet): Transport {
  if (provider === null) return createSandbox(sender);
  const { engine, chance, digest, underWay } = shop;
  const roomMax = chance.pick([1, 4, 16]);
  const onPost = ({ phone }: OutgoingMessage): void => {
    if (phone !== null && chance.hits(shop.faults().stopsNow)) provider.act('inbound', { from: phone, type: 'text', text: 'STOP' });
  };
  return createWire({ engine, chance, process, provider, digest, underWay, roomMax, onPost, offline: () => shop.faults().offline });
}
