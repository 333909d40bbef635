// What the cases of the exam begin with: a founded store, and short ways to make the things that stand in one.

import { createHash, randomBytes } from 'node:crypto';
import type { Category, ConsentFlag, ConsentKind, ConsentSubject } from '../../../src/domain/consent.ts';
import type { Rate } from '../../../src/domain/price-book.ts';
import { canonicalCard } from '../../../src/domain/price-card.ts';
import { DEFAULT_ACCOUNT, type Sender, type WhatsappSettings } from '../../../src/domain/sender.ts';
import { canonicalTemplate, type Template } from '../../../src/domain/template.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { ContactWrite, NewConsentEvent, StoredPriceCard } from '../../../src/ports/store/directory.ts';
import { type ContactId, createIds, type SenderId } from '../../../src/values/id.ts';
import { type Currency, toMicros } from '../../../src/values/money.ts';
import { parsePhone, type Phone } from '../../../src/values/phone.ts';
import { type Day, type Instant, parseInstant, toInstant, UTC } from '../../../src/values/time.ts';
import type { Exam, OpenedStore } from './exam.ts';

export const ids = createIds((count) => randomBytes(count));
export const USD = 'USD' as Currency;
export const NOON = instant('2026-10-15T12:00:00Z');

/** An instant that a case names. */
export function instant(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new Error(`${text} is not an instant`);
  return at;
}

/** So many minutes after noon. */
export function later(minutes: number): Instant {
  return toInstant(NOON + minutes * 60_000);
}

/** A German number that ends so. */
export function phone(ending: string): Phone {
  const parsed = parsePhone(`+49151${ending.padStart(8, '0')}`);
  if (parsed === undefined) throw new Error(`${ending} does not end a number`);
  return parsed;
}

export function makeSender(rest: Partial<Sender> = {}): Sender {
  return {
    id: ids.short(),
    accountId: DEFAULT_ACCOUNT,
    name: 'sandbox',
    transport: 'sandbox',
    whatsapp: null,
    currency: USD,
    timeZone: UTC,
    isDefault: false,
    createdAt: NOON,
    ...rest,
  };
}

/** What a WhatsApp sender is set to. */
export function makeWhatsapp(rest: Partial<WhatsappSettings> = {}): WhatsappSettings {
  return {
    phoneNumberId: '106540352242922',
    wabaId: '102290129340398',
    token: { env: 'TOKEN' },
    appSecret: { env: 'SECRET' },
    verifyToken: { env: 'VERIFY' },
    apiBase: 'https://graph.facebook.com',
    apiVersion: 'v26.0',
    ratePerSecond: 80,
    confirmsStops: false,
    authInternational: null,
    ...rest,
  };
}

export function makeRate(category: Category, micros: bigint, rest: Partial<Rate> = {}): Rate {
  return { market: 'Germany', category, tierFrom: 0, tierTo: 'unknown', rate: toMicros(micros), ...rest };
}

/** Marketing 100, utility 50, service 10 millionths of a dollar, in Germany. */
const RATES = [makeRate('marketing', 100n), makeRate('utility', 50n), makeRate('service', 10n)];

export function makeCard(effectiveFrom: string, rates: readonly Rate[] = RATES, currency = USD): StoredPriceCard {
  const card = { currency, effectiveFrom: effectiveFrom as Day, rates };
  return { id: ids.short(), card, source: 'a test', digest: sha256(canonicalCard(card)), addedAt: NOON };
}

export function makeTemplate(senderId: SenderId, rest: Partial<Template> = {}): Template {
  const template: Template = {
    id: ids.short(),
    senderId,
    name: 'offer',
    language: 'en',
    category: 'marketing',
    status: 'approved',
    parameterFormat: 'named',
    parameters: [],
    components: [{ type: 'BODY', text: 'Hello' }],
    ttlSeconds: null,
    bidAmount: null,
    contentHash: '',
    addedAt: NOON,
    providerId: null,
    quality: null,
    ...rest,
  };
  return { ...template, contentHash: sha256(canonicalTemplate(template)) };
}

export function makeContact(number: string, rest: Partial<ContactWrite> = {}): ContactWrite {
  return {
    id: ids.sortable(NOON),
    phone: phone(number),
    userId: null,
    name: null,
    language: null,
    attributes: {},
    optIns: [],
    isReachable: false,
    ...rest,
  };
}

/** An event about one sender; its subject is the block, or marketing where none is named. */
export function makeEvent(kind: ConsentKind, scope: NewConsentEvent['scope'], rest: Partial<NewConsentEvent> = {}): NewConsentEvent {
  const subject: ConsentSubject = kind === 'block' || kind === 'unblock' ? 'block' : 'marketing';
  return { scope, subject, kind, at: NOON, by: 'customer', source: 'a test', evidence: null, ...rest };
}

/** The flag that an event leaves. */
export function flagFor({ scope, subject, kind, at }: NewConsentEvent): ConsentFlag {
  return { scope, subject, kind, at };
}

export type Started = OpenedStore & { readonly senderId: SenderId };

/** A store with the default sender, one card and the templates `offer` (marketing) and `notice` (utility), each in English. */
export async function start(exam: Exam): Promise<Started> {
  const opened = await exam.open();
  const sender = makeSender({ isDefault: true });
  await opened.store.found({ keyCheck: '', sender, cards: [makeCard('2026-07-01')] });
  await opened.store.putTemplate(makeTemplate(sender.id));
  await opened.store.putTemplate(makeTemplate(sender.id, { name: 'notice', category: 'utility' }));
  return { ...opened, senderId: sender.id };
}

/** Adds one person who agreed to these purposes. */
export async function addPerson(
  store: Store,
  senderId: SenderId,
  number: string,
  purposes: readonly ConsentSubject[] = [],
): Promise<ContactId> {
  const optIns = purposes.map((subject) => makeEvent('opt_in', senderId, { subject }));
  const [written] = await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: [makeContact(number, { optIns })], at: NOON });
  if (written === undefined) throw new Error('one result per contact');
  return written.contactId;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
