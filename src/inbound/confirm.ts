// The one confirmation that may answer a stop word: a free-form message inside the window that the word has just opened, admitted like any other.

import { confirmationText } from '../catalog/confirmations.ts';
import { freeFormText } from '../domain/free-form.ts';
import type { Sender } from '../domain/sender.ts';
import type { AdmitRequest, AdmitStore } from '../ports/store/admit.ts';
import type { Received } from '../ports/store/inbound.ts';
import { decideAdmissions } from '../send/admit.ts';
import { NO_FINGERPRINT } from '../send/key.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { IdSource, MessageId, SenderId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';

export type Stop = NonNullable<Received['stop']>;

export type ConfirmHost = { readonly store: Pick<AdmitStore, 'admit'>; readonly ids: IdSource };

/** True for a sender that answers a stop word. */
export function confirmsStops({ whatsapp }: Sender): boolean {
  return whatsapp?.confirmsStops === true;
}

/**
 * Queues the confirmation of each stop, and returns the messages that are new. A stop that was confirmed before is not confirmed again, whoever asks: the
 * store holds one message for each opt-out. One that the rules refuse (a block, no budget, no price) stays without an answer, and holds all the same.
 */
export async function confirmStops(host: ConfirmHost, stops: readonly Stop[], at: Instant): Promise<readonly MessageId[]> {
  const confirmed: MessageId[] = [];
  for (const [senderId, ofSender] of bySender(stops)) {
    for (const batch of slices(ofSender, BATCH_MAX)) {
      const requests = batch.map((stop) => toRequest(host, stop, at));
      const { admissions } = await host.store.admit(
        { mode: 'commit', senderId, template: null, campaignId: null, runId: null, at, requests, spent: new Map() },
        decideAdmissions,
      );
      confirmed.push(...admissions.flatMap((admission) => (admission.kind === 'admitted' ? [admission.message.request.id] : [])));
    }
  }
  return confirmed;
}

function toRequest({ ids }: ConfirmHost, { contactId, sequence, language }: Stop, at: Instant): AdmitRequest {
  return {
    id: ids.sortable(at),
    key: null,
    fingerprint: NO_FINGERPRINT,
    aliases: [],
    to: { contactId },
    language: null,
    checkedFor: null,
    content: freeFormText({ type: 'text', body: confirmationText(language) }),
    maxPrice: null,
    retryOf: null,
    confirms: sequence,
    costCenter: null,
    tags: [],
  };
}

function bySender(stops: readonly Stop[]): ReadonlyMap<SenderId, readonly Stop[]> {
  const groups = new Map<SenderId, Stop[]>();
  for (const stop of stops) {
    const group = groups.get(stop.senderId);
    if (group === undefined) groups.set(stop.senderId, [stop]);
    else group.push(stop);
  }
  return groups;
}
