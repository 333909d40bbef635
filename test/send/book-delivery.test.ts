// What becomes known of a delivery after it was charged: it is taken back from where it was booked, and booked anew where it belongs.

import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { createPriceBook } from '../../src/domain/price-book.ts';
import type { ChargeFacts, MessageFacts, StoredPrices } from '../../src/ports/store/settle.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { type Currency, toMicros, ZERO } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Day, DAY_MS, type Instant, type Month, toInstant } from '../../src/values/time.ts';
import { at, message, NOW, outcome, PRICES, SENDER } from './facts.ts';

const NOTHING = { change: null, entries: [], fact: null };
const free = { type: 'free_customer_service', category: 'service' } as const;
const regular = { type: 'regular', category: 'utility' } as const;
const CHARGE: ChargeFacts = { amount: toMicros(55_000n), bucket: message().holdBucket, at: NOW, attempt: 1 };

type Delivered = Partial<MessageFacts> & { readonly charged?: Partial<ChargeFacts> };

function delivered({ charged, ...rest }: Delivered = {}): MessageFacts {
  return message({ state: 'delivered', held: ZERO, charge: () => ({ ...CHARGE, ...charged }), ...rest });
}

function told(kind: Outcome['kind'], pricing: Outcome['pricing'], facts: Delivered = {}) {
  return decideSettlements(delivered(facts), outcome(kind, { pricing }), PRICES, NOW);
}

function lines(entries: readonly LedgerEntry[]) {
  return entries.map(({ kind, bucket, posted, evidence }) => [
    kind,
    bucket.day,
    bucket.pricingType,
    bucket.category,
    posted,
    evidence?.rule,
  ]);
}

describe('a price that is told after the charge', () => {
  it('takes the charge back where the delivery was free, books it among the free ones, and keeps the word', () => {
    const { entries, change } = told('sent', free);
    const rest = { kind: 'adjustment', attempt: 1, held: ZERO, eventAt: NOW, recordedAt: NOW, reference: null };
    expect(entries).toMatchObject([
      { ...rest, posted: -55_000n, bucket: CHARGE.bucket, evidence: { rule: 'taken_back', priceId: null, providerType: null, own: null } },
      { ...rest, posted: 0n, bucket: { ...CHARGE.bucket, pricingType: free.type }, evidence: { rule: 'free', providerType: free.type } },
    ]);
    expect(change).toMatchObject({ state: 'delivered', pricing: { ...free, toldBy: 'sent' }, held: ZERO });
  });

  it('charges what was taken for free where it is billed after all', () => {
    const nothing = { amount: ZERO, bucket: { ...CHARGE.bucket, pricingType: free.type } };
    const { entries, change } = told('read', regular, { charged: nothing, pricing: { ...free, toldBy: 'sent' } });
    expect(lines(entries)).toEqual([
      ['adjustment', '2026-11-22', 'free_customer_service', 'utility', 0n, 'taken_back'],
      ['adjustment', '2026-11-22', 'regular', 'utility', 55_000n, 'list'],
    ]);
    expect(change).toMatchObject({ state: 'read', pricing: { toldBy: 'read' } });
  });

  it('makes of one kind of free the other, which does not use the allowance', () => {
    const reply = { ...CHARGE.bucket, category: 'service' as const, pricingType: free.type };
    const charged = { amount: ZERO, bucket: reply };
    const pricing = { type: 'free_entry_point', category: 'referral_conversion' } as const;
    const { entries } = told('read', pricing, { charged, holdBucket: { ...reply, pricingType: 'regular' }, template: null });
    expect(lines(entries)).toEqual([
      ['adjustment', '2026-11-22', 'free_customer_service', 'service', 0n, 'taken_back'],
      ['adjustment', '2026-11-22', 'free_entry_point', 'service', 0n, 'free'],
    ]);
  });

  it('books the cost that it names, and another one that a later word names', () => {
    const cost = (amount: bigint, currency = 'USD') => ({ ...regular, cost: { amount: toMicros(amount), currency: currency as Currency } });
    expect(lines(told('read', cost(61_000n)).entries)).toEqual([
      ['adjustment', '2026-11-22', 'regular', 'utility', -55_000n, 'taken_back'],
      ['adjustment', '2026-11-22', 'regular', 'utility', 61_000n, 'told_cost'],
    ]);
    const first = { charged: { amount: toMicros(61_000n) }, pricing: { ...cost(61_000n), toldBy: 'delivered' } } as const;
    expect(told('read', cost(60_000n), first).entries).toMatchObject([{ posted: -61_000n }, { posted: 60_000n }]);
    expect(told('read', cost(61_000n), first).entries).toEqual([]);
    expect(told('read', regular, first).entries).toEqual([]); // silence takes nothing back
    expect(told('read', cost(60_000n, 'EUR'), first).entries).toEqual([]);
  });

  it('that says what the charge says changes no money, whatever a card says by now', () => {
    const { entries, change } = decideSettlements(
      delivered({ charged: { amount: toMicros(1n) } }),
      outcome('delivered', { pricing: regular }),
      PRICES,
      NOW,
    );
    expect([entries, change?.pricing]).toEqual([[], { ...regular, toldBy: 'delivered' }]);
    expect(told('read', { ...regular, category: 'marketing' }).entries).toEqual([]); // never another kind of message
  });

  it('lets the word that comes with a delivery outweigh the forecast, in whatever order they are heard of', () => {
    expect(told('delivered', free, { pricing: { ...regular, toldBy: 'sent' } }).entries).toMatchObject([
      { posted: -55_000n },
      { posted: 0n },
    ]);
    expect(told('sent', free, { pricing: { ...regular, toldBy: 'delivered' } })).toEqual(NOTHING);
  });

  it('changes nothing when it was told before', () => {
    expect(told('sent', free, { pricing: { ...free, toldBy: 'sent' } })).toEqual(NOTHING);
  });

  it('corrects a charge that was booked late beside it, or today where that month is closed too, and always of the month of the delivery', () => {
    const charged = { at: toInstant(NOW - 40 * DAY_MS), bucket: { ...CHARGE.bucket, day: '2026-11-02' as Day } };
    const corrected = (closedThrough: string, now: Instant) =>
      decideSettlements(delivered({ charged, closedThrough: closedThrough as Month }), outcome('read', { pricing: free }), PRICES, now)
        .entries;
    const on = (day: string) => ({ bucket: { day }, reference: 'late:2026-10', eventAt: charged.at });
    expect(corrected('2026-10', NOW)).toMatchObject([on('2026-11-02'), on('2026-11-02')]);
    expect(corrected('2026-11', toInstant(NOW + 20 * DAY_MS))).toMatchObject([on('2026-12-12'), on('2026-12-12')]);
  });
});

describe('the other kind of authentication', () => {
  const india = (id: number, category: 'authentication' | 'authentication-international', micros: bigint) =>
    ({ id, market: 'India', category, tierFrom: 0, tierTo: 'unknown', rate: toMicros(micros) }) as const;
  const rates = [india(1, 'authentication', 1_400n), india(2, 'authentication-international', 30_400n)];
  const prices: StoredPrices = createPriceBook([{ currency: SENDER.currency, effectiveFrom: '2026-10-01' as Day, rates }]);
  const bucket = { ...CHARGE.bucket, market: 'India', category: 'authentication' as const };
  const code = { phone: '+919812345678' as Phone, holdBucket: bucket, charged: { amount: toMicros(1_400n), bucket } };
  const named = (category: string, facts: Delivered = code) =>
    decideSettlements(delivered(facts), outcome('read', { pricing: { type: 'regular', category } }), prices, NOW).entries;

  it('moves the delivery to its category, at its price, with the difference to our own view', () => {
    expect(named('authentication_international')).toMatchObject([
      { posted: -1_400n, bucket },
      {
        posted: 30_400n,
        bucket: { category: 'authentication-international' },
        evidence: { priceId: 2, rule: 'list', discrepancy: 'category' },
      },
    ]);
    expect(named('authentication')).toEqual([]);
  });

  it('moves it back, where it was charged as international', () => {
    const charged = { amount: toMicros(30_400n), bucket: { ...bucket, category: 'authentication-international' as const } };
    expect(named('authentication', { ...code, charged })).toMatchObject([
      { posted: -30_400n, bucket: charged.bucket },
      { posted: 1_400n, bucket },
    ]);
  });
});

describe('a delivery that is heard of after its reading', () => {
  const MIDNIGHT = at('2026-09-30T22:00:00Z'); // in Berlin, where a new card begins
  const READ = toInstant(MIDNIGHT + 60_000);
  const HEARD = at('2026-10-02T12:00:00Z');
  const before = toInstant(MIDNIGHT - 60_000);
  const october = { ...CHARGE.bucket, day: '2026-10-01' as Day };
  const read: Delivered = { state: 'read', readAt: READ, charged: { at: READ, bucket: october } };
  const hear = (facts: Delivered, rest: Partial<Outcome> = {}) =>
    decideSettlements(delivered({ ...read, ...facts }), outcome('delivered', { at: before, ...rest }), PRICES, HEARD);

  it('moves to its own day, at the price of that', () => {
    const { entries, change } = hear({});
    expect(entries).toMatchObject([
      { posted: -55_000n, bucket: october, eventAt: READ, booksMonth: '2026-10', reference: null, evidence: { rule: 'taken_back' } },
      {
        posted: 50_000n,
        bucket: { ...october, day: '2026-09-30' },
        eventAt: before,
        recordedAt: HEARD,
        booksMonth: '2026-09',
        reference: null,
        evidence: { rule: 'list', priceId: 1, providerType: null },
      },
    ]);
    expect(change).toMatchObject({ state: 'read', held: ZERO, readAt: null });
  });

  it('is booked in an open month where its own is closed, or that of the reading', () => {
    expect(hear({ closedThrough: '2026-09' as Month }).entries).toMatchObject([
      { bucket: { day: '2026-10-01' }, reference: null },
      { posted: 50_000n, bucket: { day: '2026-10-02' }, reference: 'late:2026-09' },
    ]);
    expect(hear({ closedThrough: '2026-10' as Month }).entries).toMatchObject([
      { bucket: { day: '2026-11-01' }, reference: 'late:2026-10' },
      { bucket: { day: '2026-11-01' }, reference: 'late:2026-09' },
    ]);
  });

  it('stays where it is on the same day, or where it was dated by itself, or where another request is meant', () => {
    expect(hear({}, { at: MIDNIGHT })).toEqual(NOTHING);
    expect(hear({ readAt: toInstant(READ + 1) })).toEqual(NOTHING);
    expect(hear({ attempt: 2 }, { attempt: 2 })).toEqual(NOTHING);
    expect(hear({ attempt: 2 }, { attempt: 1 }).entries).toHaveLength(2);
  });

  it('takes the word of the reading with it, or its own where the reading said nothing', () => {
    const pricing = { ...free, toldBy: 'read' } as const;
    const charged = { at: READ, amount: ZERO, bucket: { ...october, pricingType: free.type } };
    expect(lines(hear({ pricing, charged }, { pricing: regular }).entries)).toEqual([
      ['adjustment', '2026-10-01', 'free_customer_service', 'utility', 0n, 'taken_back'],
      ['adjustment', '2026-09-30', 'free_customer_service', 'utility', 0n, 'free'],
    ]);
    expect(lines(hear({}, { pricing: free }).entries)[1]).toEqual(['adjustment', '2026-09-30', free.type, 'utility', 0n, 'free']);
  });

  it('is free or charged by the rules and the allowance of its own day, where nobody says', () => {
    const open = { claimedAt: before, inboundAt: before, freeEntryUntil: null };
    expect(lines(hear({ windows: open }).entries)[1]).toEqual(['adjustment', '2026-09-30', free.type, 'utility', 0n, 'free']);
    const reply = { ...october, category: 'service' as const, pricingType: free.type };
    const used = { '2026-10': 1_000, '2026-11': 7 };
    const november: Delivered = {
      windows: open,
      template: null,
      holdBucket: { ...reply, pricingType: 'regular' },
      readAt: at('2026-10-31T23:30:00Z'),
      charged: { at: at('2026-10-31T23:30:00Z'), amount: ZERO, bucket: { ...reply, day: '2026-11-01' as Day } },
      freeUnitsIn: (month) => used[month as keyof typeof used],
    };
    expect(hear(november, { at: at('2026-10-31T22:30:00Z') }).entries[1]).toMatchObject({
      bucket: { day: '2026-10-31', pricingType: 'regular' },
      posted: 5_000n,
      evidence: { own: { freeUnitsBefore: 1_000 } },
    });
  });

  it('is in the market of its own day, where the number is the one that was charged', () => {
    const kazakh = { phone: '+77012345678' as Phone };
    const charged = { at: READ, bucket: { ...october, market: 'Kazakhstan' } };
    expect(hear({ ...kazakh, charged }).entries[1]?.bucket.market).toBe('Other');
    expect(hear({ charged }).entries[1]?.bucket.market).toBe('Kazakhstan'); // they have another number by now
    expect(hear({ charged, phone: null }).entries[1]?.bucket.market).toBe('Kazakhstan');
  });
});
