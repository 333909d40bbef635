// Step 6: recipients → requests with ids and keys → the store, batch by batch. What each became is told to the caller.

import type { Sender } from '../domain/sender.ts';
import type { Clock, KeyedDigest } from '../ports/host.ts';
import type { Admission, AdmitRequest, AdmitStore } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { CampaignId, IdSource } from '../values/id.ts';
import { type Micros, ZERO } from '../values/money.ts';
import { recipientDigest, resolveAddressees } from './addressees.ts';
import { decideAdmissions } from './admit.ts';
import { createKeyIndex, type KeyIndex } from './key-index.ts';
import { campaignPrefix, derivedKey, explicitKey, fingerprintOf, keyOrder } from './key.ts';
import type { Recipient } from './recipients.ts';

/**
 * How many rows are put in the order of their keys before they are admitted. Keys that come in order are inserted about four times as fast, and
 * the order of a file means nothing. 20,000 rows take about 15 MB.
 */
export const CHUNK_ROWS = 20_000;

export type EnqueueHost = {
  readonly store: AdmitStore & Pick<DirectoryStore, 'findContacts'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly digest: KeyedDigest;
  readonly interrupted: AbortSignal;
};

export type EnqueuePlan = {
  readonly mode: 'commit' | 'preview';
  readonly sender: Sender;
  /** Null for free-form text. */
  readonly template: string | null;
  readonly campaignId: CampaignId | null;
  readonly runId: number | null;
  /** Gives every row a key made of campaign, recipient, template and parameters, unless it has one of its own. */
  readonly derivesKeys: boolean;
  readonly maxPrice: Micros | null;
  readonly onAdmission: (recipient: Recipient, request: AdmitRequest, admission: Admission) => void;
};

/** Admits recipients in chunks. Returns false when it was told to stop before the end; every batch until then is committed. */
export async function enqueue(host: EnqueueHost, plan: EnqueuePlan, chunks: AsyncIterable<readonly Recipient[]>): Promise<boolean> {
  const seen = plan.mode === 'preview' ? createKeyIndex() : null;
  let spent: ReadonlyMap<string, Micros> = new Map();
  for await (const chunk of chunks) {
    const wanted = await toRequests(host, plan, chunk);
    if (plan.derivesKeys) wanted.sort((left, right) => left.order - right.order);
    for (const batch of slices(wanted, BATCH_MAX)) {
      if (host.interrupted.aborted) return false;
      spent = await admitBatch(host, plan, { batch, spent, seen });
    }
  }
  return true;
}

type Wanted = { readonly recipient: Recipient; readonly request: AdmitRequest; readonly order: number };
type BatchParts = { readonly batch: readonly Wanted[]; readonly spent: ReadonlyMap<string, Micros>; readonly seen: KeyIndex | null };

async function admitBatch(host: EnqueueHost, plan: EnqueuePlan, { batch, spent, seen }: BatchParts): Promise<ReadonlyMap<string, Micros>> {
  const fresh = seen === null ? batch : batch.filter(({ request }) => request.key === null || seen.add(request.key, request.fingerprint) === 'new');
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
  for (const [index, { recipient, request }] of fresh.entries()) {
    const admission = result.admissions[index];
    if (admission !== undefined) plan.onAdmission(recipient, request, admission);
  }
  // A preview wrote nothing, so the store cannot know that an earlier batch had the key.
  for (const { recipient, request } of fresh === batch ? [] : batch.filter((wanted) => !fresh.includes(wanted))) {
    plan.onAdmission(recipient, request, { kind: 'duplicate', kept: keptInPreview(request), resumable: false });
  }
  return result.spent;
}

function keptInPreview({ id, fingerprint }: AdmitRequest): Extract<Admission, { kind: 'duplicate' }>['kept'] {
  return { id, fingerprint, state: 'queued', runId: null, price: ZERO };
}

async function toRequests(host: EnqueueHost, plan: EnqueuePlan, chunk: readonly Recipient[]): Promise<Wanted[]> {
  const prefix = plan.campaignId === null ? new Uint8Array(4) : campaignPrefix(host.digest, plan.campaignId);
  const addressee = await resolveAddressees(host.store, chunk);
  const at = host.clock.now();
  return chunk.map((recipient) => {
    const to = addressee(recipient);
    const digest = recipientDigest(host.digest, { recipient, to, template: plan.template });
    const key = keyFor(host, plan, { recipient, digest, prefix });
    const request: AdmitRequest = {
      id: host.ids.sortable(at),
      key,
      fingerprint: fingerprintOf(digest),
      to,
      language: recipient.language,
      checkedFor: recipient.checkedFor,
      content: recipient.content,
      maxPrice: plan.maxPrice,
      costCenter: recipient.costCenter,
      tags: recipient.tags,
    };
    return { recipient, request, order: key === null ? 0 : keyOrder(key) };
  });
}

type KeyParts = { readonly recipient: Recipient; readonly digest: Uint8Array; readonly prefix: Uint8Array };

function keyFor(host: EnqueueHost, plan: EnqueuePlan, { recipient, digest, prefix }: KeyParts): Uint8Array | null {
  if (recipient.key !== null) return explicitKey(host.digest, recipient.key);
  return plan.derivesKeys ? derivedKey(prefix, digest) : null;
}
