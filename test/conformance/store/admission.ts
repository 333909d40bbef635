// Messages for the cases of the exam: admitted, claimed and settled by the real rules.

import { freeFormText } from '../../../src/domain/free-form.ts';
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import type { Admission, AdmitBatch } from '../../../src/ports/store/admit.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import { decideAdmissions } from '../../../src/send/admit.ts';
import { decideClaim } from '../../../src/send/claim.ts';
import { decideRepricings } from '../../../src/send/reprice.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { CampaignId, ContactId, MessageId, SenderId } from '../../../src/values/id.ts';
import type { Instant } from '../../../src/values/time.ts';
import { ids, NOON } from './fixture.ts';

export type Notice = {
  readonly senderId: SenderId;
  readonly contactId: ContactId;
  /** Null for free-form text. */
  readonly template: string | null;
  readonly at?: Instant;
  readonly campaignId?: CampaignId;
  readonly costCenter?: string;
  readonly tags?: readonly string[];
};

/** Admits one message, which must be let in; it stays queued. */
export async function queue(store: Store, notice: Notice): Promise<MessageId> {
  const admission = await admit(store, notice);
  expect(admission).toMatchObject({ kind: 'admitted' });
  return admission?.kind === 'admitted' ? admission.message.request.id : ('' as MessageId);
}

/** What the message would be reserved at; null where no price is known. Nothing changes. */
export async function priceOf(store: Store, notice: Notice): Promise<bigint | null> {
  const admission = await admit(store, notice, 'preview');
  if (admission?.kind === 'admitted') return admission.message.price;
  expect(admission).toMatchObject({ kind: 'refused', reason: 'no_price' });
  return null;
}

/** Asks for one message, and returns the answer. */
export async function admit(store: Store, notice: Notice, mode: AdmitBatch['mode'] = 'commit'): Promise<Admission | undefined> {
  const { senderId, contactId, template, at = NOON, campaignId = null, costCenter = null, tags = [] } = notice;
  const request = {
    id: ids.sortable<'message'>(at),
    key: null,
    fingerprint: randomBytes(8),
    to: { contactId },
    language: null,
    checkedFor: null,
    content: template === null ? freeFormText({ type: 'text', body: 'Hello' }) : '{}',
    maxPrice: null,
    aliases: [],
    retryOf: null,
    confirms: null,
    costCenter,
    tags,
  };
  const { admissions } = await store.admit(
    { mode, senderId, template, campaignId, runId: null, at, requests: [request], spent: new Map() },
    decideAdmissions,
  );
  return admissions[0];
}

/** Claims queued messages, as a dispatcher does; they are in flight then. */
export async function claim(store: Store, senderId: SenderId, messageIds: readonly MessageId[], at = NOON): Promise<readonly MessageId[]> {
  const scope = { kind: 'messages', ids: messageIds } as const;
  const turn = {
    senderId,
    scope,
    outcomes: [],
    holds: [],
    isPaced: false,
    room: messageIds.length,
    workerId: ids.sortable<'worker'>(at),
    now: () => at,
  };
  const { claimed } = await store.turn(turn, { settle: decideSettlements, claim: decideClaim, reprice: decideRepricings });
  return claimed.map(({ id }) => id);
}

/** Settles one thing that became known about a message. */
export async function settle(store: Store, messageId: MessageId, kind: Outcome['kind'], at: Instant): Promise<void> {
  const outcome: Outcome = { messageId, attempt: null, kind, at, providerId: null, error: null, pricing: null, retryAt: null };
  await store.settle({ outcomes: [outcome], at }, decideSettlements);
}
