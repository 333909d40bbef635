// Steps 3 to 5: the rule of admission. Consent, then price, then budget; one answer per request. Pure: the engine calls it inside its transaction.

import { marketPauses } from '../catalog/market-pauses.ts';
import { marketMap } from '../catalog/markets.ts';
import { pricingRules } from '../catalog/pricing-rules.ts';
import { type BudgetMeter, createBudgetMeter } from '../domain/budget.ts';
import { type Category, refusalOf, type RefusalReason } from '../domain/consent.ts';
import type { Bucket, LedgerEntry } from '../domain/ledger.ts';
import { marketOf } from '../domain/market.ts';
import { isPaused } from '../domain/market-pause.ts';
import { DELIVERY_TTL_MS, queueExpiry } from '../domain/message.ts';
import { isAlwaysFree, isFreeIn } from '../domain/pricing-rule.ts';
import { FREE_EVIDENCE, listEvidence, quoteReservation } from '../domain/quote.ts';
import { internationalFrom } from '../domain/sender.ts';
import type { Template } from '../domain/template.ts';
import { deliveryTtlMs } from '../domain/template-ttl.ts';
import { parameterProblems, takesTheSame } from '../domain/template-parameters.ts';
import { isWindowOpen, type OpenWindow, openWindow } from '../domain/window.ts';
import type { AddresseeFacts, Admission, AdmissionFacts, AdmitRequest, DecideAdmissions, KeptMessage } from '../ports/store/admit.ts';
import type { StoredRate } from '../ports/store/settle.ts';
import { isDerived } from './key.ts';
import type { MessageId } from '../values/id.ts';
import { type Micros, ZERO } from '../values/money.ts';
import { type Day, dayOf, monthOf } from '../values/time.ts';

/** Decides a batch in order. What one admission takes from a budget is gone for the next; a key that is twice in the batch is one message. */
export const decideAdmissions: DecideAdmissions = (facts) => {
  const batch = startBatch(facts);
  const admissions = facts.requests.map(({ request, addressee, kept }): Admission => {
    if (kept !== null) return answerAgain(request, kept, takesUp(batch, kept));
    const first = batch.firstOf(request);
    if (first !== null) return answerAgain(request, first, false);
    const admission = decideOne(batch, request, addressee);
    if (admission.kind === 'admitted') batch.remember(request, admission.message.price);
    return admission;
  });
  return { admissions, budgets: batch.budgets.uses() };
};

type Batch = {
  readonly facts: AdmissionFacts;
  readonly budgets: BudgetMeter;
  /** In the sender's zone. */
  readonly today: Day;
  /** The last day on which anything of the batch may be sent. */
  readonly lastDay: Day;
  /** Whether a category is free today in every window, as free-form messages were before the first card that has a price for them. Asked for each message. */
  readonly isFree: (category: Category) => boolean;
  /** The same in one window. */
  readonly isFreeIn: (category: Category, window: OpenWindow) => boolean;
  readonly buckets: Map<string, Bucket>;
  /** What other runs left queued and this batch has met. */
  readonly takenUp: Set<MessageId>;
  readonly firstOf: (request: AdmitRequest) => KeptMessage | null;
  readonly remember: (request: AdmitRequest, price: Micros) => void;
};

function startBatch(facts: AdmissionFacts): Batch {
  const firsts = new Map<string, KeptMessage>();
  const free = new Map<string, boolean>();
  const once = (name: string, ask: () => boolean): boolean => {
    const known = free.get(name) ?? ask();
    free.set(name, known);
    return known;
  };
  const today = dayOf(facts.at, facts.sender.timeZone);
  return {
    facts,
    budgets: createBudgetMeter(facts.budgets),
    today,
    lastDay: dayOf(queueExpiry(facts.at, DELIVERY_TTL_MS), facts.sender.timeZone),
    buckets: new Map(),
    isFree: (category) => once(category, () => isAlwaysFree(pricingRules(), { category, day: today })),
    isFreeIn: (category, window) => once(`${category} ${window}`, () => isFreeIn(pricingRules(), { category, day: today, window })),
    takenUp: new Set(),
    firstOf: ({ key }) => (key === null ? null : (firsts.get(keyText(key)) ?? null)),
    remember: ({ id, key, fingerprint }, price) => {
      if (key !== null) firsts.set(keyText(key), { id, fingerprint, state: 'queued', runId: facts.runId, price });
    },
  };
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

// A message that is queued and not of this run was left behind, or is another process's own: whoever claims it first sends it.
// It becomes this run's own by that, so that its second row in a file is a repeat.
function takesUp({ facts, takenUp }: Batch, kept: KeptMessage): boolean {
  const ofThisRun = (kept.runId === facts.runId && facts.runId !== null) || takenUp.has(kept.id);
  if (kept.state !== 'queued' || ofThisRun) return false;
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
  const refusal = gate(batch.facts, { addressee, category, request });
  if (refusal !== null) return refused(refusal, category);
  return priceAndBudget(batch, { request, addressee, template, category });
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

function gate({ at, templates }: AdmissionFacts, { addressee, category, request }: GateParts): RefusalReason | null {
  const { flags, lastInboundAt, undeliverable } = addressee;
  const refusal = refusalOf({
    flags,
    category,
    freeForm: templates === null,
    windowOpen: isWindowOpen(lastInboundAt, at),
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
};

function priceAndBudget(batch: Batch, asked: Candidate): Admission {
  const { facts } = batch;
  const { request, addressee } = asked;
  const address = addressee.phone ?? addressee.userId;
  if (address === null) return refused('no_price', asked.category); // a person who was forgotten is in no market
  const place = { category: asked.category, address, day: batch.today, markets: marketMap() };
  if (isPaused(marketPauses(), place)) return refused('market_paused', asked.category, marketOf(place.markets, address, place.day));
  const { category, market, rate } = quoteReservation(facts.prices, marketMap(), {
    address,
    category: asked.category,
    currency: facts.sender.currency,
    from: batch.today,
    to: batch.lastDay,
    mayLackFirst: batch.isFree(asked.category),
    internationalFrom: internationalFrom(facts.sender),
  });
  if (rate === null && !batch.isFree(category)) return refused('no_price', category, market);
  const price = rate?.rate ?? ZERO;
  if (request.maxPrice !== null && price > request.maxPrice) return refused('over_max_price', category, market);
  const spending = { category, costCenter: request.costCenter, campaignId: facts.campaignId };
  if (!batch.budgets.take(price, spending)) return refused('over_budget', category, market);
  return admit(batch, { request, addressee, template: asked.template, category }, { market, rate });
}

function admit(
  batch: Batch,
  candidate: Candidate,
  { market, rate }: { readonly market: string; readonly rate: StoredRate | null },
): Admission {
  const { request, addressee, template, category } = candidate;
  const bucket = bucketFor(batch, candidate, market);
  return {
    kind: 'admitted',
    message: {
      request,
      contactId: addressee.contactId,
      template,
      category,
      market,
      price: rate?.rate ?? ZERO,
      isFreeNow: batch.isFreeIn(category, windowNow(batch, addressee)),
      bucket,
      expiresAt: queueExpiry(batch.facts.at, deliveryTtlMs(template)),
      reservation: reservation(batch, request, { bucket, rate }),
    },
  };
}

function windowNow({ facts }: Batch, { lastInboundAt, freeEntryUntil }: AddresseeFacts): OpenWindow {
  return openWindow({ inboundAt: lastInboundAt, freeEntryUntil }, facts.at);
}

function reservation(
  batch: Batch,
  request: AdmitRequest,
  { bucket, rate }: { readonly bucket: Bucket; readonly rate: StoredRate | null },
): LedgerEntry {
  return {
    messageId: request.id,
    attempt: 0,
    kind: 'reservation',
    bucket,
    holdBucket: bucket,
    held: rate?.rate ?? ZERO,
    posted: ZERO,
    eventAt: batch.facts.at,
    recordedAt: batch.facts.at,
    booksMonth: monthOf(batch.today),
    cause: null,
    reference: null,
    evidence: rate === null ? FREE_EVIDENCE : listEvidence(rate),
  };
}

// Equal buckets share one object, so that the book finds their number once per batch.
function bucketFor(batch: Batch, { template, category, request }: Candidate, market: string): Bucket {
  const key = `${market}\n${category}\n${template?.name ?? ''}\n${request.costCenter ?? ''}`;
  const known = batch.buckets.get(key);
  if (known !== undefined) return known;
  const { sender, campaignId } = batch.facts;
  const bucket: Bucket = {
    day: batch.today,
    accountId: sender.accountId,
    senderId: sender.id,
    market,
    category,
    pricingType: 'regular',
    currency: sender.currency,
    template: template?.name ?? '',
    campaignId: campaignId ?? '',
    costCenter: request.costCenter ?? '',
  };
  batch.buckets.set(key, bucket);
  return bucket;
}

function refused(reason: RefusalReason, category: Category | null, market: string | null = null): Admission {
  return { kind: 'refused', reason, category, market };
}
