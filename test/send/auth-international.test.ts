// Authentication to a listed country, by a sender that pays the international rate: reserved and charged as that, and as what the provider calls it in the end.

import { describe, expect, it } from 'vitest';
import { createPriceBook } from '../../src/domain/price-book.ts';
import type { AuthInternational } from '../../src/domain/auth-international.ts';
import type { Sender } from '../../src/domain/sender.ts';
import type { StoredRate } from '../../src/ports/store/settle.ts';
import { createQuietHours } from '../../src/domain/quiet-hours.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { decideClaim } from '../../src/send/claim.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { MessageId } from '../../src/values/id.ts';
import { toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Day, type Instant, parseInstant, type TimeZone, toInstant } from '../../src/values/time.ts';
import { makeWhatsapp } from '../conformance/store/fixture.ts';
import { addressee, admissionFacts, flag, message, NOW, outcome, SENDER, template } from './facts.ts';

const rate = (id: number, market: string, category: StoredRate['category'], micros: bigint): StoredRate => ({
  id,
  market,
  category,
  tierFrom: 0,
  tierTo: 'unknown',
  rate: toMicros(micros),
});

function book(international = 30_400n) {
  const rates = [
    rate(1, 'India', 'authentication', 1_400n),
    rate(2, 'India', 'authentication-international', international),
    rate(3, 'Germany', 'authentication', 55_000n),
  ];
  return createPriceBook([{ currency: SENDER.currency, effectiveFrom: '2026-10-01' as Day, rates }]);
}

const at = (text: string): Instant => parseInstant(text) as Instant;
const payingFrom = (text: string | null, countries: AuthInternational['countries'] = []): Sender => ({
  ...SENDER,
  transport: 'whatsapp',
  whatsapp: makeWhatsapp({ authInternational: { from: text === null ? null : at(text), countries, toldAt: null } }),
});
const PAYING = payingFrom('2026-11-22');
const INDIAN = '+919812345678' as Phone;

function admitted(phone: Phone, sender: Sender, prices = book()) {
  const person = addressee({ phone, flags: [flag('authentication', 'opt_in')] });
  const rest = { sender, prices, templates: [template({ category: 'authentication' })] };
  const [admission] = decideAdmissions(admissionFacts([{ addressee: person }], rest)).admissions;
  if (admission?.kind !== 'admitted') throw new Error('it is let in');
  return admission.message;
}

describe('an admission', () => {
  it('is international for a sender that pays that, to a market whose card has such a rate', () => {
    expect(admitted(INDIAN, PAYING)).toMatchObject({
      category: 'authentication-international',
      price: 30_400n,
      bucket: { category: 'authentication-international' },
      reservation: { held: 30_400n, evidence: { priceId: 2 } },
    });
    expect(admitted('+4915112345678' as Phone, PAYING)).toMatchObject({ category: 'authentication', price: 55_000n });
    expect(admitted(INDIAN, SENDER)).toMatchObject({ category: 'authentication', price: 1_400n });
  });

  it('is international from the day that the provider set, and reserved for it by whoever may be delivered then', () => {
    expect(admitted(INDIAN, payingFrom('2026-11-23'))).toMatchObject({ category: 'authentication', price: 30_400n });
    expect(admitted(INDIAN, payingFrom('2026-12-22'))).toMatchObject({ category: 'authentication', price: 30_400n });
    expect(admitted(INDIAN, payingFrom('2026-12-23'))).toMatchObject({ category: 'authentication', price: 1_400n });
  });

  it('is international from the very instant on, in the zone of the sender', () => {
    expect(admitted(INDIAN, payingFrom('2026-11-22T12:00:00Z'))).toMatchObject({ category: 'authentication-international' });
    expect(admitted(INDIAN, payingFrom('2026-11-22T12:00:01Z'))).toMatchObject({ category: 'authentication', price: 30_400n });
    // In 30 days it expires, at noon.
    expect(admitted(INDIAN, payingFrom('2026-12-22T12:00:00Z'))).toMatchObject({ price: 30_400n });
    expect(admitted(INDIAN, payingFrom('2026-12-22T12:00:01Z'))).toMatchObject({ price: 1_400n });
  });

  it('is reserved at the card of the day on which the rate begins where the sender is', () => {
    const card = (effectiveFrom: string, micros: bigint) => ({
      currency: SENDER.currency,
      effectiveFrom: effectiveFrom as Day,
      rates: [rate(1, 'India', 'authentication', 1_400n), rate(2, 'India', 'authentication-international', micros)],
    });
    const prices = createPriceBook([card('2026-10-01', 30_400n), card('2026-12-01', 20_000n)]);
    // 30 November, 23:00 in New York, and 1 December in Berlin, where the dearer card is over.
    const paying = payingFrom('2026-12-01T04:00:00Z');
    const inZone = (timeZone: string) => ({ ...paying, timeZone: timeZone as TimeZone });
    expect(admitted(INDIAN, inZone('America/New_York'), prices)).toMatchObject({ price: 30_400n });
    expect(admitted(INDIAN, inZone('Europe/Berlin'), prices)).toMatchObject({ price: 20_000n });
  });

  it('goes by the start of its country where that has its own', () => {
    const later = [{ country: 'IN', from: at('2026-12-22T12:00:01Z') }];
    const sooner = [{ country: 'IN', from: at('2026-11-22T12:00:00Z') }];
    expect(admitted(INDIAN, payingFrom('2026-11-01', later))).toMatchObject({ category: 'authentication', price: 1_400n });
    expect(admitted(INDIAN, payingFrom('2027-11-01', sooner))).toMatchObject({ category: 'authentication-international' });
    expect(admitted(INDIAN, payingFrom(null, sooner))).toMatchObject({ category: 'authentication-international' });
    expect(admitted(INDIAN, payingFrom(null, [{ country: 'EG', from: at('2026-11-01') }]))).toMatchObject({ price: 1_400n });
  });

  it('is reserved for the rate of a card that comes before it expires', () => {
    const rates = [rate(1, 'India', 'authentication', 1_400n)];
    const listed = [...rates, rate(2, 'India', 'authentication-international', 30_400n)];
    const { currency } = SENDER;
    const prices = createPriceBook([
      { currency, effectiveFrom: '2026-10-01' as Day, rates },
      { currency, effectiveFrom: '2026-12-01' as Day, rates: listed },
    ]);
    expect(admitted(INDIAN, PAYING, prices)).toMatchObject({ category: 'authentication', price: 30_400n });
  });

  it('is none where today has no price, whatever may come', () => {
    const rates = [rate(2, 'India', 'authentication-international', 30_400n)];
    const prices = createPriceBook([{ currency: SENDER.currency, effectiveFrom: '2026-10-01' as Day, rates }]);
    expect(() => admitted(INDIAN, payingFrom('2026-11-23'), prices)).toThrow('let in');
    expect(admitted(INDIAN, PAYING, prices)).toMatchObject({ price: 30_400n });
  });

  it('reserves the dearer of the two', () => {
    expect(admitted(INDIAN, PAYING, book(1_000n))).toMatchObject({ category: 'authentication-international', price: 1_400n });
  });
});

describe('what waits', () => {
  const claim = (held: bigint, sender: Sender) => {
    const gate = { flags: [flag('authentication', 'opt_in')], category: 'authentication', freeForm: false, windowOpen: false } as const;
    const waiting = { at: NOW, expiresAt: toInstant(NOW + 1), isCampaignCancelled: false, retried: [] } as const;
    const facts = { ...waiting, phone: INDIAN, userId: null, template: 'usable' } as const;
    return decideClaim({
      ...facts,
      sender,
      held: toMicros(held),
      prices: book(),
      cap: null,
      quietHours: createQuietHours([]),
      timeZone: null,
      gate: { ...gate, lastInboundAt: null, confirmsStop: false },
    });
  };

  it('does not go at the international rate where less was reserved', () => {
    expect(claim(1_400n, SENDER)).toEqual({ kind: 'claim' });
    expect(claim(30_400n, PAYING)).toEqual({ kind: 'claim' });
    expect(claim(1_400n, PAYING)).toEqual({ kind: 'refuse', reason: 'over_budget' });
  });

  it('goes until the very instant, and by the start of its country', () => {
    expect(claim(1_400n, payingFrom('2026-11-22T12:00:01Z'))).toEqual({ kind: 'claim' });
    expect(claim(1_400n, payingFrom('2026-11-22T12:00:00Z'))).toEqual({ kind: 'refuse', reason: 'over_budget' });
    const india = (text: string) => payingFrom('2026-11-01', [{ country: 'IN', from: at(text) }]);
    expect(claim(1_400n, india('2026-11-22T12:00:01Z'))).toEqual({ kind: 'claim' });
    expect(claim(1_400n, india('2026-11-22T12:00:00Z'))).toEqual({ kind: 'refuse', reason: 'over_budget' });
  });

  it('is reserved as international where its template becomes authentication', () => {
    const { holdBucket } = message();
    const facts = {
      at: NOW,
      sender: PAYING,
      messageId: 'message' as MessageId,
      attempt: 0,
      category: 'authentication',
      flags: [flag('authentication', 'opt_in')],
      phone: INDIAN,
      userId: null,
      dueAt: NOW,
      held: toMicros(800n),
      maxPrice: null,
      holdBucket: { ...holdBucket, market: 'India', category: 'utility' },
      prices: book(),
      closedThrough: null,
      cap: null,
    } as const;
    expect(decideRepricings([facts], [])).toMatchObject([
      {
        kind: 'repriced',
        price: 30_400n,
        bucket: { category: 'authentication-international' },
        entries: [{ held: -800n }, { held: 30_400n, evidence: { priceId: 2 } }],
      },
    ]);
  });
});

describe('a delivery', () => {
  const held = { ...message().holdBucket, category: 'authentication-international' as const, market: 'India' };
  const code = (
    category: string | null,
    holdBucket: typeof held | (Omit<typeof held, 'category'> & { category: 'authentication' }) = held,
    sender = PAYING,
  ) =>
    decideSettlements(
      message({ sender, phone: INDIAN, holdBucket }),
      outcome('delivered', { pricing: category === null ? null : { type: 'regular', category } }),
      book(),
      NOW,
    ).entries[0];

  it('is charged as what the provider calls it, and the difference is kept', () => {
    expect(code('authentication_international')).toMatchObject({ posted: 30_400n, bucket: held, evidence: { discrepancy: null } });
    expect(code('authentication')).toMatchObject({
      posted: 1_400n,
      bucket: { category: 'authentication' },
      holdBucket: held,
      evidence: { priceId: 1, discrepancy: 'category' },
    });
  });

  it('is international by our own view from the day on, whatever it was reserved as', () => {
    const domestic = { ...held, category: 'authentication' as const };
    const charged = { posted: 30_400n, bucket: held, holdBucket: domestic, evidence: { discrepancy: null } };
    expect(code('authentication_international', domestic)).toMatchObject(charged);
    expect(code(null, domestic)).toMatchObject(charged);
    expect(code('authentication_international', domestic, SENDER)).toMatchObject({ ...charged, evidence: { discrepancy: 'category' } });
    expect(code(null, domestic, SENDER)).toMatchObject({ posted: 1_400n, bucket: domestic });
  });

  it('is international from the very instant of its delivery on, where the provider says nothing', () => {
    const domestic = { ...held, category: 'authentication' as const };
    const delivered = (text: string) =>
      decideSettlements(
        message({ sender: payingFrom(text), phone: INDIAN, holdBucket: domestic }),
        outcome('delivered', { pricing: null }),
        book(),
        NOW,
      ).entries[0];
    const { eventAt = NOW } = delivered('2027-01-01') ?? {};
    const after = new Date(eventAt + 1).toISOString();
    expect(delivered(new Date(eventAt).toISOString())).toMatchObject({ posted: 30_400n, bucket: held });
    expect(delivered(after)).toMatchObject({ posted: 1_400n, bucket: domestic });
  });

  it('is what it was reserved as where the provider says nothing', () => {
    expect(code(null)).toMatchObject({ posted: 30_400n, bucket: held });
  });

  it('never becomes another kind of message by a word', () => {
    expect(code('marketing')).toMatchObject({ posted: 30_400n, bucket: held, evidence: { discrepancy: 'category' } });
  });
});
