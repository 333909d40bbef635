// What may still be decided about a campaign, how fast it goes, and which files are not in it to their end.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CAMPAIGN_CHANGES,
  type CampaignStanding,
  claimRate,
  decideCampaignChange,
  type Pulse,
  spanOf,
  unfinishedRuns,
} from '../../src/domain/campaign.ts';
import { toInstant } from '../../src/values/time.ts';

const NOW = toInstant(1_800_000_004_000); // 4 s into a span
const EARLIER = toInstant(NOW - 60_000);

const OPEN: CampaignStanding = { pausedAt: null, cancelledAt: null };
const PAUSED: CampaignStanding = { pausedAt: EARLIER, cancelledAt: null };
const CANCELLED: CampaignStanding = { pausedAt: null, cancelledAt: EARLIER };

describe('a change', () => {
  it.each([
    [OPEN, 'pause', { kind: 'change', standing: { pausedAt: NOW, cancelledAt: null } }],
    [OPEN, 'resume', { kind: 'unchanged' }],
    [OPEN, 'cancel', { kind: 'change', standing: { pausedAt: null, cancelledAt: NOW } }],
    [PAUSED, 'pause', { kind: 'unchanged' }],
    [PAUSED, 'resume', { kind: 'change', standing: OPEN }],
    [PAUSED, 'cancel', { kind: 'change', standing: { pausedAt: null, cancelledAt: NOW } }],
    [CANCELLED, 'pause', { kind: 'refuse' }],
    [CANCELLED, 'resume', { kind: 'refuse' }],
    [CANCELLED, 'cancel', { kind: 'unchanged' }],
  ] as const)('of %j by %s', (standing, change, decision) => {
    expect(decideCampaignChange(standing, change, NOW)).toEqual(decision);
  });

  it('twice is once, and a cancelled campaign stays so whatever follows', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CAMPAIGN_CHANGES)), (changes) => {
        let standing = OPEN;
        for (const change of changes) {
          const before = standing;
          const decision = decideCampaignChange(standing, change, NOW);
          if (decision.kind === 'change') standing = decision.standing;
          expect(decideCampaignChange(standing, change, NOW).kind).not.toBe('change');
          if (before.cancelledAt !== null) expect(standing).toEqual(before);
          expect(standing.pausedAt === null || standing.cancelledAt === null).toBe(true);
        }
      }),
    );
  });
});

describe('the rate', () => {
  const pulse = (rest: Partial<Pulse> = {}): Pulse => ({
    firstClaimAt: EARLIER,
    span: spanOf(NOW),
    spanClaims: 40,
    beforeClaims: 100,
    ...rest,
  });

  it('is of the span at hand and the one before it', () => {
    expect(claimRate([pulse()], NOW)).toBe(10); // 140 in 14 s
  });

  it('adds up over runs', () => {
    expect(claimRate([pulse(), pulse({ spanClaims: 12, beforeClaims: 16 })], NOW)).toBe(12);
  });

  it('is of the time since the first of several runs began, which may have come one after the other', () => {
    const runs = [10_000, 5_000, 1_000].map((ago) => pulse({ firstClaimAt: toInstant(NOW - ago), beforeClaims: 0, spanClaims: 100 }));
    expect(claimRate(runs, NOW)).toBe(30);
  });

  it('begins with the first claim, and a second is the least', () => {
    expect(claimRate([pulse({ firstClaimAt: toInstant(NOW - 2_000), beforeClaims: 0 })], NOW)).toBe(20);
    expect(claimRate([pulse({ firstClaimAt: NOW, beforeClaims: 0 })], NOW)).toBe(40);
  });

  it('counts a span that is just over, and nothing older', () => {
    expect(claimRate([pulse({ span: spanOf(NOW) - 1 })], NOW)).toBeCloseTo(40 / 14);
    expect(claimRate([pulse({ span: spanOf(NOW) - 2 })], NOW)).toBe(0);
    expect(claimRate([], NOW)).toBe(0);
  });
});

it('a file is unfinished until a later run reads it to its end', () => {
  const run = (source: string | null, isWhole: boolean) => ({ source, admittedAt: isWhole ? NOW : null });
  expect(unfinishedRuns([run('a', false), run('b', false), run('a', true)])).toEqual([run('b', false)]);
  expect(unfinishedRuns([run('a', true), run('a', false)])).toEqual([run('a', false)]);
  expect(unfinishedRuns([run(null, true)])).toEqual([]);
});
