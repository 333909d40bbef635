// The people of the business, at their own commands: they decide what nobody knows, send again, cancel, block, set budgets and close months.

import { closeMonth } from '../../src/billing/close.ts';
import { CONSENT_KINDS, EVERYWHERE, PURPOSES } from '../../src/domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import type { MessageState } from '../../src/domain/message.ts';
import { createIo } from '../../src/host.ts';
import type { Store } from '../../src/ports/store.ts';
import type { SaidEvent } from '../../src/ports/store/directory.ts';
import type { MessageRecord } from '../../src/ports/store/report.ts';
import { cancelMessages } from '../../src/send/cancel.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { recover } from '../../src/send/recover.ts';
import { RESOLUTIONS, resolveMessage } from '../../src/send/resolve.ts';
import { refuseRetry, retryMessage } from '../../src/send/retry-message.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Month, monthOf, SECOND_MS } from '../../src/values/time.ts';
import { DIED_WITH_PROCESS } from './clients.ts';
import type { Running } from './machine.ts';
import { dayFor, PEOPLE, type Period, type Shop, someBudget } from './shop.ts';

/** Somebody says what became of a message that nobody knows of, right or wrong. */
export function resolveSomething(shop: Shop): void {
  const { machine, chance, engine } = shop;
  machine.spawn('resolve', async ({ store }) => {
    await recover(store, { diedWithProcess: DIED_WITH_PROCESS, at: engine.now() });
    const record = await someMessage(shop, store, 'unknown');
    if (record === null) return;
    const as = chance.pick(RESOLUTIONS);
    await resolveMessage(store, { id: record.id, as, by: 'ada', reason: 'a history', at: engine.now() });
    engine.note(`resolved ${record.id} as ${as}`);
  });
}

/** Somebody who cannot wait says that it was not sent, and sends it again, at once or a little later; first of all what is still under way. */
export function resendSomething(shop: Shop): void {
  const { machine, engine, chance } = shop;
  machine.spawn('resend', async (running) => {
    const { store } = running;
    await recover(store, { diedWithProcess: DIED_WITH_PROCESS, at: engine.now() });
    const record = await someMessage(shop, store, 'unknown');
    if (record === null) return;
    await resolveMessage(store, { id: record.id, as: 'not_sent', by: 'ada', reason: 'a history', at: engine.now() });
    engine.after(chance.pick([0, chance.between(...RESENT_AFTER_MS)]), 'somebody sends again', () => {
      machine.spawn('retry', async (later) => {
        const [resolved = null] = await later.store.findMessages([record.id]);
        if (resolved !== null) await retry(shop, later, resolved);
      });
    });
  });
}

const RESENT_AFTER_MS = [60 * SECOND_MS, 300 * SECOND_MS] as const;

/** Somebody sends again what is over. */
export function retrySomething(shop: Shop): void {
  shop.machine.spawn('retry', async (running) => {
    const record = await someMessage(shop, running.store, shop.chance.pick(['failed', 'expired', 'cancelled']));
    if (record !== null) await retry(shop, running, record);
  });
}

async function retry(shop: Shop, { store, process, workerId }: Running, record: MessageRecord): Promise<void> {
  const { machine, engine, outlets, digest } = shop;
  const sender = outlets.find((outlet) => outlet.sender.name === record.sender)?.sender;
  const [content = null] = await store.findContents([record.id]);
  if (sender === undefined) return;
  refuseRetry(record, content, { sender, at: engine.now() });
  if (content === null) return;
  const host = {
    store,
    clock: process.clock,
    ids: machine.ids,
    workerId,
    digest: () => Promise.resolve(digest),
    diedWithProcess: DIED_WITH_PROCESS,
    interrupted: new AbortController().signal,
    transport: createSandbox(), // nobody sends: it is left queued
    io: NO_IO,
  };
  shop.resent.add(record.id);
  await retryMessage(host, { record, sender, content }, { queueOnly: true, onStopping: () => undefined });
}

const NO_OUTPUT = { write: () => undefined, isTerminal: false, columns: 80 };
const NO_IO = createIo({ out: NO_OUTPUT, err: NO_OUTPUT, input: async function* () {}, canAsk: () => false });

/** Somebody cancels what is queued. */
export function cancelSomething(shop: Shop): void {
  shop.machine.spawn('cancel', async ({ store }) => {
    const record = await someMessage(shop, store, 'queued');
    if (record !== null) await cancelMessages(store, { ids: [record.id], at: shop.engine.now() });
  });
}

const LIST_MAX = 20;

async function someMessage({ chance, underWay }: Shop, store: Store, state: MessageState): Promise<MessageRecord | null> {
  const filter = { senderId: null, state, campaignId: null, contactId: null, since: null };
  const { items } = await store.listMessages(filter, { limit: LIST_MAX, after: null });
  return items.find(({ id }) => underWay.has(id)) ?? (items.length === 0 ? null : chance.pick(items));
}

/** Somebody writes down what a person said, or blocks them. */
export function recordSomething(shop: Shop): void {
  const { chance, outlets } = shop;
  const kind = chance.pick(CONSENT_KINDS);
  const subject = kind === 'block' || kind === 'unblock' ? 'block' : chance.pick(PURPOSES);
  const scope = chance.hits(0.3) ? EVERYWHERE : chance.pick(outlets).sender.id;
  record(shop, chance.pick(PEOPLE), { scope, subject, kind });
}

/** Somebody blocks a person, for all senders. */
export function block(shop: Shop, phone: Phone): void {
  record(shop, phone, { scope: EVERYWHERE, subject: 'block', kind: 'block' });
}

function record({ machine, engine }: Shop, phone: Phone, said: Pick<SaidEvent, 'scope' | 'subject' | 'kind'>): void {
  engine.note(`${phone}: ${said.kind} of ${said.subject} in ${said.scope}`);
  machine.spawn('consent', async ({ store }) => {
    const at = engine.now();
    const event = { ...said, at: null, by: 'customer', source: 'a history', evidence: null } as const;
    const writes = [{ contactId: machine.ids.sortable<'contact'>(at), who: { phone }, events: [event] }];
    await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes, at }, decideSettlements);
  });
}

/** Somebody sets a budget. */
export function setSomeBudget(shop: Shop): void {
  shop.machine.spawn('budget', async ({ store }) => {
    await store.putBudget(someBudget(shop, shop.chance.pick(shop.outlets).sender.id));
  });
}

/** Somebody closes the month that ends, as soon as may be; before that, they are told so. */
export function closeSomeMonth(shop: Shop, { before }: Pick<Period, 'before'>): void {
  const { sender } = shop.chance.pick(shop.outlets);
  shop.machine.spawn('close', (running) => close(shop, running, { sender, month: before }));
}

/** Every sender's months that are over are closed, in their order. */
export function closeAllMonths(shop: Shop, { before }: Pick<Period, 'before'>): void {
  for (const { sender } of shop.outlets) {
    shop.machine.spawn('close', async (running) => {
      const over = [before, monthAfter(before)].filter((month) => month < monthOf(dayFor(sender, shop.engine.now())));
      for (const month of over) await close(shop, running, { sender, month });
    });
  }
}

function monthAfter(month: Month): Month {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return (number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`) as Month;
}

type Closing = { readonly sender: Shop['outlets'][number]['sender']; readonly month: Month };

async function close({ engine }: Shop, { store }: Running, { sender, month }: Closing): Promise<void> {
  await closeMonth(store, { sender, month, at: engine.now(), by: 'ada' });
}
