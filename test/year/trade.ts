// A shop in trade with its provider for a long time: the emulator over HTTP, the receiver of its webhooks, and a store between them, on one clock turned by hand.

import { randomBytes } from 'node:crypto';
import { marketMap } from '../../src/catalog/markets.ts';
import { plainRecords } from '../../src/catalog/plain-csv.ts';
import { parsePriceCards } from '../../src/domain/price-card.ts';
import type { Sender } from '../../src/domain/sender.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import { freeFormText } from '../../src/domain/free-form.ts';
import { openEmulator } from '../../src/emulator/emulator.ts';
import type { ScenarioInput } from '../../src/emulator/scenario.ts';
import type { Clock } from '../../src/ports/host.ts';
import type { Store } from '../../src/ports/store.ts';
import { dispatch } from '../../src/send/dispatch.ts';
import { openServer } from '../../src/server/app.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { createWhatsappTransport } from '../../src/transports/whatsapp/transport.ts';
import { BATCH_MAX, slices } from '../../src/values/batch.ts';
import type { Phone } from '../../src/values/phone.ts';
import { formatInstant, type Instant, type TimeZone, toInstant } from '../../src/values/time.ts';
import { admit, requestTo, words } from '../conformance/store/crowd.ts';
import { ids, makeCard, makeContact, makeEvent, makeSender, makeTemplate, makeWhatsapp } from '../conformance/store/fixture.ts';
import { keyedDigest } from '../inbound/webhooks.ts';

/** The templates of the shop, by name, in the provider's words. */
const TEMPLATES = { offer: 'MARKETING', notice: 'UTILITY' } as const;
export type TemplateName = keyof typeof TEMPLATES;

export type Trade = {
  readonly store: Store;
  readonly sender: Sender;
  readonly now: () => Instant;
  /** Turns both clocks; what comes due on the way is reported, and applied, before it returns. */
  readonly turnTo: (at: Instant) => Promise<void>;
  /** Sends a template, or text into open windows where it is null; returns what became of each, as words. */
  readonly send: (template: TemplateName | null, to: readonly Phone[]) => Promise<readonly string[]>;
  /** A customer writes; from an advertisement, where it says so. */
  readonly write: (from: Phone, rest?: object) => Promise<void>;
  /** What the provider says it bills: points of `pricing_analytics` between two instants. */
  readonly analytics: (from: Instant, to: Instant) => Promise<readonly BillPoint[]>;
  readonly close: () => Promise<void>;
};

/** One line of the provider's analytics. */
export type BillPoint = {
  readonly start: number;
  readonly country: string;
  readonly pricing_type: string;
  readonly pricing_category: string;
  readonly volume: number;
  readonly cost: number;
};

export type TradeOptions = {
  readonly start: Instant;
  readonly timeZone: TimeZone;
  /** The price cards of both sides, as `price import` reads them. */
  readonly cards: string;
  readonly people: readonly Phone[];
  readonly scenario: ScenarioInput;
};

/** Opens the trade: people who agreed to everything, both templates approved on both sides. */
export async function openTrade({ start, timeZone, cards, people, scenario }: TradeOptions): Promise<Trade> {
  const time = { now: start };
  const emulator = await openEmulator({
    port: 0,
    clock: { now: () => start, sleep: async () => undefined, yield: tick },
    clockMode: 'manual',
    ids,
    scenario: { ...scenario, account: { ...scenario.account, time_zone: timeZone, price_cards: cards } },
  });
  const token = { authorization: `Bearer ${emulator.accessToken}`, 'content-type': 'application/json' };
  const ask = async (url: string, init: RequestInit = {}): Promise<Record<string, unknown>> => {
    const answer = await fetch(url, init);
    const body = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(JSON.stringify(body));
    return body;
  };
  const act = (action: string, input: object) => ask(`${emulator.adminUrl}/${action}`, { method: 'POST', body: JSON.stringify(input) });
  const turnTo = async (at: Instant): Promise<void> => {
    time.now = toInstant(Math.max(at, time.now)); // first ours, so that nothing is heard of before it happens
    await act('clock', { set: formatInstant(time.now) });
  };
  const clock: Clock = { now: () => time.now, sleep: (milliseconds) => turnTo(toInstant(time.now + milliseconds)), yield: tick };
  const whatsapp = makeWhatsapp({
    phoneNumberId: emulator.phoneNumberId,
    wabaId: emulator.wabaId,
    apiBase: emulator.url,
    ratePerSecond: 1_000,
  });
  const sender = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp, timeZone, isDefault: true, createdAt: start });
  const store = await openSqliteStore({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
  await found(store, sender, { cards, people, start });
  for (const [name, category] of Object.entries(TEMPLATES)) {
    const body = JSON.stringify({ name, category, language: 'en', components: [{ type: 'BODY', text: 'Hello' }] });
    await ask(`${emulator.url}/${emulator.wabaId}/message_templates`, { method: 'POST', headers: token, body });
  }
  const server = await openServer({
    port: 0,
    host: '127.0.0.1',
    metricsToken: null,
    clock,
    ids,
    keyedDigest,
    log: () => undefined,
    senders: async () => [{ sender, appSecrets: [emulator.appSecret], verifyToken: emulator.verifyToken }],
    store,
  });
  emulator.setWebhook(server.webhookUrl);
  const transport = createWhatsappTransport({ settings: whatsapp, token: emulator.accessToken, digest: keyedDigest, clock });
  const host = { store, transport, clock, workerId: ids.sortable<'worker'>(start), interrupted: new AbortController().signal };
  const plan = { sender, scope: { kind: 'all' }, countMax: null, patienceMs: Number.POSITIVE_INFINITY } as const;
  const nothing = () => undefined;
  return {
    store,
    sender,
    now: clock.now,
    turnTo,
    send: async (template, to) => {
      const became: string[] = [];
      for (const batch of slices(to, BATCH_MAX)) {
        const content = template === null ? freeFormText({ type: 'text', body: 'Hello' }) : '{}';
        const requests = batch.map((number) => requestTo(number, { id: ids.sortable(time.now), fingerprint: randomBytes(8), content }));
        became.push(...words((await admit(store, sender.id, requests, { template, at: time.now })).admissions));
      }
      await dispatch(host, { ...plan, onSettled: nothing, onStopping: nothing });
      await turnTo(time.now);
      return became;
    },
    write: async (from, rest = {}) => {
      await act('inbound', { from, type: 'text', text: 'Hello', ...rest });
      await turnTo(time.now);
    },
    analytics: async (from, to) => {
      const dimensions = 'dimensions([PRICING_CATEGORY,PRICING_TYPE,COUNTRY])';
      const field = `pricing_analytics.start(${from / 1_000}).end(${to / 1_000}).granularity(DAILY).${dimensions}`;
      const answer = await ask(`${emulator.url}/${emulator.wabaId}?fields=${field}`, { headers: token });
      const { data } = answer['pricing_analytics'] as { readonly data: readonly { readonly data_points: readonly BillPoint[] }[] };
      return data.flatMap(({ data_points: points }) => points);
    },
    close: async () => {
      await transport.close();
      await server.close();
      await emulator.close();
      await store.close();
    },
  };
}

type Founding = Pick<TradeOptions, 'cards' | 'people' | 'start'>;

async function found(store: Store, sender: Sender, { cards, people, start }: Founding): Promise<void> {
  const known = parsePriceCards(plainRecords(cards), { source: 'the test', markets: marketMap().markets });
  const stored = known.map(({ effectiveFrom, rates, currency }) => makeCard(effectiveFrom, rates, currency));
  await store.found({ keyCheck: '', sender, cards: stored });
  for (const [name, category] of Object.entries(TEMPLATES)) {
    await store.putTemplate(makeTemplate(sender.id, { name, category: category.toLowerCase() as 'utility', addedAt: start }));
  }
  const optIns = (['marketing', 'utility'] as const).map((subject) => makeEvent('opt_in', sender.id, { subject, at: start }));
  const contacts = people.map((number) => makeContact('0', { id: ids.sortable(start), phone: number, optIns }));
  for (const batch of slices(contacts, BATCH_MAX)) await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: batch, at: start });
}

function tick(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
