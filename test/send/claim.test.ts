// The gate at the moment of sending.

import { expect, it } from 'vitest';
import { createQuietHours } from '../../src/domain/quiet-hours.ts';
import type { ClaimFacts } from '../../src/ports/store/outbox.ts';
import { decideClaim, PAUSED_MS } from '../../src/send/claim.ts';
import { type Micros, toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { toInstant } from '../../src/values/time.ts';
import { at, flag, NOW, PRICES, SENDER } from './facts.ts';

function claim(rest: Partial<ClaimFacts> = {}, flags = [flag('utility', 'opt_in')]) {
  return decideClaim({
    at: NOW,
    expiresAt: toInstant(NOW + 1),
    sender: SENDER,
    phone: '+4915112345678' as Phone,
    userId: null,
    held: toMicros(55_000n),
    prices: PRICES,
    cap: null,
    quietHours: createQuietHours([]),
    timeZone: null,
    gate: { flags, category: 'utility', freeForm: false, windowOpen: false, lastInboundAt: null, confirmsStop: false },
    template: 'usable',
    isCampaignCancelled: false,
    retried: [],
    ...rest,
  });
}

it('lets a message go that may still be sent', () => {
  expect(claim()).toEqual({ kind: 'claim' });
});

it('drops what is of a cancelled campaign, whatever else is to be said of it', () => {
  expect(claim({ isCampaignCancelled: true })).toEqual({ kind: 'drop', reason: 'campaign_cancelled' });
  expect(claim({ isCampaignCancelled: true, expiresAt: NOW }, [])).toEqual({ kind: 'drop', reason: 'campaign_cancelled' });
});

it('gives up what has expired, to the millisecond', () => {
  expect(claim({ expiresAt: NOW })).toEqual({ kind: 'expire' });
  expect(claim({ expiresAt: NOW }, [flag('block', 'block')])).toEqual({ kind: 'expire' });
});

it('refuses what was blocked, stopped or taken back while it waited', () => {
  expect(claim({}, [flag('utility', 'opt_in'), flag('block', 'block')])).toEqual({ kind: 'refuse', reason: 'blocked' });
  expect(claim({}, [flag('utility', 'opt_out')])).toEqual({ kind: 'refuse', reason: 'opted_out' });
  expect(claim({ template: 'gone' })).toEqual({ kind: 'refuse', reason: 'template_unavailable' });
  expect(claim({ template: 'gone' }, [])).toEqual({ kind: 'refuse', reason: 'no_consent' });
});

it('refuses what has become dearer than what was reserved, and what has no price any more', () => {
  const december = at('2026-12-02T12:00:00Z');
  const late = { at: december, expiresAt: toInstant(december + 1) };
  expect(claim({ ...late, held: toMicros(60_000n) })).toEqual({ kind: 'claim' });
  expect(claim(late)).toEqual({ kind: 'refuse', reason: 'over_budget' });
  expect(claim({ phone: '+33612345678' as Phone })).toEqual({ kind: 'refuse', reason: 'no_price' });
  expect(claim({ phone: null, held: 0n as Micros })).toEqual({ kind: 'claim' });
});

it('refuses where the provider paused the market while it waited', () => {
  const gate = {
    flags: [flag('marketing', 'opt_in')],
    category: 'marketing',
    freeForm: false,
    windowOpen: false,
    lastInboundAt: null,
  } as const;
  const phone = '+12125550100' as Phone;
  expect(claim({ phone, gate: { ...gate, confirmsStop: false } })).toEqual({ kind: 'refuse', reason: 'market_paused' });
  expect(claim({ phone: '+14165550100' as Phone, gate: { ...gate, confirmsStop: false } })).toEqual({ kind: 'refuse', reason: 'no_price' });
});

it('lets what waits for a paused template wait on, in half-hours', () => {
  expect(claim({ template: 'paused' })).toEqual({ kind: 'wait', until: NOW + PAUSED_MS });
  expect(claim({ template: 'paused' }, [])).toEqual({ kind: 'refuse', reason: 'no_consent' });
  expect(claim({ template: 'paused', expiresAt: NOW })).toEqual({ kind: 'expire' });
});

it('drops what was to be sent again where the first message was sent after all', () => {
  const dropped = { kind: 'drop', reason: 'already_sent' };
  expect((['delivered', 'read'] as const).map((state) => claim({ retried: [{ state, reason: null }] }))).toEqual([dropped, dropped]);
  expect(
    claim({
      retried: [
        { state: 'failed', reason: '131049' },
        { state: 'expired', reason: 'sent_after_all' },
      ],
    }),
  ).toEqual(dropped);
  expect(claim({ retried: [{ state: 'failed', reason: '131049' }] })).toEqual({ kind: 'claim' });
});

it('holds by itself what is due in quiet hours, and refuses what would not outlive them', () => {
  const night = at('2026-11-22T21:30:00Z');
  const morning = at('2026-11-23T07:00:00Z');
  const rule = { senderId: SENDER.id, category: 'utility', country: null, hours: '21:00-08:00', areAllowed: false, setAt: NOW } as const;
  const quiet = { at: night, quietHours: createQuietHours([rule]) };
  expect(claim({ ...quiet, expiresAt: toInstant(morning + 1) })).toEqual({ kind: 'hold', until: morning });
  expect(claim({ ...quiet, expiresAt: morning })).toEqual({ kind: 'refuse', reason: 'quiet_hours' });
  expect(claim({ ...quiet, expiresAt: toInstant(morning + 1), timeZone: 'America/New_York' })).toEqual({ kind: 'claim' });
  expect(claim({ ...quiet, at: morning, expiresAt: toInstant(morning + 1) })).toEqual({ kind: 'claim' });
  expect(claim({ ...quiet, expiresAt: toInstant(morning + 1) }, [flag('block', 'block')])).toEqual({ kind: 'refuse', reason: 'blocked' });
});
