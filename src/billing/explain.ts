// Why a message costs what it costs, from its evidence alone: pure, and silent on what the store does not know. The words are in explain-words.ts.

import { marketMap } from '../catalog/markets.ts';
import { deliveriesOf } from '../domain/ledger.ts';
import { type MarketOrigin, marketOriginOf } from '../domain/market.ts';
import { isClosed, isDelivered, type MessageState } from '../domain/message.ts';
import type { PricedKind } from '../domain/outcome.ts';
import { OPEN_WINDOWS, windowAtClaim, windowEnd } from '../domain/window.ts';
import type { EntryEvidence, MessageEvidence } from '../ports/store/evidence.ts';
import type { ResolutionRecord } from '../ports/store/report.ts';
import { formatAmount, type Micros, plus, ZERO } from '../values/money.ts';
import type { Instant } from '../values/time.ts';
import { why } from './explain-words.ts';

/** A state that the message was in, and since when; null where nobody wrote that down. */
export type Step = { readonly status: MessageState; readonly at: Instant | null };

/** Who decided what an entry posts: the provider's word, our own rule where the provider said nothing, or a person. */
export const DECIDERS = ['provider', 'own_rule', 'person'] as const;
export type Decider = (typeof DECIDERS)[number];

/**
 * The window when the newest request was claimed: open because the customer had written, or by a free entry point; none; `not_sent` where none was claimed
 * yet; `not_kept` where the store does not know.
 */
export const WINDOW_STATES = [...OPEN_WINDOWS, 'not_sent', 'not_kept'] as const;
type WindowStory = {
  readonly state: (typeof WINDOW_STATES)[number];
  readonly inboundAt: Instant | null;
  /** When what was open closes. */
  readonly until: Instant | null;
};

export type ExplainedEntry = {
  readonly entry: EntryEvidence;
  /** Null where nothing is decided about money: a release. */
  readonly decidedBy: Decider | null;
  /** The status that told the provider's word; null where there is no word, or another status has told a newer one since. */
  readonly toldBy: PricedKind | null;
  /** Null where it is not known: what identifies the person today gives another market, or they were forgotten. */
  readonly origin: MarketOrigin | null;
  /** The person's decision that this entry followed from. */
  readonly resolution: ResolutionRecord | null;
  readonly why: readonly string[];
};

export type Sums = { readonly reserved: Micros; readonly charged: Micros; readonly adjusted: Micros; readonly total: Micros };

export type Explanation = {
  readonly steps: readonly Step[];
  readonly window: WindowStory;
  readonly entries: readonly ExplainedEntry[];
  readonly sums: Sums;
  /** What of the message and its entries does not agree; none in books that are in order. */
  readonly differences: readonly string[];
};

/** The whole story of one message. */
export function explain(evidence: MessageEvidence): Explanation {
  const sums = sumsOf(evidence.entries);
  return {
    steps: stepsOf(evidence),
    window: windowOf(evidence),
    entries: evidence.entries.map((entry) => explainEntry(evidence, entry)),
    sums,
    differences: differencesOf(evidence, sums),
  };
}

function explainEntry(evidence: MessageEvidence, entry: EntryEvidence): ExplainedEntry {
  const facts = {
    decidedBy: deciderOf(entry),
    toldBy: toldByOf(evidence, entry),
    origin: originOf(evidence, entry),
    resolution: resolutionFor(evidence, entry),
  };
  return { entry, ...facts, why: why(evidence, entry, facts) };
}

function deciderOf({ kind, rule, providerType }: EntryEvidence): Decider | null {
  if (kind === 'release') return null;
  if (kind === 'adjustment' && rule === null) return 'person';
  if (rule === 'taken_back') return 'provider';
  return providerType === null ? 'own_rule' : 'provider';
}

// Only the word that weighs most is kept with its status; it is that of the newest entry that stands on one, where they agree.
function toldByOf({ told, entries }: MessageEvidence, entry: EntryEvidence): PricedKind | null {
  const newest = entries.findLast(({ providerType }) => providerType !== null);
  if (told === null || entry.sequence !== newest?.sequence) return null;
  return told.type === entry.providerType && told.category === entry.providerCategory ? told.toldBy : null;
}

// A release counts where the reservation does, whatever the number is in by then.
function originOf({ phone, userId }: MessageEvidence, { kind, market, day }: EntryEvidence): MarketOrigin | null {
  const address = phone ?? userId;
  if (address === null || kind === 'release') return null;
  const origin = marketOriginOf(marketMap(), address, day);
  return origin.market === market ? origin : null;
}

function resolutionFor({ resolutions }: MessageEvidence, { kind, attempt, eventAt }: EntryEvidence): ResolutionRecord | null {
  if (kind !== 'charge' && kind !== 'release') return null;
  return resolutions.find((resolution) => resolution.attempt === attempt && resolution.at === eventAt) ?? null;
}

function stepsOf({ record, times, entries, resolutions }: MessageEvidence): readonly Step[] {
  const { state, attempt, providerId, createdAt, changedAt } = record;
  const booked = standing(entries);
  const release = entries.find(({ kind }) => kind === 'release');
  const steps: Step[] = [{ status: 'queued', at: createdAt }];
  const add = (status: MessageState, happened: boolean, at: Instant | null): void => {
    if (happened || at !== null) steps.push({ status, at });
  };
  add('sending', attempt > 0, times.claimedAt);
  add('accepted', providerId !== null || state === 'accepted', times.acceptedAt);
  add('sent', state === 'sent', times.sentAt);
  add('unknown', state === 'unknown' || resolutions.length > 0, state === 'unknown' ? changedAt : null);
  if (release?.cause !== undefined && release.cause !== null) add(endOf(release.cause), true, release.eventAt);
  // A reading that came first was charged as the delivery, whose own time is then not known.
  const isReadFirst = booked !== undefined && booked.eventAt === times.readAt && state === 'read';
  if (booked !== undefined && !isReadFirst) add('delivered', true, booked.eventAt);
  add('read', state === 'read', times.readAt);
  return steps;
}

function endOf(cause: string): MessageState {
  return cause === 'cancelled' || cause === 'expired' ? cause : 'failed';
}

function windowOf({ record, times, inboundAt, freeEntryUntil }: MessageEvidence): WindowStory {
  const { claimedAt } = times;
  if (claimedAt === null) return { state: record.attempt === 0 ? 'not_sent' : 'not_kept', inboundAt: null, until: null };
  const state = windowAtClaim({ claimedAt, inboundAt, freeEntryUntil });
  if (state === 'free_entry_point') return { state, inboundAt, until: freeEntryUntil };
  return { state, inboundAt, until: state === 'none' || inboundAt === null ? null : windowEnd(inboundAt) };
}

/** The entry that the delivery stands on: its charge, or where it was booked anew last; nothing where it has none. */
export function standing(entries: readonly EntryEvidence[]): EntryEvidence | undefined {
  return entries.findLast((entry) => deliveriesOf(entry) > 0);
}

function sumsOf(entries: readonly EntryEvidence[]): Sums {
  const posted = (kind: EntryEvidence['kind']) => entries.filter((entry) => entry.kind === kind).map((entry) => entry.posted);
  const [charged, adjusted] = [sum(posted('charge')), sum(posted('adjustment'))];
  return { reserved: sum(entries.map(({ held }) => held)), charged, adjusted, total: plus(charged, adjusted) };
}

function sum(amounts: readonly Micros[]): Micros {
  return amounts.reduce(plus, ZERO);
}

// What the message says of itself, what its entries add up to, and what the price rows say, against one another.
function differencesOf({ record, held, entries }: MessageEvidence, { reserved }: Sums): readonly string[] {
  const differences: string[] = [];
  const expect = (agrees: boolean, sentence: string): void => {
    if (!agrees) differences.push(sentence);
  };
  const count = (kind: EntryEvidence['kind']) => entries.filter((entry) => entry.kind === kind).length;
  const { state, price } = record;
  expect(reserved === held, `the entries hold ${formatAmount(reserved)}, the message says ${formatAmount(held)}`);
  const open = isClosed(state) ? ZERO : price;
  expect(held === open, `a message that is ${state} holds ${formatAmount(open)}, this one ${formatAmount(held)}`);
  expect(count('reservation') === 1, `one reservation belongs to a message, this one has ${count('reservation')}`);
  const isCharged = count('charge') > 0;
  expect(isCharged === isDelivered(state), isCharged ? `it is charged, and ${state}` : `it is ${state}, and not charged`);
  for (const entry of entries) {
    const { kind, price: row, posted } = entry;
    const amount = deliveriesOf(entry) > 0 ? posted : kind === 'reservation' ? entry.held : null;
    const agrees = row === null || amount === null || row.rate === amount;
    expect(agrees, `entry ${entry.sequence} is of another amount than the price row that it names`);
  }
  return differences;
}
