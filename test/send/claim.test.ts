// The gate at the moment of sending.

import { expect, it } from 'vitest';
import type { ClaimFacts } from '../../src/ports/store/outbox.ts';
import { decideClaim } from '../../src/send/claim.ts';
import { toInstant } from '../../src/values/time.ts';
import { flag, NOW } from './facts.ts';

function claim(rest: Partial<ClaimFacts> = {}, flags = [flag('utility', 'opt_in')]) {
  return decideClaim({
    at: NOW,
    expiresAt: toInstant(NOW + 1),
    gate: { flags, category: 'utility', freeForm: false, windowOpen: false, lastInboundAt: null },
    templateCurrent: true,
    ...rest,
  });
}

it('lets a message go that may still be sent', () => {
  expect(claim()).toEqual({ kind: 'claim' });
});

it('gives up what has expired, to the millisecond', () => {
  expect(claim({ expiresAt: NOW })).toEqual({ kind: 'expire' });
  expect(claim({ expiresAt: NOW }, [flag('block', 'block')])).toEqual({ kind: 'expire' });
});

it('refuses what was blocked, stopped or taken back while it waited', () => {
  expect(claim({}, [flag('utility', 'opt_in'), flag('block', 'block')])).toEqual({ kind: 'refuse', reason: 'blocked' });
  expect(claim({}, [flag('utility', 'opt_out')])).toEqual({ kind: 'refuse', reason: 'opted_out' });
  expect(claim({ templateCurrent: false })).toEqual({ kind: 'refuse', reason: 'template_unavailable' });
  expect(claim({ templateCurrent: false }, [])).toEqual({ kind: 'refuse', reason: 'no_consent' });
});
