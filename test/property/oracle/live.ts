// The real thing lives through a history: a store in memory, and the rules that the program uses. What it is left with is told as a bill.

import { closeMonth } from '../../../src/billing/close.ts';
import { billReport } from '../../../src/billing/report.ts';
import { freeFormText } from '../../../src/domain/free-form.ts';
import type { InboundEvent } from '../../../src/domain/inbound.ts';
import type { ProviderPricing } from '../../../src/domain/outcome.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../../../src/domain/sender.ts';
import { AppError } from '../../../src/errors.ts';
import type { Store } from '../../../src/ports/store.ts';
import { AUDIT_PARTS, type Finding } from '../../../src/ports/store/audit.ts';
import { EVENTS_MAX } from '../../../src/ports/store/inbound.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { BATCH_MAX, slices } from '../../../src/values/batch.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { type Currency, parseAmount, toMicros } from '../../../src/values/money.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { type Day, type Instant, type Month, parseTimeZone, toInstant, UTC } from '../../../src/values/time.ts';
import { admit, outcomeOf, requestTo, settle, turn } from '../../conformance/store/crowd.ts';
import { ids, instant, makeCard, makeContact, makeEvent, makeRate, makeSender, makeTemplate } from '../../conformance/store/fixture.ts';
import { messageFrom, personOf, receive, statusOf } from '../../conformance/store/webhooks.ts';
import {
  type Bill,
  CATEGORIES,
  type Category,
  type History,
  lineKey,
  MARKETS,
  type Message,
  PEOPLE,
  PRICES,
  SENDER_NAMES,
  type SenderName,
  SENDERS,
  type Step,
  surcharge,
  type Told,
} from './history.ts';

const BEGIN = instant('2026-01-01T00:00:00Z');
const END = instant('2028-01-01T00:00:00Z');
const EVER = { from: '2026-01-01' as Day, to: '2028-01-01' as Day };

type World = {
  readonly store: Store;
  readonly senders: Readonly<Record<SenderName, Sender>>;
  /** Of what was admitted; of what left, the same once more. */
  readonly admitted: Map<Message, readonly MessageId[]>;
  readonly left: Map<Message, readonly MessageId[]>;
};

/** What the store is left with, and what `verify` finds wrong with it. */
export async function actualBill(history: History): Promise<{ readonly bill: Bill; readonly violations: readonly unknown[] }> {
  const store = await openSqliteStore({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
  try {
    const world: World = { store, senders: makeSenders(), admitted: new Map(), left: new Map() };
    await found(world);
    for (const step of history) await perform(world, step);
    return { bill: await billOf(world), violations: await violationsIn(store) };
  } finally {
    await store.close();
  }
}

// But for the schema, which no history changes: a look at it takes as long as a short history.
async function violationsIn(store: Store): Promise<readonly unknown[]> {
  const violations: Finding[] = [];
  for (const part of AUDIT_PARTS) {
    if (part === 'schema') continue;
    for (const { findings } of await store.audit(part, END)) violations.push(...findings.filter(({ isNote }) => !isNote));
  }
  return violations;
}

// Their ids are in the order of their names: of two equal rests of a discount, the first id gets the millionth.
function makeSenders(): World['senders'] {
  const sorted = SENDER_NAMES.map(() => ids.short<'sender'>()).toSorted();
  const sender = (name: SenderName): Sender => {
    const { currency, zone } = SENDERS[name];
    const id = sorted[SENDER_NAMES.indexOf(name)] ?? ids.short();
    return makeSender({ id, name, isDefault: name === 'berlin', currency: currency as Currency, timeZone: parseTimeZone(zone) ?? UTC });
  };
  return { berlin: sender('berlin'), 'new-york': sender('new-york'), utc: sender('utc') };
}

async function found({ store, senders }: World): Promise<void> {
  await store.found({ keyCheck: '', sender: senders.berlin, cards: makeCards() });
  await store.putSender(senders['new-york']);
  await store.putSender(senders.utc);
  for (const { id } of Object.values(senders)) {
    for (const category of CATEGORIES) if (category !== 'service') await store.putTemplate(makeTemplate(id, { name: category, category }));
  }
  const optIns = Object.values(senders).flatMap(({ id }) => CATEGORIES.map((subject) => makeEvent('opt_in', id, { subject, at: BEGIN })));
  const contacts = Object.values(PEOPLE).map(({ phone }) => makeContact('', { phone: phone as Phone, optIns }));
  await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: BEGIN });
}

function makeCards() {
  const cards = new Set(PRICES.map(({ currency, from }) => `${currency} ${from}`));
  return [...cards].map((card) => {
    const prices = PRICES.filter(({ currency, from }) => `${currency} ${from}` === card);
    const rates = MARKETS.flatMap((market) =>
      prices.map(({ category, first, last, micros }) => {
        const ends = { tierFrom: first === 1 ? 0 : first, tierTo: Number.isFinite(last) ? last : 'max' } as const;
        return makeRate(category, micros + surcharge(market), { market, ...ends });
      }),
    );
    const [currency = '', from = ''] = card.split(' ');
    return makeCard(from, rates, currency as Currency);
  });
}

async function perform(world: World, step: Step): Promise<void> {
  const at = toInstant(step.at);
  switch (step.do) {
    case 'admit':
      return performAdmit(world, step.message, at);
    case 'claim':
      return performClaim(world, step.message, at);
    case 'write': {
      const { sender, person } = step.message;
      const from = personOf('', { phone: PEOPLE[person].phone as Phone });
      await receive(world.store, [messageFrom(world.senders[sender].id, from, 'Hello', toInstant(step.written))], at);
      return;
    }
    case 'hear': {
      const events = step.told.flatMap((told) => eventsOf(world, told));
      for (const batch of slices(events, EVENTS_MAX)) await receive(world.store, batch, at);
      return;
    }
    case 'close':
      return performClose(world, step, at);
  }
}

async function performAdmit({ store, senders, admitted }: World, message: Message, at: Instant): Promise<void> {
  const { sender, person, category, copies } = message;
  const content = contentOf(category);
  const requests = Array.from({ length: copies }, () => requestTo(PEOPLE[person].phone as Phone, { id: ids.sortable(at), content }));
  const messages: MessageId[] = [];
  for (const batch of slices(requests, BATCH_MAX)) {
    const { admissions } = await admit(store, senders[sender].id, batch, { template: category === 'service' ? null : category, at });
    messages.push(...admissions.flatMap((admission) => (admission.kind === 'admitted' ? [admission.message.request.id] : [])));
  }
  admitted.set(message, messages);
}

function contentOf(category: Category): string {
  if (category === 'service') return freeFormText({ type: 'text', body: 'Hello' });
  return category === 'authentication' ? '{"1":"123456"}' : '{}';
}

// The provider takes at once what leaves.
async function performClaim({ store, senders, admitted, left }: World, message: Message, at: Instant): Promise<void> {
  const messages: MessageId[] = [];
  for (const batch of slices(admitted.get(message) ?? [], BATCH_MAX)) {
    const { claimed } = await turn(store, senders[message.sender].id, { scope: { kind: 'messages', ids: batch }, at });
    messages.push(...claimed.map(({ id }) => id));
    const accepted = claimed.map(({ id, attempt }) => outcomeOf(id, 'accepted', { attempt, at, providerId: `wamid.${id}` }));
    await settle(store, accepted, at);
  }
  left.set(message, messages);
}

function eventsOf({ senders, left }: World, told: Told): readonly InboundEvent[] {
  const { message, kind, at, freeEntryUntil } = told;
  const pricing = pricingOf(told);
  const until = freeEntryUntil === null ? null : toInstant(freeEntryUntil);
  return (left.get(message) ?? []).map((id) => {
    const rest = { attempt: 1, at: toInstant(at), providerId: `wamid.${id}`, pricing, freeEntryUntil: until };
    return statusOf(senders[message.sender].id, id, kind, rest);
  });
}

function pricingOf({ message: { sender, category }, word, cost, international }: Told): ProviderPricing | null {
  if (word === null) return null;
  const named = category === 'authentication' && international ? 'authentication_international' : category;
  const pricing = { type: word, category: word === 'free_entry_point' ? 'referral_conversion' : named };
  return cost === null ? pricing : { ...pricing, cost: { amount: toMicros(cost), currency: SENDERS[sender].currency as Currency } };
}

async function performClose({ store, senders }: World, { sender, month }: Extract<Step, { do: 'close' }>, at: Instant): Promise<void> {
  try {
    await closeMonth(store, { sender: senders[sender], month: month as Month, at, by: 'ada' });
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'period_open' && error.code !== 'invalid_input')) throw error;
  }
}

async function billOf({ store, senders }: World): Promise<Bill> {
  const { rows } = await billReport(store, { period: EVER, senderId: null, groupBy: ['month', 'sender', 'market', 'category'] });
  const lines = rows.map(({ group, figures }) => {
    const { month = '', sender = '', market = '', category = '' } = group;
    const { units, delivered, failed, billable_units: billable, free_units: free, charged, adjusted } = figures;
    const line = { units, delivered, failed, billable, free, charged: microsIn(charged), adjusted: microsIn(adjusted) };
    return [lineKey(month, sender, market, category, figures.currency), line] as const;
  });
  const closed: string[] = [];
  for (const name of SENDER_NAMES) {
    for (const { month } of await store.closings(senders[name].id)) closed.push(`${name} ${month}`);
  }
  return { lines: new Map(lines), closed };
}

function microsIn(text: string): bigint {
  const size = parseAmount(text.replace('-', ''));
  if (size === undefined) throw new Error(`${text} is not an amount`);
  return text.startsWith('-') ? -size : toMicros(size);
}
