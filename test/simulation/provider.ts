// The provider of one sender: the emulator's world without HTTP, on the virtual clock. It has its own truth of what it took, delivered and billed, and of what was
// heard of it.

import { createIdentity, type Identity } from '../../src/emulator/identity.ts';
import type { Json } from '../../src/emulator/answer.ts';
import { actionOf } from '../../src/emulator/admin-actions.ts';
import { parseScenario } from '../../src/emulator/scenario.ts';
import { toStored } from '../../src/emulator/templates.ts';
import type { PostResult } from '../../src/emulator/webhook-post.ts';
import { createWebhooks } from '../../src/emulator/webhooks.ts';
import { createSituation, type World } from '../../src/emulator/world.ts';
import type { IdSource } from '../../src/values/id.ts';
import type { TimeZone } from '../../src/values/time.ts';
import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Faults } from './faults.ts';

/** What a status told, where our 200 to it arrived. `type` null: nothing of the price. */
export type Heard = { readonly messageId: string; readonly status: string; readonly type: string | null };

export type Provider = {
  readonly world: World;
  readonly heard: readonly Heard[];
  /** Lets customers and the platform do something, as the emulator's own interface does. */
  readonly act: (name: string, input: Json) => void;
};

/** Takes a post of webhooks; `answer` is told the HTTP status, or null where none came. */
export type Receive = (body: string, signature: string, answer: (status: number | null) => void) => void;

export type ProviderParts = {
  readonly engine: Engine;
  readonly chance: Chance;
  readonly ids: Pick<IdSource, 'short'>;
  readonly identity: Pick<Identity, 'phoneNumberId' | 'displayPhoneNumber' | 'wabaId'>;
  readonly timeZone: TimeZone;
  readonly faults: Faults;
  readonly lostReceipt: () => number;
  readonly templates: readonly Json[];
  readonly receive: Receive;
  readonly onFailure: (what: string) => void;
};

/** How long a post takes to arrive, and its answer. */
const WIRE_MS = [1, 200] as const;

/** A provider with its templates approved. */
export function openProvider(parts: ProviderParts): Provider {
  const { engine, chance, faults } = parts;
  const identity = createIdentity(parts.ids, parts.identity);
  const heard: Heard[] = [];
  let count = 0;
  const nextId: World['nextId'] = (kind) => {
    count += 1;
    return kind === 'object' ? `${identity.phoneNumberId}${count}` : `wamid.${identity.phoneNumberId}.${count}`;
  };
  const timeline: World['timeline'] = {
    mode: 'real',
    now: engine.now,
    schedule: (at, event) => engine.after(at - engine.now(), 'provider', event),
    setTo: () => Promise.reject(new Error('nobody turns this clock')),
    clear: () => undefined,
    close: () => undefined,
  };
  const scenario = parseScenario({
    seed: chance.below(2 ** 32),
    rates: faults.rates,
    latency_ms: faults.latencyMs,
    webhook_batch_max: chance.pick([1, 10, 100]),
    account: { time_zone: parts.timeZone },
  });
  const post = (body: string, signature: string): Promise<PostResult> =>
    new Promise((resolve) => {
      const end = (status: number | null): void => {
        const isLost = status === 200 && chance.hits(parts.lostReceipt());
        engine.after(chance.between(...WIRE_MS), `webhook answered ${isLost ? 'and not heard' : String(status)}`, () => {
          if (status === 200 && !isLost) heard.push(...statusesIn(body));
          resolve({ status: isLost ? null : status, error: null });
        });
      };
      engine.after(chance.between(...WIRE_MS), 'webhook', () => parts.receive(body, signature, end));
    });
  const webhooks = createWebhooks({
    timeline,
    source: identity,
    appSecret: identity.appSecret,
    verifyToken: identity.verifyToken,
    batchMax: () => scenario.webhook_batch_max,
    retryForMs: () => scenario.webhook_retry_hours * 3_600_000,
    poster: { post: (_url, ...posted) => post(...posted), verify: () => Promise.resolve(true), close: () => Promise.resolve() },
  });
  const world: World = { ...createSituation(scenario, engine.now(), nextId), identity, timeline, nextId, webhooks };
  for (const template of parts.templates) world.templates.add({ ...toStored(template, engine.now()), status: 'APPROVED' });
  webhooks.setUrl('simulation');
  return {
    world,
    heard,
    act: (name, input) => {
      engine.note(`${identity.phoneNumberId}: ${name} ${JSON.stringify(input)}`);
      const answer = actionOf(name)?.(world, input);
      if (answer === undefined || answer instanceof Promise) throw new Error(`${name} is no action`);
      if (answer.status !== 200 && name !== 'number-change')
        parts.onFailure(`the emulator refused ${name}: ${JSON.stringify(answer.body)}`);
    },
  };
}

type Status = { readonly id: string; readonly status: string; readonly pricing?: { readonly type: string } };
type Body = { readonly entry: readonly { readonly changes: readonly { readonly value: { readonly statuses?: readonly Status[] } }[] }[] };

function statusesIn(body: string): readonly Heard[] {
  const { entry } = JSON.parse(body) as Body;
  const statuses = entry.flatMap(({ changes }) => changes.flatMap(({ value }) => value.statuses ?? []));
  return statuses.map(({ id, status, pricing }) => ({ messageId: id, status, type: pricing?.type ?? null }));
}
