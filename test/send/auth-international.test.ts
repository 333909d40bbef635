// Authentication to a listed country, by a sender that pays the international rate: reserved and charged as that, and as what the provider calls it in the end.

import { describe, expect, it } from 'vitest';
import { createPriceBook } from '../../src/domain/price-book.ts';
import type { Sender } from '../../src/domain/sender.ts';
import type { StoredRate } from '../../src/ports/store/settle.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import type { Day } from '../../src/values/time.ts';
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

const PAYING: Sender = { ...SENDER, transport: 'whatsapp', whatsapp: makeWhatsapp({ authInternationalFrom: '2026-11-22' as Day }) };
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

  it('begins on the day that the provider set', () => {
    const later = { ...PAYING, whatsapp: makeWhatsapp({ authInternationalFrom: '2026-11-23' as Day }) };
    expect(admitted(INDIAN, later)).toMatchObject({ category: 'authentication', price: 1_400n });
  });

  it('reserves the dearer of the two', () => {
    expect(admitted(INDIAN, PAYING, book(1_000n))).toMatchObject({ category: 'authentication-international', price: 1_400n });
  });
});

describe('a delivery', () => {
  const held = { ...message().holdBucket, category: 'authentication-international' as const, market: 'India' };
  const code = (
    category: string | null,
    holdBucket: typeof held | (Omit<typeof held, 'category'> & { category: 'authentication' }) = held,
  ) =>
    decideSettlements(
      message({ sender: PAYING, phone: INDIAN, holdBucket }),
      outcome('delivered', { pricing: category === null ? null : { type: 'regular', category } }),
      book(),
      NOW,
    ).entry;

  it('is charged as what the provider calls it, and the difference is kept', () => {
    expect(code('authentication_international')).toMatchObject({ posted: 30_400n, bucket: held, evidence: { discrepancy: null } });
    expect(code('authentication')).toMatchObject({
      posted: 1_400n,
      bucket: { category: 'authentication' },
      holdBucket: held,
      evidence: { priceId: 1, discrepancy: 'category' },
    });
    const domestic = { ...held, category: 'authentication' as const };
    expect(code('authentication-international', domestic)).toMatchObject({ posted: 30_400n, evidence: { discrepancy: 'category' } });
  });

  it('is what it was reserved as where the provider says nothing', () => {
    expect(code(null)).toMatchObject({ posted: 30_400n, bucket: held });
  });

  it('never becomes another kind of message by a word', () => {
    expect(code('marketing')).toMatchObject({ posted: 30_400n, bucket: held, evidence: { discrepancy: 'category' } });
  });
});
