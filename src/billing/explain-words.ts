// The words of an explanation: one sentence for each thing that made an entry what it is. Pure; decides nothing.

import { pricingRule } from '../catalog/pricing-rules.ts';
import { deliveriesOf } from '../domain/ledger.ts';
import type { MarketOrigin } from '../domain/market.ts';
import { type PricedKind, toldCategory } from '../domain/outcome.ts';
import { basisOf, type ListBasis } from '../domain/quote.ts';
import type { PricingRule } from '../domain/pricing-rule.ts';
import type { EntryEvidence, MessageEvidence, PriceEvidenceRow } from '../ports/store/evidence.ts';
import type { ResolutionRecord } from '../ports/store/report.ts';
import { formatAmount, negative, ZERO } from '../values/money.ts';
import { dayOf, formatInstant } from '../values/time.ts';

type Facts = {
  readonly toldBy: PricedKind | null;
  readonly origin: MarketOrigin | null;
  readonly resolution: ResolutionRecord | null;
};

const BASES: Readonly<Record<ListBasis, string>> = {
  list: 'the price of the card, for any volume (list)',
  list_first_tier: "the card's list price, which is that of its first volume tier (list_first_tier)",
  list_open_ended: "the card's list price; the card does not say where its first volume tier ends (list_open_ended)",
};

const RULES: Readonly<Record<string, string>> = {
  bid_cap: 'the most that the bid of the template lets a delivery cost, whatever the price card says (bid_cap)',
  free: 'free of charge (free)',
  told_cost: 'what the provider told that it costs (told_cost)',
  taken_back: 'what was booked before, as it was (taken_back)',
  as_reserved: 'what was reserved, because no card has a price for that day (as_reserved)',
  as_bid: 'what was reserved, because the provider did not tell what the bid came to (as_reserved)',
};

const CAUSES: Readonly<Record<string, string>> = {
  rejected: 'the provider refused it',
  failed: 'the delivery failed',
  cancelled: 'it was cancelled before it left',
  expired: 'its time was up, or nothing was heard of it',
};

/** The sentences of one entry: what it does, the rule and the price row, the provider's word, the market, and a person's decision. */
export function why(evidence: MessageEvidence, entry: EntryEvidence, facts: Facts): readonly string[] {
  return [
    doing(evidence, entry),
    ...amount(evidence, entry),
    ...(entry.price === null ? [] : [row(entry.price)]),
    ...word(entry, facts.toldBy),
    ...ownRule(entry),
    ...overrun(entry),
    ...market(evidence, entry, facts.origin),
    ...decision(facts.resolution),
    ...byHand(entry.decision),
  ];
}

function amount({ entries }: MessageEvidence, { rule, price }: EntryEvidence): readonly string[] {
  if (rule === null) return [];
  if (price !== null) return [`Amount: ${BASES[basisOf(price)]}.`];
  const isBid = entries.findLast(({ kind }) => kind === 'reservation' || kind === 'repricing')?.rule === 'bid_cap';
  return [`Amount: ${RULES[rule === 'as_reserved' && isBid ? 'as_bid' : rule] ?? rule}.`];
}

function doing(evidence: MessageEvidence, entry: EntryEvidence): string {
  const { record, entries } = evidence;
  const { kind, held, posted, category, holdDay, day } = entry;
  switch (kind) {
    case 'reservation':
      return `Holds ${formatAmount(held)}, the highest price that may come until the message expires${lateWords(evidence, entry, 'the message was due')}.`;
    case 'repricing':
      return held < ZERO
        ? `${moved(entries, entry)}: lets go of what was held as ${category}.`
        : `Holds ${formatAmount(held)} anew as ${category}.`;
    case 'charge':
      return `The delivery is charged ${formatAmount(posted)}${closing(entry)}${day === holdDay ? '' : `; its reservation counts on ${holdDay}`}.`;
    case 'release': {
      const reason = record.reason === null || entries.at(-1) !== entry ? '' : ` (${record.reason})`;
      return `Lets go of ${formatAmount(negative(held))}: ${CAUSES[entry.cause ?? ''] ?? entry.cause}${reason}.`;
    }
    case 'adjustment':
      return entry.rule === null ? `Changes the charge by ${formatAmount(posted)}.` : rebooked(evidence, entry);
  }
}

// What is taken back follows from what is booked anew right after it.
function rebooked(evidence: MessageEvidence, entry: EntryEvidence): string {
  const { sequence, rule, posted, eventAt } = entry;
  const late = lateWords(evidence, entry, 'it was delivered');
  if (rule !== 'taken_back') return `Books the delivery anew, at ${formatAmount(posted)}${late}.`;
  const next = evidence.entries.find((other) => other.sequence > sequence && other.rule !== null);
  const told = next === undefined || next.eventAt === eventAt ? 'what it bills' : 'when it was delivered, which only its reading had dated';
  return `The provider said later ${told}: takes back ${formatAmount(negative(posted))}${late}.`;
}

function lateWords({ timeZone }: MessageEvidence, { eventAt, day }: EntryEvidence, what: string): string {
  const own = dayOf(eventAt, timeZone);
  return own === day ? '' : `; ${what} on ${own}, in a month that was closed`;
}

// The hold that takes its place comes next, and tells what changed.
function moved(entries: MessageEvidence['entries'], { sequence, category }: EntryEvidence): string {
  const next = entries.find((other) => other.kind === 'repricing' && other.sequence > sequence);
  return next?.category === category ? 'The template has another bid, or none any more' : 'The template moved to another category';
}

function closing({ held, posted }: EntryEvidence): string {
  const open = negative(held);
  if (open === ZERO) return ', after the reservation had been let go';
  if (open === posted) return ', as reserved';
  return posted < open ? `, and the rest of the ${formatAmount(open)} held is let go` : `, more than the ${formatAmount(open)} held`;
}

function row({ market, category, currency, effectiveFrom, source, rate, tierFrom, tierTo, replacedAt }: PriceEvidenceRow): string {
  const tier = tierTo === 'max' ? `from ${tierFrom} on` : `from ${tierFrom} to ${tierTo === 'unknown' ? 'an end not told' : tierTo}`;
  const since = replacedAt === null ? '' : `; the card was replaced at ${formatInstant(replacedAt)}`;
  return `Price row: ${market}, ${category}, ${formatAmount(rate)} ${currency}, tier ${tier}, card from ${effectiveFrom} (${source})${since}.`;
}

// What our own rule says of a delivery: by which row, and where its month stood with the allowance.
function ownRule({ own, discrepancy, providerType }: EntryEvidence): readonly string[] {
  if (own === null) return [];
  const rule = pricingRule(own.ruleId);
  if (rule === undefined) return [`Our rule ${own.ruleId}, which this version does not know any more.`];
  const { id, from, category, window } = rule;
  const where = `${category === 'any' ? 'every category' : category} ${WINDOWS[window]}`;
  const says = `Our rule ${id}, since ${from}: ${where} is ${chargeWords(rule, own.freeUnitsBefore)}.`;
  if (discrepancy !== 'type') return [says];
  return [says, `The provider's word differs: what it says is booked (${providerType}), and the bill report counts a discrepancy.`];
}

function overrun({ discrepancy }: EntryEvidence): readonly string[] {
  return discrepancy === 'cost'
    ? ['The provider told more than was reserved: what it says is booked, and the bill report counts a discrepancy.']
    : [];
}

const WINDOWS: Readonly<Record<PricingRule['window'], string>> = {
  any: 'in any window',
  none: 'outside every window',
  service: 'in an open service window',
  free_entry_point: 'in a free-entry-point window',
};

function chargeWords({ charge, freeUnits }: PricingRule, before: number | null): string {
  if (charge !== 'allowance') return charge;
  const used = before === null ? 'how many were used is not kept' : `${before} were used when it was heard of`;
  return `free for the first ${freeUnits} deliveries of a month, of which ${used}`;
}

function word(
  { kind, providerType, providerCategory, pricingType, category, rule }: EntryEvidence,
  toldBy: PricedKind | null,
): readonly string[] {
  if (deliveriesOf({ kind, rule }) < 1) return [];
  if (providerType === null) return [`The provider said nothing of the price: ${pricingType} by our own rule.`];
  const status = toldBy === null ? 'by a status that is not kept' : `with '${toldBy}'`;
  const words = `The provider's word, ${status}: ${providerType}, ${providerCategory}.`;
  // A free entry point has a category of its own.
  const differs = providerType === 'regular' && toldCategory(providerCategory ?? '') !== category;
  return differs ? [words, `The categories differ: the entry counts as ${category}.`] : [words];
}

function market(
  { phone, userId }: MessageEvidence,
  { kind, rule, market: name, price }: EntryEvidence,
  origin: MarketOrigin | null,
): readonly string[] {
  if (kind === 'release' || (kind === 'adjustment' && deliveriesOf({ kind, rule }) < 1)) return [];
  const moves =
    price === null || price.market === name ? [] : [`The price is that of ${price.market}, where the number moves before it expires.`];
  return [...moves, origin === null ? unknownOrigin(name, phone ?? userId) : originWords(origin)];
}

function unknownOrigin(name: string, address: string | null): string {
  return address === null
    ? `Market ${name}: by what number is not known any more, the person was forgotten.`
    : `Market ${name}: by what number is not kept; the one known today is in another market.`;
}

function originWords(origin: MarketOrigin): string {
  switch (origin.by) {
    case 'number': {
      const { callingCode, areaPrefix } = origin;
      return `Market ${origin.market}: calling code +${callingCode}${areaPrefix === '' ? '' : `, area ${areaPrefix}`}.`;
    }
    case 'user_id':
      return `Market ${origin.market}: the user id is of ${origin.country}.`;
    case 'none':
      return `Market ${origin.market}: no row of the market table covers the number.`;
  }
}

function decision(resolution: ResolutionRecord | null): readonly string[] {
  return resolution === null ? [] : [`That it is so was decided by ${resolution.by}: ${resolution.reason}.`];
}

function byHand(adjusted: EntryEvidence['decision']): readonly string[] {
  return adjusted === null ? [] : [`Decided by ${adjusted.by}: ${adjusted.reason}`];
}
