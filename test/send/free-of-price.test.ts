// A message that is free by our rules needs no price: free-form answers before the day from which they cost.

import { describe, expect, it } from 'vitest';
import type { AdmissionFacts } from '../../src/ports/store/admit.ts';
import { createQuietHours } from '../../src/domain/quiet-hours.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { decideClaim } from '../../src/send/claim.ts';
import { ZERO } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Instant, toInstant } from '../../src/values/time.ts';
import { addressee, admissionFacts, at, flag, PRICES, request, SENDER } from './facts.ts';

function admitted(now: Instant, rest: Partial<AdmissionFacts> = {}) {
  const reply = {
    request: request({ checkedFor: null }),
    addressee: addressee({ lastInboundAt: toInstant(now - 1), flags: [flag('utility', 'opt_in')] }),
  };
  return decideAdmissions(admissionFacts([reply], { at: now, templates: null, ...rest })).admissions[0];
}

describe('a free-form answer before it costs anything', () => {
  it('reserves nothing where it must be delivered before', () => {
    expect(admitted(at('2026-08-15T12:00:00Z'))).toMatchObject({
      kind: 'admitted',
      message: { price: 0n, reservation: { held: 0n, evidence: { priceId: null, rule: 'free' } } },
    });
  });

  it('reserves what it may cost where it may be delivered later', () => {
    expect(admitted(at('2026-09-15T12:00:00Z'))).toMatchObject({ message: { price: 5_000n, reservation: { evidence: { priceId: 3 } } } });
  });

  it('is refused from the day on which it costs, where no card has its price', () => {
    expect(admitted(at('2026-10-15T12:00:00Z'), { prices: new Map() })).toMatchObject({ kind: 'refused', reason: 'no_price' });
  });

  it('leaves without a price, and not for another category', () => {
    const now = at('2026-08-15T12:00:00Z');
    const claim = (category: 'service' | 'marketing') =>
      decideClaim({
        at: now,
        expiresAt: toInstant(now + 1),
        sender: SENDER,
        phone: '+4915112345678' as Phone,
        userId: null,
        held: ZERO,
        prices: PRICES,
        cap: null,
        quietHours: createQuietHours([]),
        timeZone: null,
        gate: {
          flags: [flag('marketing', 'opt_in')],
          category,
          freeForm: category === 'service',
          windowOpen: true,
          lastInboundAt: now,
          confirmsStop: false,
        },
        template: 'usable',
        isCampaignCancelled: false,
        retried: [],
      });
    expect(claim('service')).toEqual({ kind: 'claim' });
    expect(claim('marketing')).toEqual({ kind: 'refuse', reason: 'no_price' });
  });
});
