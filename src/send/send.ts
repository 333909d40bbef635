// The main line, as a table of contents: check, admit, dispatch, count.

import type { BudgetWarning } from '../domain/budget-warning.ts';
import { plusScheduled, type Timing } from '../domain/schedule.ts';
import type { Template } from '../domain/template.ts';
import type { Io } from '../ports/host.ts';
import type { Admission, AdmitRequest, Run } from '../ports/store/admit.ts';
import type { CampaignId, MessageId } from '../values/id.ts';
import type { Micros } from '../values/money.ts';
import type { OwnMessages } from './dispatch-own.ts';
import { enqueue, type EnqueueHost } from './enqueue.ts';
import { ENDED, type Ending, failedWith, finish, type FinishHost, type FinishPlan } from './finish.ts';
import type { Recipient } from './recipients.ts';
import { recover } from './recover.ts';
import type { RepeatSieve } from './repeat-sieve.ts';
import { countDuplicate, countQueued, countRecovered, countRefused, createTally, type Tally } from './tally.ts';
import { lookAgain } from './wait.ts';

export type SendHost = FinishHost & Omit<EnqueueHost, 'store'> & { readonly io: Io };

export type SendPlan = FinishPlan & {
  /** The template in its languages; null for free-form text. */
  readonly template: { readonly name: string; readonly languages: readonly Template[] } | null;
  readonly campaign: string | null;
  /** The file that the recipients come from; null where they were named one by one. */
  readonly source: string | null;
  /** Through which all rows of a dry run went before; null where any of them may repeat another. */
  readonly sieve: RepeatSieve | null;
  readonly maxPrice: Micros | null;
  /** When all of it is to be sent, and how long it may wait; a row's own time comes first. */
  readonly timing: Timing;
  /** Ask everything, change nothing. */
  readonly dryRun: boolean;
  /** Stop after the admission. */
  readonly queueOnly: boolean;
  /** Give every row a key of its own, so that a file can be run again. */
  readonly derivesKeys: boolean;
  /** Told what each row became at its admission. */
  readonly onAdmission: (recipient: Recipient, request: AdmitRequest, admission: Admission) => void;
  /** Told when all are admitted or refused, and the first one is about to be sent. */
  readonly onAdmitted: (tally: Tally, campaignId: CampaignId | null) => Promise<void>;
};

/** What came of it. */
export type SendEnd = { readonly tally: Tally } & Ending;

/** Sends to checked recipients: every one is admitted or refused, then what was admitted is dispatched. */
export async function send(host: SendHost, plan: SendPlan, recipients: AsyncIterable<readonly Recipient[]>): Promise<SendEnd> {
  const tally = createTally();
  if (!plan.dryRun) countRecovered(tally, await recover(host.store, { diedWithProcess: host.diedWithProcess, at: host.clock.now() }));
  const run = await openRun(host, plan);
  const singles: MessageId[] = [];
  const repeated: MessageId[] = [];
  const record: SendPlan['onAdmission'] = (recipient, request, admission) => {
    countAdmission(tally, plan.queueOnly ? leftQueued(admission) : admission);
    if (keepsOtherTime(request, admission, run)) tally.keptTimes += 1;
    const id = idToSend(request, admission);
    if (id !== null && !plan.derivesKeys) singles.push(id);
    if (admission.kind === 'duplicate' && id === null && !plan.derivesKeys) repeated.push(admission.kept.id);
    plan.onAdmission(recipient, request, plan.queueOnly ? leftQueued(admission) : admission);
    if (tally.read % PROGRESS_ROWS === 0) plan.onProgress(tally);
  };
  const enqueuePlan = {
    mode: plan.dryRun ? 'preview' : 'commit',
    sender: plan.sender,
    template: plan.template?.name ?? null,
    campaignId: run?.campaignId ?? null,
    runId: plan.dryRun ? null : (run?.runId ?? null),
    sieve: plan.sieve,
    isNewCampaign: run?.isNew ?? false,
    derivesKeys: plan.derivesKeys,
    maxPrice: plan.maxPrice,
    timing: plan.timing,
    onAdmission: record,
    onWarnings: (warnings: readonly BudgetWarning[]) => void tally.budgetWarnings.push(...warnings),
  } as const;
  const admission = await enqueue(host, enqueuePlan, recipients).catch((error: unknown) => {
    if (plan.dryRun || tally.counts.queued === 0) throw error; // nothing was done
    return failedWith(error);
  });
  const own: OwnMessages = run !== null && plan.derivesKeys ? { kind: 'run', run } : { kind: 'messages', ids: singles };
  if (typeof admission === 'object') {
    if (admission.failure?.code === 'campaign_cancelled') await lookAgain(host, { own, repeated, tally }, plan); // what was queued is cancelled by now
    return { tally, ...admission };
  }
  if (!admission) return { tally, ...ENDED, interrupted: true };
  if (run !== null && !plan.dryRun && plan.source !== null) await host.store.closeRun({ runId: run.runId, at: host.clock.now() });
  if (plan.dryRun || plan.queueOnly) return { tally, ...ENDED };
  await plan.onAdmitted(tally, run?.campaignId ?? null);
  return { tally, ...(await finish(host, plan, { own, repeated, tally })) };
}

/** The message to send for this row; null when there is none. */
export function idToSend(request: AdmitRequest, admission: Admission): MessageId | null {
  if (admission.kind === 'admitted') return request.id;
  return admission.kind === 'duplicate' && admission.resumable ? admission.kept.id : null;
}

/** Where nothing is sent, what an earlier run left queued stays what it was, with its own reservation: a duplicate, and nothing new. */
export function leftQueued(admission: Admission): Admission {
  return admission.kind === 'duplicate' ? { ...admission, resumable: false } : admission;
}

// A scheduled message is not moved by sending it again: whoever gave another time, or none, must hear that it stays where it was. What an earlier row of the same
// file scheduled is not meant, and a preview could not know it.
function keepsOtherTime({ timing }: AdmitRequest, admission: Admission, run: Run | null): boolean {
  if (admission.kind !== 'duplicate' || (run !== null && admission.kept.runId === run.runId)) return false;
  const { dueAt } = admission.kept;
  return dueAt !== null && dueAt !== (timing?.sendAt ?? null);
}

const PROGRESS_ROWS = 1_000;

/** Counts a row by what became of it at its admission. */
export function countAdmission(tally: Tally, admission: Admission): void {
  tally.read += 1;
  switch (admission.kind) {
    case 'admitted': {
      const { price, dueAt: due, isHeld } = admission.message;
      countQueued(tally, price);
      if (due !== null) tally.scheduled = plusScheduled(tally.scheduled, due, isHeld);
      return;
    }
    case 'refused':
      return countRefused(tally, admission.reason);
    case 'key_conflict':
      tally.counts.invalid += 1;
      return;
    case 'duplicate':
      if (admission.resumable) countQueued(tally, admission.kept.price);
      else countDuplicate(tally, admission.kept.state);
  }
}

/** Begins a run of the campaign, where there is one. A preview of a campaign that does not exist yet still asks its budgets, under an id that nobody has. */
export async function openRun(host: SendHost, plan: Pick<SendPlan, 'sender' | 'campaign' | 'source' | 'dryRun'>): Promise<OpenRun | null> {
  if (plan.campaign === null) return null;
  const id = host.ids.short<'campaign'>();
  const senderId = plan.sender.id;
  const { campaign, source } = plan;
  if (!plan.dryRun) return { ...(await host.store.openRun({ id, senderId, campaign, source, at: host.clock.now() })), isNew: false };
  const campaignId = await host.store.findCampaign({ senderId, name: campaign });
  return { campaignId: campaignId ?? id, runId: 0, isNew: campaignId === null };
}

/** `isNew` of a preview's campaign that is not in the store. */
type OpenRun = Run & { readonly isNew: boolean };
