// One history: what a seed draws, from the founding of the store to the day on which nothing can come any more; and whether all was right.

import { verify } from '../../src/billing/verify.ts';
import { createKeyedDigest } from '../../src/store/key.ts';
import { AUDIT_PARTS, type AuditPart, type Audit } from '../../src/ports/store/audit.ts';
import type { Store } from '../../src/ports/store.ts';
import { DAY_MS, SECOND_MS, toInstant } from '../../src/values/time.ts';
import { type Chance, createChance } from './chance.ts';
import { dispatchSomething, sendALot, sendSomething } from './clients.ts';
import { changeTemplate, moveNumber, readEverything, switchMarketing, writeSomething } from './customers.ts';
import { createEngine, type Engine } from './engine.ts';
import { drawFaults, type Faults } from './faults.ts';
import { startMachine } from './machine.ts';
import {
  cancelSomething,
  closeAllMonths,
  closeSomeMonth,
  recordSomething,
  resendSomething,
  resolveSomething,
  retrySomething,
  setSomeBudget,
} from './office.ts';
import { openProvider, type Receive } from './provider.ts';
import { startServer } from './server.ts';
import { foundShop, makeSenders, type Outlet, type Period, PERIODS, PROVIDER_TEMPLATES, type Shop } from './shop.ts';
import { compareWithTruth } from './truth.ts';
import { watchCommits } from './watch.ts';

export type Ended = {
  readonly seed: number;
  /** Sentences; empty where all was right. */
  readonly failures: readonly string[];
  readonly steps: number;
  readonly posts: number;
  readonly charges: number;
  readonly crashes: number;
  readonly powerCuts: number;
  /** The same for the same history, step by step. */
  readonly digest: string;
};

const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** So long things happen, over midnight in both zones. */
const BUSY_MS = 14 * HOUR_MS;
/** When somebody looks afterwards: retries are due, webhooks are repeated for a week, silence ends after 38 days. */
const LATER_MS = [HOUR_MS, 6 * HOUR_MS, ...[1, 2, 4, 8, 16, 24, 31, 39, 40, 47, 60].map((days) => days * DAY_MS)];

const AUDIT_STEPS = 400;

const QUIET = { crash: 0, stall: 0, busy: 0, offline: 0, lostReceipt: 0, interrupt: 0, stopsNow: 0, haste: 0, powerCuts: 0 };

/** Lives through the history of a seed. It ends early where something is wrong. `trace` is told every step. */
export async function liveThrough(seed: number, trace: (line: string) => void = () => undefined): Promise<Ended> {
  const chance = createChance(seed);
  const period = chance.pick(PERIODS);
  const drawn = drawFaults(chance);
  let faults: Faults = drawn;
  const engine = createEngine(toInstant(period.start + chance.below(4 * HOUR_MS)), trace);
  const failures: string[] = [];
  const onFailure = (what: string): void => {
    engine.note(`wrong: ${what}`);
    failures.push(what);
  };
  let shop: Shop | undefined;
  const watch = watchCommits(() => shop as Shop);
  const onDeath = (): void => {
    if (shop !== undefined && shop.underWay.size > 0 && chance.hits(faults.haste)) hurry(shop);
  };
  const machine = startMachine({ engine, chance, faults: () => faults, watch, onDeath, onFailure });
  try {
    shop = openShop({ engine, chance, machine, drawn, faults: () => faults, onFailure });
    await foundShop(shop, period);
    planBusyTime(shop, period);
    engine.after(BUSY_MS, 'the faults are over', () => void (faults = { ...drawn, ...QUIET }));
    planLater(shop, period);
    await engine.run(async (steps) => {
      if (steps % AUDIT_STEPS === 0) failures.push(...(await audit(machine.look(), engine)));
      if (failures.length > 0) engine.stop();
    });
    const sums = failures.length > 0 ? { posts: 0, charges: 0 } : compareWithTruth(shop, period);
    failures.push(...(await verifyAll(machine.look(), engine)));
    return { seed, failures, steps: engine.steps(), ...sums, ...machine.counts, digest: engine.digest() };
  } finally {
    machine.close();
  }
}

type Opening = Pick<Shop, 'engine' | 'chance' | 'machine' | 'faults' | 'onFailure'> & { readonly drawn: Faults };

function openShop({ drawn, ...parts }: Opening): Shop {
  const { engine, chance, machine, faults, onFailure } = parts;
  const digest = createKeyedDigest(new Uint8Array(32));
  const secrets = new Map<string, string>();
  const server: { receive?: Receive } = {};
  const receive: Receive = (...post) => server.receive?.(...post);
  const common = { engine, chance, ids: machine.ids, faults: drawn, templates: PROVIDER_TEMPLATES, receive, onFailure };
  const outlets = makeSenders(machine, { chance, at: engine.now() }).map((sender): Outlet => {
    if (sender.whatsapp === null) return { sender, provider: null };
    const { phoneNumberId, wabaId } = sender.whatsapp;
    const identity = { phoneNumberId, wabaId, displayPhoneNumber: `1555078388${phoneNumberId.slice(-1)}` };
    const provider = openProvider({ ...common, identity, timeZone: sender.timeZone, lostReceipt: () => faults().lostReceipt });
    secrets.set(phoneNumberId, provider.world.identity.appSecret);
    return { sender, provider };
  });
  server.receive = startServer({ engine, chance, machine, digest, secretOf: (number) => secrets.get(number) ?? '', onFailure });
  return { ...parts, digest, outlets, acknowledged: new Map(), intents: new Map(), resent: new Set(), underWay: new Set() };
}

function hurry(shop: Shop): void {
  shop.engine.after(SECOND_MS, 'somebody sends again at once', () => resendSomething(shop));
  shop.engine.after(2 * SECOND_MS, 'a dispatcher begins', () => dispatchSomething(shop));
}

function planBusyTime(shop: Shop, period: Period): void {
  const plan: readonly (readonly [count: number, label: string, act: (shop: Shop) => void])[] = [
    [40, 'a client sends', sendSomething],
    [shop.chance.hits(0.1) ? 2 : 0, 'a client sends a lot', sendALot],
    [30, 'a dispatcher begins', dispatchSomething],
    [shop.faults().powerCuts, 'the power fails', ({ machine }) => machine.cutPower()],
    ...people(shop.chance, period),
  ];
  for (const [count, label, act] of plan) {
    for (let index = 0; index < count; index += 1) shop.engine.after(shop.chance.below(BUSY_MS), label, () => act(shop));
  }
}

// Of each kind of doing, some histories have nothing.
function people(chance: Chance, period: Period): readonly (readonly [number, string, (shop: Shop) => void])[] {
  const some = (most: number): number => (chance.hits(0.6) ? chance.between(1, most) : 0);
  return [
    [some(10), 'a customer writes', writeSomething],
    [some(4), 'a customer switches marketing', switchMarketing],
    [some(3), 'a customer reads', readEverything],
    [some(3), 'a customer moves', moveNumber],
    [some(4), 'a template changes', changeTemplate],
    [some(10), 'somebody resolves', resolveSomething],
    [some(10), 'somebody sends again', retrySomething],
    [some(10), 'somebody sends again at once', resendSomething],
    [some(5), 'somebody cancels', cancelSomething],
    [some(10), 'somebody records consent', recordSomething],
    [some(3), 'somebody sets a budget', setSomeBudget],
    [some(4), 'somebody closes a month', (shop) => closeSomeMonth(shop, period)],
  ];
}

function planLater(shop: Shop, period: Period): void {
  const { engine, chance } = shop;
  for (const later of LATER_MS) {
    const at = BUSY_MS + later;
    engine.after(at, 'a dispatcher begins', () => dispatchSomething(shop));
    if (chance.hits(0.3)) engine.after(at + MINUTE_MS, 'somebody resolves', () => resolveSomething(shop));
    if (chance.hits(0.3)) engine.after(at + 2 * MINUTE_MS, 'somebody sends again', () => retrySomething(shop));
    engine.after(at + HOUR_MS / 2, 'a dispatcher begins', () => dispatchSomething(shop));
  }
  for (const days of [3, 10, 45, 70])
    if (chance.hits(0.6)) engine.after(days * DAY_MS, 'the months are closed', () => closeAllMonths(shop, period));
}

/** What a history cannot change is looked at once, at its end. */
const UNCHANGING: ReadonlySet<AuditPart> = new Set(['schema', 'file']);

async function audit(store: Store, engine: Engine): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const part of AUDIT_PARTS) if (!UNCHANGING.has(part)) wrong.push(...violationsOf(await store.audit(part, engine.now())));
  return wrong;
}

async function verifyAll(store: Store, engine: Engine): Promise<readonly string[]> {
  return violationsOf(await verify(store, { now: engine.now, before: () => Promise.resolve() }));
}

function violationsOf(audits: readonly Audit[]): readonly string[] {
  return audits.flatMap(({ check, findings }) =>
    findings.filter(({ isNote }) => !isNote).map(({ wrong, count, ids }) => `verify: ${check}: ${wrong} (${count}: ${ids.join(', ')})`),
  );
}
