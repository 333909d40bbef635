// Step 6: recipients → requests with ids and keys → the store, batch by batch. What each became is told to the caller.

import type { BudgetWarning } from '../domain/budget-warning.ts';
import type { Timing } from '../domain/schedule.ts';
import type { Sender } from '../domain/sender.ts';
import type { Clock } from '../ports/host.ts';
import type { Addressee, Admission, AdmitRequest, AdmitStore } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { IdSource } from '../values/id.ts';
import { type Micros, ZERO } from '../values/money.ts';
import { decideAdmissions } from './admit.ts';
import { createKeyIndex, type KeyIndex } from './key-index.ts';
import { fingerprintOf, keyOf, NO_FINGERPRINT } from './key.ts';
import type { Recipient } from './recipients.ts';
import type { RepeatSieve } from './repeat-sieve.ts';
import { type StampedRecipient, type StampHost, type StampPlan, stampRecipients } from './stamped.ts';

export type EnqueueHost = StampHost & {
  readonly store: AdmitStore & Pick<DirectoryStore, 'findContacts' | 'formerContacts'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly interrupted: AbortSignal;
};

export type EnqueuePlan = StampPlan & {
  readonly mode: 'commit' | 'preview';
  readonly sender: Sender;
  readonly runId: number | null;
  /** Through which all recipients of a preview went before; null where any of them may repeat another. */
  readonly sieve: RepeatSieve | null;
  /** A preview's campaign that is not in the store, and so none of its keys. */
  readonly isNewCampaign: boolean;
  readonly maxPrice: Micros | null;
  /** For all; a recipient's own time comes first. */
  readonly timing: Timing;
  readonly onAdmission: (recipient: Recipient, request: AdmitRequest, admission: Admission) => void;
  /** Told of the thresholds of budgets that a batch reached. */
  readonly onWarnings: (warnings: readonly BudgetWarning[]) => void;
};

/** Admits recipients in chunks. Returns false when it was told to stop before the end; every batch until then is committed. */
export async function enqueue(host: EnqueueHost, plan: EnqueuePlan, chunks: AsyncIterable<readonly Recipient[]>): Promise<boolean> {
  const seen = createKeyIndex({ comparesContents: false });
  // In a preview alone: what is admitted without its key could be sent twice.
  const needsFewKeys = plan.mode === 'preview' && plan.isNewCampaign;
  const stampPlan = needsFewKeys ? { ...plan, needsKey: (recipient: Recipient, to: Addressee) => mayRepeat(plan, recipient, to) } : plan;
  let spent: ReadonlyMap<string, Micros> = new Map();
  for await (const chunk of chunks) {
    for (const batch of slices(await stampRecipients(host, stampPlan, chunk), BATCH_MAX)) {
      if (host.interrupted.aborted) return false;
      await host.clock.yield();
      spent = await admitBatch(host, plan, { batch: batch.map((entry) => toWanted(host, plan, entry)), spent, seen });
    }
  }
  return true;
}

type Wanted = {
  readonly recipient: Recipient;
  readonly request: AdmitRequest;
  /** Its key, where another row of a preview may have it too. */
  readonly watched: Uint8Array | null;
};
type BatchParts = { readonly batch: readonly Wanted[]; readonly spent: ReadonlyMap<string, Micros>; readonly seen: KeyIndex };

async function admitBatch(host: EnqueueHost, plan: EnqueuePlan, { batch, spent, seen }: BatchParts): Promise<ReadonlyMap<string, Micros>> {
  const isSeen = ({ watched }: Wanted): boolean => watched !== null && seen.has(watched);
  const repeats = new Set(batch.filter(isSeen));
  const fresh = repeats.size === 0 ? batch : batch.filter((wanted) => !repeats.has(wanted));
  const result = await host.store.admit(
    {
      mode: plan.mode,
      senderId: plan.sender.id,
      template: plan.template,
      campaignId: plan.campaignId,
      runId: plan.runId,
      at: host.clock.now(),
      requests: fresh.map(({ request }) => request),
      spent,
    },
    decideAdmissions,
  );
  let answers = 0;
  for (const wanted of batch) {
    const { recipient, request, watched } = wanted;
    if (repeats.has(wanted)) {
      // A preview wrote nothing, so the store cannot know that an earlier batch had the key.
      plan.onAdmission(recipient, request, { kind: 'duplicate', kept: keptInPreview(request), resumable: false });
      continue;
    }
    const admission = result.admissions[answers];
    answers += 1;
    if (admission === undefined) continue;
    plan.onAdmission(recipient, request, admission);
    if (watched !== null && admission.kind !== 'refused') seen.add(watched, request.fingerprint);
  }
  plan.onWarnings(result.warnings);
  return result.spent;
}

function mayRepeat({ mode, sieve }: EnqueuePlan, recipient: Recipient, to: Addressee): boolean {
  return mode === 'preview' && (sieve === null || sieve.mayRepeat(recipient, to));
}

const NO_ALIASES: AdmitRequest['aliases'] = [];

function keptInPreview({ id, fingerprint }: AdmitRequest): Extract<Admission, { kind: 'duplicate' }>['kept'] {
  return { id, fingerprint, state: 'queued', runId: null, price: ZERO, dueAt: null };
}

// Ids are made in the order in which rows are written, so that the store's trees grow at their ends.
function toWanted({ ids, clock }: EnqueueHost, plan: EnqueuePlan, { recipient, to, stamp, aliases }: StampedRecipient): Wanted {
  const { maxPrice, timing } = plan;
  const { language, checkedFor, content, costCenter, tags, sendAt } = recipient;
  const key = stamp === null ? null : keyOf(stamp);
  const fingerprint = stamp === null ? NO_FINGERPRINT : fingerprintOf(stamp);
  return {
    recipient,
    watched: key !== null && mayRepeat(plan, recipient, to) ? key : null,
    request: {
      id: ids.sortable(clock.now()),
      key,
      fingerprint,
      aliases: aliases.length === 0 ? NO_ALIASES : aliases.map((alias) => ({ key: keyOf(alias), fingerprint: fingerprintOf(alias) })),
      to,
      language,
      checkedFor,
      content,
      maxPrice,
      timing: sendAt === null ? timing : { ...timing, sendAt },
      retryOf: null,
      confirms: null,
      costCenter,
      tags,
    },
  };
}
