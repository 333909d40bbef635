// The rule of admission for what is to be sent later: at a time that was asked for, or when quiet hours are over.

import { describe, expect, it } from 'vitest';
import { DELIVERY_TTL_MS } from '../../src/domain/message.ts';
import { createQuietHours, type QuietRule } from '../../src/domain/quiet-hours.ts';
import type { AdmissionFacts, AdmittedMessage } from '../../src/ports/store/admit.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import type { BudgetId } from '../../src/values/id.ts';
import { type Currency, toMicros, ZERO } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { DAY_MS, type Instant, type Month, toInstant } from '../../src/values/time.ts';
import { addressee, admissionFacts, type Asked, at, flag, NOW, request, SENDER, template } from './facts.ts';

const HOUR_MS = 3_600_000;

function decide(asked: Asked, rest: Partial<AdmissionFacts> = {}) {
  return decideAdmissions(admissionFacts([asked], rest)).admissions[0];
}

function messageOf(asked: Asked, rest: Partial<AdmissionFacts> = {}): AdmittedMessage {
  const admission = decide(asked, rest);
  if (admission?.kind !== 'admitted') throw new Error(`not admitted: ${JSON.stringify(admission)}`);
  return admission.message;
}

const timed = (sendAt: Instant | null, expiresInMs: number | null = null) => ({ request: request({ timing: { sendAt, expiresInMs } }) });

describe('a time', () => {
  const THEN = at('2026-12-05T09:00:00+01:00');

  it('puts the message off, and begins its life', () => {
    expect(messageOf(timed(THEN))).toMatchObject({ dueAt: THEN, isHeld: false, expiresAt: THEN + DELIVERY_TTL_MS });
    expect(messageOf(timed(THEN, HOUR_MS)).expiresAt).toBe(THEN + HOUR_MS);
    expect(messageOf(timed(null, HOUR_MS))).toMatchObject({ dueAt: null, expiresAt: NOW + HOUR_MS });
  });

  it('means now where it is past by little, and is too late where it is past by more', () => {
    expect(messageOf(timed(NOW))).toMatchObject({ dueAt: null, expiresAt: NOW + DELIVERY_TTL_MS });
    expect(messageOf(timed(toInstant(NOW - 300_000)))).toMatchObject({ dueAt: null, expiresAt: NOW + DELIVERY_TTL_MS });
    expect(decide(timed(toInstant(NOW - 300_001)))).toEqual({ kind: 'refused', reason: 'too_late', category: 'utility', market: null });
  });

  it('is that of the reservation too: its day, its month and the prices from then on', () => {
    const { price, bucket, reservation } = messageOf(timed(THEN));
    expect([price, bucket.day]).toEqual([60_000n, '2026-12-05']);
    expect(reservation).toMatchObject({ eventAt: THEN, recordedAt: NOW, booksMonth: '2026-12', held: 60_000n });
    // In Berlin it is the day after already.
    expect(messageOf(timed(at('2026-11-30T23:30:00Z'))).bucket.day).toBe('2026-12-01');
  });

  it('is reserved in the first open month where its own is closed, at the prices of its own', () => {
    const october = { at: at('2026-10-02T12:00:00Z'), closedThrough: '2026-10' as Month };
    const late = messageOf(timed(at('2026-10-20T12:00:00Z')), october);
    expect(late).toMatchObject({ dueAt: at('2026-10-20T12:00:00Z'), price: 55_000n, bucket: { day: '2026-11-01' } });
    expect(late.reservation).toMatchObject({ booksMonth: '2026-11', reference: 'late:2026-10' });
    const open = messageOf(timed(at('2026-11-15T12:00:00Z')), october);
    expect(open.bucket.day).toBe('2026-11-15');
    expect(open.reservation).toMatchObject({ booksMonth: '2026-11', reference: null });
  });

  it('asks for the prices that may come until it expires', () => {
    const october = { at: at('2026-10-02T12:00:00Z') };
    expect(messageOf(timed(null), october).price).toBe(55_000n);
    expect(messageOf(timed(at('2026-11-15T12:00:00Z')), october).price).toBe(60_000n);
  });

  it('counts in the budget of its own month, each day and month apart', () => {
    const common = {
      id: 'b' as BudgetId,
      senderId: SENDER.id,
      period: 'month',
      currency: 'USD' as Currency,
      category: null,
      costCenter: null,
    } as const;
    const budget = { ...common, mode: 'hard', thresholds: [], cap: toMicros(100_000n), createdAt: NOW } as const;
    const budgets = [
      { budget, term: '2026-11', used: toMicros(100_000n) },
      { budget, term: '2026-12', used: ZERO },
    ];
    const admitted = decideAdmissions(admissionFacts([timed(THEN), timed(THEN), timed(null)], { budgets }));
    expect(admitted.admissions.map((admission) => (admission.kind === 'refused' ? admission.reason : admission.kind))).toEqual([
      'admitted',
      'over_budget',
      'over_budget',
    ]);
    expect(admitted.budgets.map(({ used }) => used)).toEqual([100_000n, 60_000n]);
  });

  it('is asked for an open window then, as far as is known', () => {
    const reply = (sendAt: Instant) => ({
      request: request({ checkedFor: null, content: '{"type":"text","body":"Hi"}', timing: { sendAt, expiresInMs: null } }),
      addressee: addressee({ flags: [], lastInboundAt: NOW }),
    });
    expect(decide(reply(toInstant(NOW + DAY_MS - 1)), { templates: null })).toMatchObject({ kind: 'admitted' });
    expect(decide(reply(toInstant(NOW + DAY_MS)), { templates: null })).toMatchObject({ reason: 'no_window' });
  });

  it('is answered with the first message where it waits already, which this run takes up', () => {
    const kept = {
      id: 'm' as never,
      fingerprint: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      state: 'scheduled',
      runId: 1,
      price: ZERO,
      dueAt: THEN,
    } as const;
    expect(decide({ ...timed(THEN), kept }, { runId: 2 })).toEqual({ kind: 'duplicate', kept, resumable: true });
    expect(decide({ ...timed(THEN), kept }, { runId: 1 })).toEqual({ kind: 'duplicate', kept, resumable: false });
  });
});

describe('quiet hours', () => {
  const NIGHT = at('2026-11-22T21:30:00Z');
  const MORNING = at('2026-11-23T07:00:00Z');
  const rule = (rest: Partial<QuietRule> = {}): QuietRule => ({
    senderId: SENDER.id,
    category: 'utility',
    country: null,
    hours: '21:00-08:00',
    areAllowed: false,
    setAt: NOW,
    ...rest,
  });
  const quiet = (...rules: readonly QuietRule[]) => ({ at: NIGHT, quietHours: createQuietHours(rules) });

  it('hold what is due in them until they are over', () => {
    expect(messageOf({}, quiet(rule()))).toMatchObject({ dueAt: MORNING, isHeld: true, expiresAt: NIGHT + DELIVERY_TTL_MS });
    expect(messageOf({}, { ...quiet(rule()), at: MORNING })).toMatchObject({ dueAt: null, isHeld: false });
    expect(messageOf(timed(at('2026-11-23T23:00:00+01:00')), quiet(rule()))).toMatchObject({
      dueAt: at('2026-11-24T07:00:00Z'),
      isHeld: true,
    });
    expect(messageOf(timed(at('2026-11-23T12:00:00Z')), quiet(rule()))).toMatchObject({ dueAt: at('2026-11-23T12:00:00Z'), isHeld: false });
  });

  it('leave the reservation on the day of the admission', () => {
    expect(messageOf({}, quiet(rule())).bucket.day).toBe('2026-11-22');
  });

  it('refuse what they would hold for longer than it lives, to the millisecond', () => {
    const left = MORNING - NIGHT;
    expect(decide(timed(null, left), quiet(rule()))).toMatchObject({ kind: 'refused', reason: 'quiet_hours', category: 'utility' });
    expect(messageOf(timed(null, left + 1), quiet(rule())).dueAt).toBe(MORNING);
  });

  it('hold no code for a login and no answer', () => {
    const rules = quiet(rule(), rule({ category: 'marketing' }));
    const reply = {
      request: request({ checkedFor: null, content: '{"type":"text","body":"Hi"}' }),
      addressee: addressee({ lastInboundAt: NIGHT }),
    };
    expect(messageOf(reply, { ...rules, templates: null }).dueAt).toBeNull();
    const code = template({ category: 'authentication' });
    const known = addressee({ flags: [flag('authentication', 'opt_in')] });
    expect(decide({ addressee: known }, { ...rules, templates: [code] })).not.toMatchObject({ reason: 'quiet_hours' });
  });

  it('go by the zone of the person, else by their country, else by the zone of the sender', () => {
    const dueFor = (who: Parameters<typeof addressee>[0]) => messageOf({ addressee: addressee(who) }, quiet(rule())).dueAt;
    const brazilian = '+5511987650001' as Phone; // from UTC-2 to UTC-5
    expect(dueFor({ phone: brazilian })).toBeNull();
    expect(messageOf({ addressee: addressee({ phone: brazilian }) }, { ...quiet(rule()), at: at('2026-11-23T10:30:00Z') }).dueAt).toBe(
      at('2026-11-23T13:00:00Z'),
    );
    expect(dueFor({ timeZone: 'Asia/Tokyo' })).toBe(at('2026-11-22T23:00:00Z'));
    expect(dueFor({ timeZone: 'Nowhere/At_All' })).toBe(MORNING);
    const nowhere = decide({ addressee: addressee({ phone: '+8835100012345' as Phone }) }, quiet(rule({ hours: 'none' })));
    expect(nowhere).toMatchObject({ reason: 'no_price' });
  });

  it('refuse where no hour suits every zone of a country', () => {
    const russian = { addressee: addressee({ phone: '+79161234567' as Phone }) };
    const office = quiet(rule({ hours: '10:00-18:00', areAllowed: true }));
    expect(decide(russian, office)).toMatchObject({ reason: 'quiet_hours' });
    expect(decide({ addressee: addressee({ phone: '+79161234567' as Phone, timeZone: 'Europe/Moscow' }) }, office)).not.toMatchObject({
      reason: 'quiet_hours',
    });
  });
});
