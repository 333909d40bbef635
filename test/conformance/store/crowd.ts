// Batches for the exam: many people, many requests, and short ways to admit, claim and settle them by the real rules.

import { randomBytes } from 'node:crypto';
import { verify } from '../../../src/billing/verify.ts';
import { DEFAULT_ACCOUNT } from '../../../src/domain/sender.ts';
import type { EventKind } from '../../../src/domain/message.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { Admission, AdmitBatch, Admitted, AdmitRequest } from '../../../src/ports/store/admit.ts';
import type { Recovery, Turn, TurnResult } from '../../../src/ports/store/outbox.ts';
import type { Settlement } from '../../../src/ports/store/settle.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import { decideAdmissions } from '../../../src/send/admit.ts';
import { decideClaim } from '../../../src/send/claim.ts';
import { decideRepricings } from '../../../src/send/reprice.ts';
import { outcomesOf } from '../../../src/send/retry.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import { BATCH_MAX, slices } from '../../../src/values/batch.ts';
import type { BudgetId, MessageId, SenderId } from '../../../src/values/id.ts';
import { toMicros } from '../../../src/values/money.ts';
import type { Phone } from '../../../src/values/phone.ts';
import type { Instant } from '../../../src/values/time.ts';
import type { Budget } from '../../../src/domain/budget.ts';
import { ids, later, makeContact, makeEvent, NOON, phone, USD } from './fixture.ts';

/** People whose numbers mean nothing to a sandbox, who agreed to marketing and utility. */
export async function addCrowd(store: Store, senderId: SenderId, count: number): Promise<readonly Phone[]> {
  const optIns = [makeEvent('opt_in', senderId), makeEvent('opt_in', senderId, { subject: 'utility' })];
  const contacts = Array.from({ length: count }, (_, index) => makeContact(`${index + 1_001}`, { optIns }));
  for (const batch of slices(contacts, BATCH_MAX)) await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: batch, at: NOON });
  return contacts.map(({ phone: number }) => number ?? phone('0'));
}

/** A request for the template `offer`, without a key. */
export function requestTo(number: Phone, rest: Partial<AdmitRequest> = {}): AdmitRequest {
  return {
    id: ids.sortable(NOON),
    key: null,
    fingerprint: randomBytes(8),
    to: { phone: number },
    language: null,
    checkedFor: null,
    content: '{}',
    maxPrice: null,
    aliases: [],
    retryOf: null,
    confirms: null,
    costCenter: null,
    tags: [],
    ...rest,
  };
}

/** A key of the letter, and the fingerprint of a content of its own. */
export function keyed(letter: string, content = 'one'): Pick<AdmitRequest, 'key' | 'fingerprint'> {
  return { key: Buffer.alloc(16, letter), fingerprint: Buffer.alloc(8, content) };
}

/** Admits a batch for the template `offer`. */
export function admit(
  store: Store,
  senderId: SenderId,
  requests: readonly AdmitRequest[],
  rest: Partial<AdmitBatch> = {},
): Promise<Admitted> {
  const common = { mode: 'commit', template: 'offer', campaignId: null, runId: null, at: NOON, spent: new Map() } as const;
  return store.admit({ ...common, senderId, requests, ...rest }, decideAdmissions);
}

/** What each became, in one word: a refusal by its reason. */
export function words(admissions: readonly Admission[]): readonly string[] {
  return admissions.map((admission) => (admission.kind === 'refused' ? admission.reason : admission.kind));
}

/** Settles and claims by the real rules, as worker `w` with room for everything, unless the test says otherwise. */
export function turn(store: Store, senderId: SenderId, { at = NOON, ...rest }: TurnAt = {}): Promise<TurnResult> {
  const common = {
    scope: { kind: 'all' },
    outcomes: [],
    holds: [],
    isPaced: false,
    room: BATCH_MAX,
    workerId: WORKER,
    now: () => at,
  } as const;
  return store.turn({ ...common, senderId, ...rest }, { settle: decideSettlements, claim: decideClaim, reprice: decideRepricings });
}

/** A turn, and when it is. */
export type TurnAt = Partial<Omit<Turn, 'now'>> & { readonly at?: Instant };

const WORKER = ids.sortable<'worker'>(NOON);

/** One thing that became known of the newest request. */
export function outcomeOf(messageId: MessageId, kind: EventKind, rest: Partial<Outcome> = {}): Outcome {
  return { messageId, attempt: null, kind, at: NOON, providerId: null, error: null, pricing: null, retryAt: null, ...rest };
}

/** Settles by the real rule. */
export function settle(store: Store, outcomes: readonly Outcome[], at: Instant = NOON): Promise<readonly Settlement[]> {
  return store.settle({ outcomes, at }, decideSettlements);
}

/** The sentences of all that `verify` finds. */
export async function findings(store: Store): Promise<readonly string[]> {
  const verdicts = await verify(store, { now: () => later(60), before: async () => undefined });
  return verdicts.flatMap(({ findings: found }) => found.map(({ wrong }) => wrong));
}

/** Takes back what the dead left. */
export function recoverDead(store: Store, recovery: Parameters<Store['recover']>[0]): Promise<readonly Recovery[]> {
  return store.recover(recovery, { settle: decideSettlements, outcomes: outcomesOf });
}

export function makeBudget(senderId: SenderId, cap: bigint, rest: Partial<Budget> = {}): Budget {
  const id = ids.short<'budget'>() satisfies BudgetId;
  const common = { period: 'month', currency: USD, category: null, costCenter: null, mode: 'hard', thresholds: [50, 80, 100] } as const;
  return { id, senderId, cap: toMicros(cap), createdAt: NOON, ...common, ...rest };
}
