// Sending again by a person's decision: a new message with the content of one that is over and was surely not delivered. It passes the whole gate again.

import { isRefusalReason } from '../domain/consent.ts';
import { isDelivered, type MessageState } from '../domain/message.ts';
import type { Sender } from '../domain/sender.ts';
import { type AppError, assert, fail } from '../errors.ts';
import type { Admission, AdmitRequest } from '../ports/store/admit.ts';
import type { MessageContent, MessageRecord } from '../ports/store/report.ts';
import { DAY_MS, formatInstant, type Instant, SECOND_MS, toInstant } from '../values/time.ts';
import { decideAdmissions } from './admit.ts';
import { ENDED, finish } from './finish.ts';
import { NO_FINGERPRINT } from './key.ts';
import { recover } from './recover.ts';
import { SENT_AFTER_ALL } from './settle.ts';
import { isDecidedByPerson } from './resolve.ts';
import { countAdmission, idToSend, type SendEnd, type SendHost } from './send.ts';
import { countRecovered, createTally } from './tally.ts';

/** A message to send again, by its own sender, with what it said. */
export type Retriable = { readonly record: MessageRecord; readonly sender: Sender; readonly content: MessageContent };

/** How long a request whose outcome a person decided may still be under way: twice a request's deadline. */
export const REQUEST_OVER_MS = 60 * SECOND_MS;

/**
 * The provider's code for a person who gets too much for now. Its page of error codes says to wait at least a day; since 2026-04-30 it blocks what is repeated
 * to them until then.
 */
const ENOUGH_FOR_NOW = '131049';
const ENOUGH_MS = DAY_MS;

/**
 * The new message, or the first one that was sent again in the place of this one, and what came of it. `queueOnly` leaves it in the outbox. Throws
 * `not_retryable` where the old message may still arrive, has arrived, or has no content any more.
 */
export async function retryMessage(
  host: SendHost,
  { record, sender, content }: Retriable,
  { queueOnly, onStopping }: { readonly queueOnly: boolean; readonly onStopping: (underWay: number) => void },
): Promise<SendEnd & { readonly request: AdmitRequest; readonly admission: Admission }> {
  const at = host.clock.now();
  const tally = createTally();
  countRecovered(tally, await recover(host.store, { diedWithProcess: host.diedWithProcess, at }));
  const request = toRequest(host, record, content);
  const { campaign, template } = record;
  const campaignId = campaign === null ? null : await host.store.findCampaign({ senderId: sender.id, name: campaign });
  const batch = {
    mode: 'commit',
    senderId: sender.id,
    template,
    campaignId,
    runId: null,
    at,
    requests: [request],
    spent: new Map(),
  } as const;
  const { admissions, warnings } = await host.store.admit(batch, decideAdmissions);
  tally.budgetWarnings.push(...warnings);
  const [admission] = admissions;
  assert(admission !== undefined, 'one admission per request');
  countAdmission(tally, admission);
  const id = idToSend(request, admission);
  if (id === null || queueOnly) return { request, admission, tally, ...ENDED };
  const plan = { sender, waitsForDelivery: false, timeoutMs: null, onProgress: () => undefined, onStopping };
  return { request, admission, tally, ...(await finish(host, plan, { own: { kind: 'messages', ids: [id] }, repeated: [], tally })) };
}

/** Passes for a message that is over and was surely not delivered. Throws `not_retryable` with what to do instead. */
export function refuseRetry(
  record: MessageRecord,
  content: MessageContent | null,
  { sender, at }: { readonly sender: Sender; readonly at: Instant },
): void {
  const { id, state, reason } = record;
  const advice = isDelivered(state) ? 'It arrived: send another message instead.' : ADVICE[state]?.replace('<id>', id);
  if (advice !== undefined) throw notRetryable(record, `Message ${id} is ${state}.`, advice);
  if (isRefused(record))
    throw notRetryable(
      record,
      `Message ${id} was refused when its turn came (${reason}), so its key is free again.`,
      'Run the command that made it again: it sends this message then, and once.',
    );
  if (reason === SENT_AFTER_ALL)
    throw notRetryable(record, `The provider has message ${id} after all.`, `It may deliver it yet: see tollbell message show ${id}.`);
  if (content === null) throw notRetryable(record, `The content of message ${id} was erased.`, 'Send it anew with tollbell send.');
  const from = retriableFrom(record, sender);
  if (at >= from) return;
  throw reason === ENOUGH_FOR_NOW
    ? notRetryable(
        record,
        `The provider held message ${id} back (131049), because this person has had enough from businesses for now.`,
        `Try again after ${formatInstant(from)}: for 24 hours the provider blocks what this account repeats to them.`,
      )
    : notRetryable(
        record,
        `The request of message ${id} may still be under way.`,
        `Try again after ${formatInstant(from)}; a late status of the provider may tell more until then.`,
      );
}

const ADVICE: Partial<Record<MessageState, string>> = {
  queued: 'It will be sent yet: tollbell dispatch.',
  scheduled: 'It will be sent yet: tollbell dispatch.',
  sending: 'It is being sent: see tollbell message show <id>.',
  accepted: 'The provider has it and may deliver it yet: see tollbell message show <id>.',
  sent: 'The provider has it and may deliver it yet: see tollbell message show <id>.',
  unknown: 'Find out what became of it, and say so first: tollbell message resolve <id> --as not_sent --reason "…"',
};

// Its command may be run again, which would send it beside its retry.
function isRefused({ state, attempt, uncounted, reason }: MessageRecord): boolean {
  return state === 'cancelled' && attempt === uncounted && isRefusalReason(reason);
}

/**
 * The moment from which the message may be sent again: a person may have decided before the request's own deadline was over, and the provider may want rest
 * for the recipient. What the sandbox did is over with its answer.
 */
export function retriableFrom(
  { reason, changedAt }: Pick<MessageRecord, 'reason' | 'changedAt'>,
  { whatsapp }: Pick<Sender, 'whatsapp'>,
): Instant {
  if (whatsapp === null) return changedAt;
  if (reason === ENOUGH_FOR_NOW) return toInstant(changedAt + ENOUGH_MS);
  return isDecidedByPerson(reason) ? toInstant(changedAt + REQUEST_OVER_MS) : changedAt;
}

function notRetryable({ id, state }: MessageRecord, message: string, hint: string): AppError {
  return fail('not_retryable', { message, hint, details: { id, status: state } });
}

function toRequest({ ids, clock }: SendHost, record: MessageRecord, { templateId, content }: MessageContent): AdmitRequest {
  const { id, phone, contactId, language, maxPrice, costCenter, tags } = record;
  return {
    id: ids.sortable(clock.now()),
    key: null,
    fingerprint: NO_FINGERPRINT,
    aliases: [],
    to: phone === null ? { contactId } : { phone },
    language,
    checkedFor: templateId,
    content,
    maxPrice,
    retryOf: id,
    confirms: null,
    costCenter,
    tags,
  };
}
