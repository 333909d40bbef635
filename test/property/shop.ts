// A shop that lives through random operations: two senders in two currencies and zones on one store file, with a clock turned by hand.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { freeFormText } from '../../src/domain/free-form.ts';
import type { Sender } from '../../src/domain/sender.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import type { ClaimedMessage } from '../../src/ports/store/outbox.ts';
import { recover } from '../../src/send/recover.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { CampaignId, ContactId, MessageId, SenderId } from '../../src/values/id.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Instant, parseTimeZone, toInstant, UTC } from '../../src/values/time.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { admit, makeBudget, outcomeOf, settle, turn, words } from '../conformance/store/crowd.ts';
import { ids, instant, makeCard, makeContact, makeEvent, makeRate, makeSender, makeTemplate, phone } from '../conformance/store/fixture.ts';
import { identityOf, messageFrom, personOf, receive, statusOf } from '../conformance/store/webhooks.ts';
import { type Operation, PEOPLE, scopeOf } from './operations.ts';

const START = instant('2026-10-20T12:00:00Z');
const EUR = 'EUR' as Currency;

// Somebody for whom there is no price.
const FRENCH = '+33612345678' as Phone;

/** List prices by currency, first day and category; German numbers only, so that all others have no price. */
export const LIST_PRICES = [
  ['USD', '2026-01-01', { marketing: 100, utility: 50, service: 10 }],
  ['USD', '2026-11-01', { marketing: 120, utility: 40, service: 10 }],
  ['EUR', '2026-01-01', { marketing: 90, utility: 45 }],
  ['EUR', '2026-12-01', { marketing: 30, utility: 60, service: 20 }],
] as const;

type Do<Name extends Operation['do']> = Extract<Operation, { do: Name }>;

export type Shop = {
  readonly database: Database.Database;
  readonly store: Store;
  readonly senders: readonly Sender[];
  readonly campaigns: ReadonlyMap<string, CampaignId>;
  readonly now: () => Instant;
  readonly perform: (operation: Operation, checks: Checks) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A batch that was previewed and then committed: what each request became in both, and the messages that it made. */
export type AdmittedBatch = {
  readonly senderId: SenderId;
  readonly campaignId: CampaignId | null;
  readonly preview: readonly string[];
  readonly commit: readonly string[];
  readonly messages: readonly MessageId[];
};

/** What a test wants to look at while it happens. */
export type Checks = {
  readonly admitted: (batch: AdmittedBatch) => Promise<void>;
  readonly claimed: (senderId: SenderId, messages: readonly ClaimedMessage[]) => void;
};

/** Opens the shop, with people of whom most agreed to something and one has no price. */
export async function openShop(): Promise<Shop> {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-shop-'));
  const path = join(directory, 'shop.db');
  const store = await openSqliteStore({ path, readOnly: false, busyTimeoutMs: 1_000 });
  const database = new Database(path);
  database.pragma('synchronous = OFF'); // of this connection, which only reads
  const senders = [
    makeSender({ name: 'berlin', isDefault: true, timeZone: parseTimeZone('Europe/Berlin') ?? UTC }),
    makeSender({ name: 'new-york', currency: EUR, timeZone: parseTimeZone('America/New_York') ?? UTC }),
  ];
  await found(store, senders);
  const contacts = await addPeople(store, senders);
  const state: State = { store, senders, contacts, now: START, messages: [], inFlight: senders.map(() => []), campaigns: new Map() };
  return {
    database,
    store,
    senders,
    campaigns: state.campaigns,
    now: () => state.now,
    perform: (operation, checks) => perform(state, operation, checks),
    close: async () => {
      database.close();
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function found(store: Store, [first, ...others]: readonly Sender[]): Promise<void> {
  if (first === undefined) throw new Error('a shop has a sender');
  const cards = LIST_PRICES.map(([currency, from, prices]) =>
    makeCard(
      from,
      Object.entries(prices).map(([category, micros]) => makeRate(category as 'marketing', BigInt(micros))),
      currency as Currency,
    ),
  );
  await store.found({ keyCheck: '', sender: first, cards });
  for (const sender of others) await store.putSender(sender);
  for (const { id } of [first, ...others]) {
    await store.putTemplate(makeTemplate(id));
    await store.putTemplate(makeTemplate(id, { name: 'notice', category: 'utility' }));
  }
}

async function addPeople(store: Store, senders: readonly Sender[]): Promise<readonly ContactId[]> {
  const contacts = Array.from({ length: PEOPLE }, (_, index) =>
    makeContact('', {
      phone: index === PEOPLE - 1 ? FRENCH : phone(`${index}5555`),
      optIns: senders.flatMap(({ id }) => agreedTo(index).map((subject) => makeEvent('opt_in', id, { subject, at: START }))),
    }),
  );
  const written = await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: START });
  return written.map(({ contactId }) => contactId);
}

// Most to everything, one to nothing.
function agreedTo(person: number): readonly ('marketing' | 'utility')[] {
  if (person === 0) return [];
  return person === 1 ? ['utility'] : ['marketing', 'utility'];
}

type State = {
  readonly store: Store;
  readonly senders: readonly Sender[];
  readonly contacts: readonly ContactId[];
  readonly campaigns: Map<string, CampaignId>;
  readonly messages: MessageId[];
  /** What finished and was not told yet, by sender. */
  readonly inFlight: Outcome[][];
  now: Instant;
};

function senderOf(state: State, index: number): Sender {
  const sender = state.senders[index];
  if (sender === undefined) throw new Error(`no sender ${index}`);
  return sender;
}

async function perform(state: State, operation: Operation, checks: Checks): Promise<void> {
  const { store, now } = state;
  switch (operation.do) {
    case 'admit':
      return performAdmit(state, operation, checks);
    case 'turn':
      return performTurn(state, operation, checks);
    case 'events':
      await settle(
        store,
        operation.events.map((event) => toOutcome(state, event)),
        now,
      );
      return;
    case 'webhook':
      return performWebhook(state, operation);
    case 'template': {
      const { id: senderId } = senderOf(state, operation.sender);
      const { name, category, status } = operation;
      const change = { id: ids.short<'template'>(), name, language: 'en', whole: null, providerId: null, quality: null, category, status };
      await store.changeTemplates({ senderId, changes: [change], at: now }, { settle: decideSettlements, reprice: decideRepricings });
      return;
    }
    case 'move': {
      const [from, to] = [personOf(`${operation.from}5555`), personOf(`${operation.to}5555`)];
      await receive(store, [identityOf(senderOf(state, operation.sender).id, from, to, now)], now);
      return;
    }
    case 'cancel':
      await settle(
        store,
        operation.messages.map((index) => outcomeOf(messageAt(state, index), 'cancelled', { at: now })),
        now,
      );
      return;
    case 'consent':
      return performConsent(state, operation);
    case 'budget': {
      const { id, currency } = senderOf(state, operation.sender);
      const { period, cap, category, costCenter } = operation;
      await store.putBudget(makeBudget(id, cap, { period, currency, category, costCenter, createdAt: now }));
      return;
    }
    case 'remove_budget': {
      const budgets = await store.listBudgets({ senderId: senderOf(state, operation.sender).id, at: now });
      const use = budgets[operation.index % Math.max(budgets.length, 1)];
      if (use !== undefined) await store.removeBudget(use.budget.id, now);
      return;
    }
    case 'inbound': {
      const contactId = contactAt(state, operation.person);
      await store.recordInbound({ senderId: senderOf(state, operation.sender).id, messages: [{ contactId, at: now }] });
      return;
    }
    case 'wait':
      state.now = toInstant(now + operation.ms);
      return;
    case 'expire':
      await recover(store, { diedWithProcess: [], at: now });
      return;
  }
}

function contactAt(state: State, index: number): ContactId {
  const contactId = state.contacts[index];
  if (contactId === undefined) throw new Error(`no person ${index}`);
  return contactId;
}

function messageAt({ messages }: State, index: number): MessageId {
  return messages[index % Math.max(messages.length, 1)] ?? ('nobody' as MessageId);
}

async function performAdmit(state: State, { sender, template, campaign, rows }: Do<'admit'>, checks: Checks): Promise<void> {
  const { id: senderId } = senderOf(state, sender);
  const at = state.now;
  const run = campaign === null ? null : await state.store.openRun({ id: ids.short(), senderId, campaign: `${campaign}-${sender}`, at });
  if (run !== null) state.campaigns.set(`${campaign}-${sender}`, run.campaignId);
  const requests = rows.map(({ person, key, content, costCenter, maxPrice, tags }) => ({
    id: ids.sortable<'message'>(at),
    key: key === null ? null : Buffer.alloc(16, key),
    fingerprint: Buffer.alloc(8, content),
    to: { contactId: contactAt(state, person) },
    language: null,
    checkedFor: null,
    content: template === null ? freeFormText({ type: 'text', body: 'Hello' }) : '{}',
    maxPrice: maxPrice === null ? null : toMicros(maxPrice),
    aliases: [],
    retryOf: null,
    confirms: null,
    costCenter,
    tags,
  }));
  const rest = { template, campaignId: run?.campaignId ?? null, runId: run?.runId ?? null, at };
  const preview = await admit(state.store, senderId, requests, { ...rest, mode: 'preview' });
  const commit = await admit(state.store, senderId, requests, rest);
  const messages = commit.admissions.flatMap((admission) => (admission.kind === 'admitted' ? [admission.message.request.id] : []));
  state.messages.push(...messages);
  const answers = { preview: words(preview.admissions), commit: words(commit.admissions) };
  await checks.admitted({ senderId, campaignId: rest.campaignId, messages, ...answers });
}

async function performTurn(state: State, { sender, room, scope, answers }: Do<'turn'>, checks: Checks): Promise<void> {
  const { id: senderId } = senderOf(state, sender);
  const campaignId = state.campaigns.get(`${scope}-${sender}`);
  const outcomes = state.inFlight[sender]?.splice(0) ?? [];
  const { claimed } = await turn(state.store, senderId, {
    scope:
      scope === 'messages'
        ? { kind: scope, ids: state.messages }
        : campaignId === undefined
          ? { kind: 'all' }
          : { kind: 'campaign', campaignId },
    outcomes,
    room,
    at: state.now,
  });
  checks.claimed(senderId, claimed);
  for (const [index, { id, attempt }] of claimed.entries()) {
    const kinds = answers[index % answers.length] ?? [];
    state.inFlight[sender]?.push(
      ...kinds.map((kind) => outcomeOf(id, kind, { attempt, at: state.now, retryAt: kind === 'retry' ? state.now : null })),
    );
  }
}

async function performConsent(state: State, { sender, person, kind, purpose, everywhere }: Do<'consent'>): Promise<void> {
  const subject = kind === 'block' || kind === 'unblock' ? 'block' : purpose;
  const event = makeEvent(kind, scopeOf(everywhere, senderOf(state, sender).id), { subject, at: state.now });
  const contactId = contactAt(state, person);
  const writes = [{ contactId, who: { contactId }, events: [event] }];
  await state.store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at: state.now }, decideSettlements);
}

async function performWebhook(state: State, { events, sender, person, text }: Do<'webhook'>): Promise<void> {
  const { store, now, senders } = state;
  const outcomes = events.map((event) => toOutcome(state, event));
  const found = await store.findMessages(outcomes.map(({ messageId }) => messageId));
  const statuses = outcomes.map((outcome, index) => {
    const owner = senders.find(({ name }) => name === found[index]?.sender);
    return statusOf(owner?.id ?? null, outcome.messageId, outcome.kind, outcome);
  });
  await receive(store, [...statuses, messageFrom(senderOf(state, sender).id, personOf(`${person}5555`), text, now)], now);
}

function toOutcome(state: State, { message, kind, attempt, agoMs, pricing, code }: Do<'events'>['events'][number]): Outcome {
  const error = code === null ? null : { code, title: '' };
  return outcomeOf(messageAt(state, message), kind, { attempt, pricing, error, at: toInstant(state.now - agoMs) });
}
