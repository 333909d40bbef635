// A campaign: whether it may be sent, who may still change that, and how fast it goes.

import type { Instant } from '../values/time.ts';

/** What somebody can decide about a campaign. */
export const CAMPAIGN_CHANGES = ['pause', 'resume', 'cancel'] as const;
export type CampaignChange = (typeof CAMPAIGN_CHANGES)[number];

/** Both null while it may be sent. One that is cancelled is not paused any more. */
export type CampaignStanding = { readonly pausedAt: Instant | null; readonly cancelledAt: Instant | null };

/**
 * `paused` and `cancelled` are what somebody decided; without that it is `active` while something waits or is on its way, then `unfinished` while a file of it was not
 * admitted to its end, and `done` otherwise.
 */
export const CAMPAIGN_STATUSES = ['active', 'paused', 'cancelled', 'unfinished', 'done'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** `refuse`: it is cancelled, and that is the last word. */
export type CampaignDecision =
  | { readonly kind: 'change'; readonly standing: CampaignStanding }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refuse' };
export type DecideCampaignChange = (standing: CampaignStanding, change: CampaignChange, at: Instant) => CampaignDecision;

/** The rule of changes: what is so already stays as it is. */
export const decideCampaignChange: DecideCampaignChange = ({ pausedAt, cancelledAt }, change, at) => {
  if (cancelledAt !== null) return { kind: change === 'cancel' ? 'unchanged' : 'refuse' };
  if (change === 'cancel') return { kind: 'change', standing: { pausedAt: null, cancelledAt: at } };
  if ((pausedAt !== null) === (change === 'pause')) return { kind: 'unchanged' };
  return { kind: 'change', standing: { pausedAt: change === 'pause' ? at : null, cancelledAt: null } };
};

/** The reason of messages that were cancelled with their campaign. */
export const CAMPAIGN_CANCELLED = 'campaign_cancelled';

/** The claims of one run: spans are of `SPAN_MS` and numbered since the epoch; `spanClaims` are those of `span`, `beforeClaims` those of the one before it. */
export type Pulse = {
  readonly firstClaimAt: Instant;
  readonly span: number;
  readonly spanClaims: number;
  readonly beforeClaims: number;
};

const SPAN_MS = 10_000;

/** The number of the span that an instant lies in. */
export function spanOf(at: Instant): number {
  return Math.floor(at / SPAN_MS);
}

/** How many messages a second the runs of a campaign begin: of the newest 10 to 20 seconds, or since the first of them. 0 where nothing was begun in that time. */
export function claimRate(pulses: readonly Pulse[], at: Instant): number {
  const span = spanOf(at);
  let claims = 0;
  let since: number = at;
  for (const pulse of pulses.filter((one) => one.span >= span - 1)) {
    claims += pulse.span === span ? pulse.spanClaims + pulse.beforeClaims : pulse.spanClaims;
    since = Math.min(since, Math.max((span - 1) * SPAN_MS, pulse.firstClaimAt));
  }
  return (claims * 1_000) / Math.max(at - since, 1_000);
}

type Reading = { readonly source: string | null; readonly admittedAt: Instant | null };

/** Those that did not come to the end of their file, and that no later one has made good by reading it to its end. Runs come oldest first. */
export function unfinishedRuns<Run extends Reading>(runs: readonly Run[]): readonly Run[] {
  return runs.filter(
    ({ source, admittedAt }, index) =>
      admittedAt === null && !runs.some((later, at) => at > index && later.source === source && later.admittedAt !== null),
  );
}
