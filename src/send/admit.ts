// Steps 3 to 5: the rule of admission. Consent, then price, then budget; one answer per request. Pure: the engine calls it inside its transaction.

import { marketPauses } from '../catalog/market-pauses.ts';
import { marketMap } from '../catalog/markets.ts';
import { type BudgetMeter, createBudgetMeter } from '../domain/budget.ts';
import { bookingAt, lateReference } from '../domain/closing.ts';
import { type Category, refusalOf, type RefusalReason } from '../domain/consent.ts';
import type { InternationalFrom } from '../domain/auth-international.ts';
import { bidCap } from '../domain/bid.ts';
import { isDerived } from '../domain/key.ts';
import type { Bucket, LedgerEntry } from '../domain/ledger.ts';
import { marketOf } from '../domain/market.ts';
import { isPaused } from '../domain/market-pause.ts';
import { DELIVERY_TTL_MS, isWaiting, queueExpiry } from '../domain/message.ts';
import { type Promised, PROMISED_FREE, promisedFor, quoteReservation } from '../domain/quote.ts';
import { AT_ONCE, dueAt, isTooLate } from '../domain/schedule.ts';
import { internationalFrom } from '../domain/sender.ts';
import type { Template } from '../domain/template.ts';
import { deliveryTtlMs } from '../domain/template-ttl.ts';
import { parameterProblems, takesTheSame } from '../domain/template-parameters.ts';
import { isWindowOpen, type OpenWindow, openWindow } from '../domain/window.ts';
import type {
  AddresseeFacts,
  Admission,
  AdmissionFacts,
  AdmitRequest,
  AdmittedMessage,
  DecideAdmissions,
  KeptMessage,
} from '../ports/store/admit.ts';
import type { MessageId } from '../values/id.ts';
import { ZERO } from '../values/money.ts';
import { dayOf, type Instant, type Month, monthOf } from '../values/time.ts';
import { type BucketKey, createBucketFinder } from './admit-buckets.ts';
import { type Days, daysOf } from './admit-days.ts';
import { quietUntil } from './quiet.ts';

/** Decides a batch in order. What one admission takes from a budget is gone for the next; a key that is twice in the batch is one message. */
export const decideAdmissions: DecideAdmissions = (facts) => {
  const batch = startBatch(facts);
  const admissions = facts.requests.map(({ request, addressee, kept }): Admission => {
    if (kept !== null) return answerAgain(request, kept, takesUp(batch, kept));
    const name = request.key === null ? null : keyText(request.key);
    const first = name === null ? undefined : batch.firsts.get(name);
    if (first !== undefined) return answerAgain(request, toKept(first, facts.runId), false);
    const admission = decideOne(batch, request, addressee);
    if (name !== null && admission.kind === 'admitted') batch.firsts.set(name, admission.message);
    return admission;
  });
  return { admissions, budgets: batch.budgets.uses() };
};

type Batch = {
  readonly facts: AdmissionFacts;
  readonly budgets: BudgetMeter;
  /** What is so on the day of an instant. Asked for each message. */
  readonly daysFrom: (due: Instant) => Days;
  readonly internationalFrom: InternationalFrom;
  readonly bucketFor: (key: BucketKey) => Bucket;
  /** What other runs left queued and this batch has met. */
  readonly takenUp: Set<MessageId>;
  /** What this batch admitted, by its key. */
  readonly firsts: Map<string, AdmittedMessage>;
};

function startBatch(facts: AdmissionFacts): Batch {
  const days = new Map<Instant, Days>();
  const { at, closedThrough } = facts;
  const { timeZone } = facts.sender;
  return {
    facts,
    budgets: createBudgetMeter(facts.budgets),
    daysFrom: (due) => {
      const known = days.get(due);
      if (known !== undefined) return known;
      const until = queueExpiry(due, DELIVERY_TTL_MS);
      const booking = bookingAt(due, { at, timeZone, closedThrough });
      const made = daysOf({ first: dayOf(due, timeZone), last: dayOf(until, timeZone), booking, until });
      days.set(due, made);
      return made;
    },
    internationalFrom: internationalFrom(facts.sender, marketMap()),
    bucketFor: createBucketFinder(facts),
    takenUp: new Set(),
    firsts: new Map(),
  };
}

// Nobody scheduled it before: it is a row of the same batch.
function toKept({ request, dueAt: due, price }: AdmittedMessage, runId: KeptMessage['runId']): KeptMessage {
  const { id, fingerprint } = request;
  return { id, fingerprint, state: due === null ? 'queued' : 'scheduled', runId, price, dueAt: null };
}

function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

function answerAgain(request: AdmitRequest, kept: KeptMessage, resumable: boolean): Admission {
  return isSame(request, kept) ? { kind: 'duplicate', kept, resumable } : { kind: 'key_conflict', kept };
}

function isSame({ key, fingerprint, aliases }: AdmitRequest, kept: KeptMessage): boolean {
  if (key !== null && isDerived(key)) return true;
  return [fingerprint, ...aliases.map((alias) => alias.fingerprint)].some((content) => sameBytes(content, kept.fingerprint));
}

// A message that waits and is not of this run was left behind, or is another process's own: whoever claims it first sends it.
// It becomes this run's own by that, so that its second row in a file is a repeat.
function takesUp({ facts, takenUp }: Batch, kept: KeptMessage): boolean {
  const ofThisRun = (kept.runId === facts.runId && facts.runId !== null) || takenUp.has(kept.id);
  if (!isWaiting(kept.state) || ofThisRun) return false;
  takenUp.add(kept.id);
  return true;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function decideOne(batch: Batch, request: AdmitRequest, addressee: AddresseeFacts | null): Admission {
  const { templates } = batch.facts;
  if (addressee === null) return refused(templates === null ? 'no_window' : 'no_consent', templates?.[0]?.category ?? 'service');
  const template = templates === null ? null : chooseTemplate(templates, request, addressee);
  if (template === undefined) return refused('template_unavailable', null);
  const category: Category = template?.category ?? 'service';
  const { sendAt } = request.timing ?? AT_ONCE;
  if (isTooLate(sendAt, batch.facts.at)) return refused('too_late', category);
  const due = dueAt(sendAt, batch.facts.at);
  const refusal = gate(batch.facts, due, { addressee, category, request });
  if (refusal !== null) return refused(refusal, category);
  const expiresAt = queueExpiry(due, request.timing?.expiresInMs ?? deliveryTtlMs(template));
  const address = addressee.phone ?? addressee.userId;
  const { quietHours, sender } = batch.facts;
  const held = quietUntil({ quietHours, sender, category, address, timeZone: addressee.timeZone }, due);
  if (held !== null && held >= expiresAt) return refused('quiet_hours', category);
  return priceAndBudget(batch, { request, addressee, template, category, due, held, expiresAt });
}

// The language that was asked for; else the contact's; else the only one there is. A template that is not approved is not there.
function chooseTemplate(templates: readonly Template[], request: AdmitRequest, addressee: AddresseeFacts): Template | undefined {
  const usable = templates.filter(({ status }) => status === 'approved');
  const wanted = request.language ?? addressee.language;
  const chosen =
    usable.find(({ language }) => language === wanted) ?? (request.language === null && usable.length === 1 ? usable[0] : undefined);
  return chosen === undefined || fits(chosen, request, templates) ? chosen : undefined;
}

// Languages of one template may take different parameters, and leave them different room; the content was checked for one of them.
function fits(template: Template, request: AdmitRequest, templates: readonly Template[]): boolean {
  if (template.id === request.checkedFor) return true;
  const checked = templates.find(({ id }) => id === request.checkedFor);
  if (checked !== undefined && takesTheSame(checked, template)) return true;
  return parameterProblems(template, JSON.parse(request.content) as Record<string, string>).length === 0;
}

type GateParts = { readonly addressee: AddresseeFacts; readonly category: Category; readonly request: AdmitRequest };

// As things stand now; what is due later is asked again then.
function gate({ templates }: AdmissionFacts, due: Instant, { addressee, category, request }: GateParts): RefusalReason | null {
  const { flags, lastInboundAt, undeliverable } = addressee;
  const refusal = refusalOf({
    flags,
    category,
    freeForm: templates === null,
    windowOpen: isWindowOpen(lastInboundAt, due),
    lastInboundAt,
    confirmsStop: request.confirms !== null,
  });
  return refusal ?? (undeliverable ? 'undeliverable' : null);
}

type Candidate = {
  readonly request: AdmitRequest;
  readonly addressee: AddresseeFacts;
  readonly template: Template | null;
  readonly category: Category;
  /** When it is to be sent: the admission, or the time that was asked for. */
  readonly due: Instant;
  /** Until when quiet hours hold it; null where they do not. */
  readonly held: Instant | null;
  readonly expiresAt: Instant;
};

function priceAndBudget(batch: Batch, asked: Candidate): Admission {
  const { facts } = batch;
  const { request, addressee, due } = asked;
  const { first, last, until, isFree, booking } = batch.daysFrom(due);
  const address = addressee.phone ?? addressee.userId;
  if (address === null) return refused('no_price', asked.category); // a person who was forgotten is in no market
  const place = { category: asked.category, address, day: first, markets: marketMap() };
  if (isPaused(marketPauses(), place)) return refused('market_paused', asked.category, marketOf(place.markets, address, place.day));
  const { category, market, rate } = quoteReservation(facts.prices, marketMap(), {
    address,
    category: asked.category,
    currency: facts.sender.currency,
    from: first, // nothing is charged before it is sent, so today's price says nothing of what is sent later
    to: last,
    mayLackFirst: isFree(asked.category),
    internationalFrom: batch.internationalFrom,
    at: due,
    until,
    timeZone: facts.sender.timeZone,
  });
  const promised = promisedFor({ rate, cap: bidCap(asked.template, facts.sender.currency) }) ?? (isFree(category) ? PROMISED_FREE : null);
  if (promised === null) return refused('no_price', category, market);
  if (request.maxPrice !== null && promised.amount > request.maxPrice) return refused('over_max_price', category, market);
  const spending = { category, costCenter: request.costCenter, campaignId: facts.campaignId, day: booking.day };
  if (!batch.budgets.take(promised.amount, spending)) return refused('over_budget', category, market);
  return admit(batch, category === asked.category ? asked : { ...asked, category }, { market, promised });
}

function admit(
  batch: Batch,
  candidate: Candidate,
  { market, promised }: { readonly market: string; readonly promised: Promised },
): Admission {
  const { request, addressee, template, category, due, held, expiresAt } = candidate;
  const days = batch.daysFrom(due);
  const bucket = batch.bucketFor({
    day: days.booking.day,
    market,
    category,
    template: template?.name ?? '',
    costCenter: request.costCenter ?? '',
  });
  return {
    kind: 'admitted',
    message: {
      request,
      contactId: addressee.contactId,
      template,
      category,
      market,
      price: promised.amount,
      isFreeNow: days.isFreeIn(category, windowThen(addressee, due)),
      isNewcomer: addressee.isNewcomer,
      bucket,
      dueAt: held ?? (due > batch.facts.at ? due : null),
      isHeld: held !== null,
      expiresAt,
      reservation: reservation(batch, candidate, { bucket, promised, late: days.booking.late }),
    },
  };
}

function windowThen({ lastInboundAt, freeEntryUntil }: AddresseeFacts, due: Instant): OpenWindow {
  return openWindow({ inboundAt: lastInboundAt, freeEntryUntil }, due);
}

function reservation(
  { facts }: Batch,
  { request, due }: Candidate,
  { bucket, promised, late }: { readonly bucket: Bucket; readonly promised: Promised; readonly late: Month | null },
): LedgerEntry {
  return {
    messageId: request.id,
    attempt: 0,
    kind: 'reservation',
    bucket,
    holdBucket: bucket,
    held: promised.amount,
    posted: ZERO,
    eventAt: due,
    recordedAt: facts.at,
    booksMonth: monthOf(bucket.day),
    cause: null,
    reference: late === null ? null : lateReference(late),
    evidence: promised.evidence,
  };
}

function refused(reason: RefusalReason, category: Category | null, market: string | null = null): Admission {
  return { kind: 'refused', reason, category, market };
}
