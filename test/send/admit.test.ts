// The rule of admission on facts made up here: consent, then price, then budget, and a key that holds for ever.

import { describe, expect, it } from 'vitest';
import type { Budget } from '../../src/domain/budget.ts';
import { DELIVERY_TTL_MS } from '../../src/domain/message.ts';
import type { Template } from '../../src/domain/template.ts';
import type { Admission, AdmissionFacts, AdmitRequest, AdmittedMessage, KeptMessage } from '../../src/ports/store/admit.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import type { BudgetId, CampaignId, MessageId, TemplateId } from '../../src/values/id.ts';
import { type Currency, toMicros, ZERO } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { toInstant } from '../../src/values/time.ts';
import { addressee, admissionFacts, type Asked, at, flag, key, NOW, request, SENDER, template } from './facts.ts';

function admit(asked: readonly Asked[] = [{}], rest: Partial<AdmissionFacts> = {}): readonly Admission[] {
  return decideAdmissions(admissionFacts(asked, rest)).admissions;
}

function admitOne(asked: Asked = {}, rest: Partial<AdmissionFacts> = {}): Admission | undefined {
  return admit([asked], rest)[0];
}

function messageOf(admission: Admission | undefined): AdmittedMessage {
  if (admission?.kind !== 'admitted') throw new Error(`not admitted: ${JSON.stringify(admission)}`);
  return admission.message;
}

const refusal = (asked: Asked, rest: Partial<AdmissionFacts> = {}) => {
  const admission = admitOne(asked, rest);
  return admission?.kind === 'refused' ? admission.reason : admission?.kind;
};

describe('an admission', () => {
  it('reserves the dearest price until the expiry, in the bucket of today', () => {
    const { price, expiresAt, reservation, market, category, contactId } = messageOf(
      admitOne({ request: request({ id: 'm' as MessageId, costCenter: 'shop' }) }, { campaignId: 'c' as CampaignId }),
    );
    expect({ price, market, category, contactId }).toEqual({
      price: 60_000n,
      market: 'Germany',
      category: 'utility',
      contactId: 'contact',
    });
    expect(expiresAt).toBe(NOW + DELIVERY_TTL_MS);
    const bucket = {
      day: '2026-11-22',
      accountId: 'default',
      senderId: 'sender',
      market: 'Germany',
      category: 'utility',
      pricingType: 'regular',
      currency: 'USD',
      template: 'order_shipped',
      campaignId: 'c',
      costCenter: 'shop',
    };
    expect(reservation).toEqual({
      messageId: 'm',
      attempt: 0,
      kind: 'reservation',
      bucket,
      holdBucket: bucket,
      held: 60_000n,
      posted: 0n,
      eventAt: NOW,
      recordedAt: NOW,
      booksMonth: '2026-11',
      cause: null,
      reference: null,
      evidence: { priceId: 5, rule: 'list', providerType: null, providerCategory: null, own: null, discrepancy: null },
    });
  });

  it('waits no longer than its time to live', () => {
    const expiryOf = (rest: Partial<Template>) => messageOf(admitOne({}, { templates: [template(rest)] })).expiresAt - NOW;
    expect(expiryOf({ ttlSeconds: 300 })).toBe(300_000);
    expect(expiryOf({ ttlSeconds: -1 })).toBe(DELIVERY_TTL_MS);
  });

  it("lies in the day and month of the sender's zone", () => {
    const { reservation } = messageOf(admitOne({}, { at: at('2026-10-31T23:30:00Z') }));
    expect(reservation.bucket.day).toBe('2026-11-01');
    expect(reservation.booksMonth).toBe('2026-11');
  });

  it('shares one bucket object among equal messages of a batch', () => {
    const messages = admit([{}, {}, { request: request({ costCenter: 'shop' }) }]).map(messageOf);
    expect(messages[1]?.bucket).toBe(messages[0]?.bucket);
    expect(messages[2]?.bucket).not.toEqual(messages[0]?.bucket);
  });

  it('answers each request, in order', () => {
    const asked = [{}, { addressee: null }, { addressee: addressee({ flags: [] }) }, {}];
    expect(admit(asked).map(({ kind }) => kind)).toEqual(['admitted', 'refused', 'refused', 'admitted']);
    expect(decideAdmissions(admissionFacts([]))).toEqual({ admissions: [], budgets: [] });
  });
});

describe('the gate', () => {
  it.each([
    ['nobody is known by that number', { addressee: null }, 'no_consent'],
    ['no opt-in', { addressee: addressee({ flags: [] }) }, 'no_consent'],
    ['an opt-out', { addressee: addressee({ flags: [flag('utility', 'opt_out')] }) }, 'opted_out'],
    ['a block beats the opt-in', { addressee: addressee({ flags: [flag('utility', 'opt_in'), flag('block', 'block')] }) }, 'blocked'],
    ['the provider cannot reach the number', { addressee: addressee({ undeliverable: true }) }, 'undeliverable'],
    ['consent comes first', { addressee: addressee({ undeliverable: true, flags: [] }) }, 'no_consent'],
  ] as const)('refuses: %s', (_, asked, reason) => {
    expect(admitOne(asked)).toEqual({ kind: 'refused', reason, category: 'utility', market: null });
  });
});

describe('a free-form message', () => {
  const text = { templates: null };
  const reply = request({ checkedFor: null, content: 'We are on our way' });
  const writer = addressee({ flags: [], lastInboundAt: toInstant(NOW - 1_000) });

  it('needs an open window and no opt-in', () => {
    const message = messageOf(admitOne({ request: reply, addressee: writer }, text));
    expect(message).toMatchObject({ template: null, category: 'service', price: 5_000n, bucket: { template: '' } });
    expect(message.reservation.evidence?.rule).toBe('list');
  });

  it('is refused to people who have not written, known or not', () => {
    expect(refusal({ request: reply, addressee: addressee() }, text)).toBe('no_window');
    expect(refusal({ request: reply, addressee: null }, text)).toBe('no_window');
    expect(refusal({ request: reply, addressee: { ...writer, flags: [flag('block', 'block')] } }, text)).toBe('blocked');
  });
});

describe('the template', () => {
  const english = template();
  const german = template({ id: 'tpl-de' as TemplateId, language: 'de' });
  const both = { templates: [german, english] };
  const languageOf = (asked: Asked, rest: Partial<AdmissionFacts>) => {
    const admission = admitOne(asked, rest);
    return admission?.kind === 'admitted' ? admission.message.template?.language : refusal(asked, rest);
  };

  it("is taken in the language that was asked for, else in the contact's, else in the only one", () => {
    const speaksGerman = addressee({ language: 'de' });
    expect(languageOf({ request: request({ language: 'en' }), addressee: speaksGerman }, both)).toBe('en');
    expect(languageOf({ addressee: speaksGerman }, both)).toBe('de');
    expect(languageOf({ addressee: speaksGerman }, { templates: [english] })).toBe('en');
    expect(languageOf({}, { templates: [english] })).toBe('en');
    expect(languageOf({}, both)).toBe('template_unavailable');
    expect(languageOf({ addressee: null }, { templates: [english] })).toBe('no_consent');
  });

  it('is never another language than the one that was asked for', () => {
    expect(languageOf({ request: request({ language: 'fr' }) }, { templates: [english] })).toBe('template_unavailable');
    expect(admitOne({ request: request({ language: 'fr' }) })).toEqual({
      kind: 'refused',
      reason: 'template_unavailable',
      category: null,
      market: null,
    });
  });

  it('is there only when it is approved', () => {
    expect(languageOf({}, { templates: [] })).toBe('template_unavailable');
    expect(languageOf({}, { templates: [template({ status: 'paused' })] })).toBe('template_unavailable');
    expect(languageOf({}, { templates: [template({ status: 'pending' }), german] })).toBe('de');
  });

  it('is checked against the parameters when the row was checked for another language', () => {
    const wordy = template({ id: 'tpl-de' as TemplateId, language: 'de', components: [{ type: 'BODY', text: '{{name}} {{city}}' }] });
    const speaksGerman = addressee({ language: 'de' });
    expect(languageOf({ addressee: speaksGerman }, { templates: [wordy, english] })).toBe('template_unavailable');
    expect(languageOf({ addressee: speaksGerman }, both)).toBe('de');
  });
});

describe('the price', () => {
  it('that is not known is a refusal, never zero', () => {
    const french = { addressee: addressee({ phone: '+33612345678' as Phone }) };
    expect(admitOne(french)).toEqual({ kind: 'refused', reason: 'no_price', category: 'utility', market: 'France' });
    const forgotten = { addressee: addressee({ phone: null }) };
    expect(admitOne(forgotten)).toEqual({ kind: 'refused', reason: 'no_price', category: 'utility', market: null });
    expect(refusal({}, { sender: { ...SENDER, currency: 'EUR' as Currency } })).toBe('no_price');
  });

  it('of a person without a number is that of the country in the user id', () => {
    const hidden = { addressee: addressee({ phone: null, userId: 'BR.9f3kQ2' }) };
    expect(admitOne(hidden)).toMatchObject({ kind: 'admitted', message: { market: 'Brazil', price: 6_800n } });
  });

  it('must not be above the highest that the user pays', () => {
    expect(refusal({ request: request({ maxPrice: toMicros(59_999n) }) })).toBe('over_max_price');
    expect(refusal({ request: request({ maxPrice: toMicros(60_000n) }) })).toBe('admitted');
  });
});

describe('a budget', () => {
  const month = (cap: bigint, rest: Partial<Budget> = {}): Budget => ({
    id: 'b' as BudgetId,
    senderId: SENDER.id,
    period: 'month',
    cap: toMicros(cap),
    currency: SENDER.currency,
    category: null,
    costCenter: null,
    mode: 'hard',
    thresholds: [50, 80, 100],
    createdAt: toInstant(0),
    ...rest,
  });

  it('shrinks as the batch is walked, and what is refused takes nothing', () => {
    const brazilian = { addressee: addressee({ phone: '+5511912345678' as Phone }) };
    const facts = admissionFacts([{}, {}, brazilian, {}], { budgets: [{ budget: month(130_000n), term: '2026-11', used: ZERO }] });
    const { admissions, budgets } = decideAdmissions(facts);
    expect(admissions.map((one) => (one.kind === 'refused' ? one.reason : one.kind))).toEqual([
      'admitted',
      'admitted',
      'admitted',
      'over_budget',
    ]);
    expect(budgets[0]?.used).toBe(126_800n);
  });

  it('counts what was used before', () => {
    expect(refusal({}, { budgets: [{ budget: month(130_000n), term: '2026-11', used: toMicros(70_001n) }] })).toBe('over_budget');
    expect(refusal({}, { budgets: [{ budget: month(130_000n), term: '2026-11', used: toMicros(70_000n) }] })).toBe('admitted');
  });

  it('leaves alone what it does not cover', () => {
    expect(refusal({}, { budgets: [{ budget: month(0n, { category: 'marketing' }), term: '2026-11', used: ZERO }] })).toBe('admitted');
    expect(refusal({}, { budgets: [{ budget: month(0n, { period: 'campaign' }), term: '2026-11', used: ZERO }] })).toBe('admitted');
    expect(refusal({}, { budgets: [{ budget: month(0n, { costCenter: 'shop' }), term: '2026-11', used: ZERO }] })).toBe('admitted');
  });
});

describe('a key', () => {
  const kept = (rest: Partial<KeptMessage> = {}): KeptMessage => ({
    id: 'first' as MessageId,
    fingerprint: request().fingerprint,
    state: 'delivered',
    runId: null,
    dueAt: null,
    price: toMicros(60_000n),
    ...rest,
  });
  const withKey = (rest: Partial<AdmitRequest> = {}): AdmitRequest => request({ key: key('k'), ...rest });
  const other = Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1);

  it('that is known answers with the first message, whatever is true today', () => {
    const first = kept();
    const asked = { request: withKey(), addressee: addressee({ flags: [] }), kept: first };
    expect(admitOne(asked)).toEqual({ kind: 'duplicate', kept: first, resumable: false });
  });

  it('is a conflict with other content, and with a fingerprint of another length', () => {
    const first = kept();
    expect(admitOne({ request: withKey({ fingerprint: other }), kept: first })).toEqual({ kind: 'key_conflict', kept: first });
    expect(admitOne({ request: withKey({ fingerprint: Uint8Array.of(1) }), kept: first })?.kind).toBe('key_conflict');
  });

  it.each([
    ['queued', 1, 2, true],
    ['queued', null, 2, true],
    ['queued', null, null, true],
    ['queued', 2, 2, false],
    ['sending', 1, 2, false],
    ['unknown', 1, 2, false],
    ['failed', 1, 2, false],
  ] as const)('of a message that is %s from run %s is to be sent by run %s: %s', (state, ofRun, runId, resumable) => {
    const admission = admitOne({ request: withKey(), kept: kept({ state, runId: ofRun }) }, { runId });
    expect(admission).toMatchObject({ kind: 'duplicate', resumable });
  });

  it('that is twice in a batch is one message, at its price', () => {
    const first = withKey();
    const [one, two, three] = admit([{ request: first }, { request: withKey() }, { request: withKey({ fingerprint: other }) }]);
    expect(messageOf(one).request).toBe(first);
    const known = { id: first.id, fingerprint: first.fingerprint, state: 'queued', runId: null, price: 60_000n, dueAt: null };
    expect(two).toEqual({ kind: 'duplicate', kept: known, resumable: false });
    expect(three).toEqual({ kind: 'key_conflict', kept: known });
  });

  it('is free again after a refusal', () => {
    const kinds = admit([{ request: withKey(), addressee: addressee({ flags: [] }) }, { request: withKey() }]).map(({ kind }) => kind);
    expect(kinds).toEqual(['refused', 'admitted']);
  });

  it('that is missing makes every message a new one', () => {
    expect(admit([{}, {}]).map(({ kind }) => kind)).toEqual(['admitted', 'admitted']);
  });
});
