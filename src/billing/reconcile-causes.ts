// What is likely behind a difference, in words: told from what both sides say and from the messages that stand behind the line. Pure; decides nothing.

import type { MessageState } from '../domain/message.ts';
import { formatAmount, type Micros, negative, roundedTo, ZERO } from '../values/money.ts';
import { isDifference, type Judged } from './reconcile.ts';
import { type Place, VOLUME_DISCOUNT } from './reconcile-lines.ts';

export const CAUSES = [
  'status_missing',
  'ended_here',
  'unknown_here',
  'other_day',
  'not_billed_yet',
  'by_hand',
  'volume_tier',
  'rounding',
  'no_price',
  'other_price',
  'category_told',
  'category_changed',
  'own_rule',
  'told_otherwise',
] as const;
export type Cause = { readonly code: (typeof CAUSES)[number]; readonly words: string };

/** The messages behind a line: `state` is null for a delivery that we know of. */
type Behind = readonly { readonly state: MessageState | null }[];

/** What is likely behind a line that differs, most likely first; none for one that does not. */
export function causesOf(line: Judged, behind: Behind): readonly Cause[] {
  if (!isDifference(line)) return [];
  switch (line.verdict) {
    case 'only_theirs':
      return onlyTheirs(line, behind);
    case 'only_ours':
      return onlyOurs(line);
    case 'category_differs':
      return categoryDiffers(line, behind);
    case 'charging_differs':
      return chargingDiffers(line);
    default:
      return line.place.type === VOLUME_DISCOUNT ? [DISCOUNT] : priceDiffers(line);
  }
}

function onlyTheirs(line: Judged, behind: Behind): readonly Cause[] {
  const causes = [...otherDay(line), ...unheardOf(behind)];
  return causes.length > 0 ? causes : [UNKNOWN_HERE];
}

// Of messages that left and have no delivery.
function unheardOf(behind: Behind): readonly Cause[] {
  const waiting = behind.filter(
    ({ state }) => state === 'accepted' || state === 'sent' || state === 'unknown' || state === 'sending',
  ).length;
  const ended = behind.filter(({ state }) => state === 'failed' || state === 'expired' || state === 'cancelled').length;
  return [
    ...(waiting === 0
      ? []
      : [cause('status_missing', `a status is missing for ${count(waiting)} of that time: a webhook was lost, or is late`)]),
    ...(ended === 0 ? [] : [cause('ended_here', `failed, expired or cancelled here, and perhaps delivered: ${count(ended)} of that time`)]),
  ];
}

// Two things that have nothing to do with each other may look like one message that moved.
function categoryDiffers(line: Judged, behind: Behind): readonly Cause[] {
  const changed = cause(
    'category_changed',
    `the provider counts ${wordsOf(line)} of these as ${otherOf(line.counterpart).category}, or the other way round`,
  );
  return [changed, ...categoryTold(line), ...ownRule(line), ...unheardOf(behind)];
}

function onlyOurs(line: Judged): readonly Cause[] {
  const causes = otherDay(line);
  return causes.length > 0 ? causes : [NOT_BILLED_YET];
}

function otherDay({ counterpart, place }: Judged): readonly Cause[] {
  if (counterpart === null) return [];
  return [
    cause(
      'other_day',
      `they stand on ${counterpart.period} there and on ${place.period} here, or the other way round: is the sender's zone that of its account?`,
    ),
  ];
}

function chargingDiffers(line: Judged): readonly Cause[] {
  const ours = ownRule(line);
  if (ours.length > 0) return ours;
  return [
    cause(
      'told_otherwise',
      `statuses said ${line.place.type} for some, and the figures say ${otherOf(line.counterpart).type}, or the other way round`,
    ),
  ];
}

function ownRule({ ours: { unheard, units } }: Judged): readonly Cause[] {
  if (unheard === 0) return [];
  return [cause('own_rule', `no status told the price of ${unheard} of ${units} messages, so that our own rule decided what is free`)];
}

function priceDiffers(line: Judged): readonly Cause[] {
  const { ours, amount, difference } = line;
  const causes: Cause[] = [];
  if (ours.byHand !== ZERO && difference === negative(ours.byHand))
    return [cause('by_hand', `a person adjusted ${formatAmount(ours.byHand)} here, which the provider has not billed`)];
  if (ours.unpriced > 0)
    causes.push(
      cause(
        'no_price',
        `no price was known for ${count(ours.unpriced)}, by a card or by the provider's word on a bid: they cost what was reserved`,
      ),
    );
  causes.push(...categoryTold(line));
  if (isRounded(line)) causes.push(cause('rounding', 'their amount is ours, rounded'));
  if (ours.openEnded > 0 && difference !== null && difference < ZERO)
    causes.push(
      cause('volume_tier', 'the price card does not say where the first volume tier ends, and theirs is less than the list price'),
    );
  if (causes.length === 0) causes.push(otherPrice(line, amount));
  return causes;
}

function categoryTold({ ours }: Judged): readonly Cause[] {
  if (ours.otherCategory === 0) return [];
  return [cause('category_told', `statuses named another category for ${count(ours.otherCategory)}, which are charged as their template`)];
}

function otherPrice({ theirs, place }: Judged, amount: Micros): Cause {
  const [mine, their] = [each(amount, theirs.units), each(theirs.amount ?? ZERO, theirs.units)];
  const prices =
    mine === null || their === null ? 'the prices differ' : `a message costs ${formatAmount(their)} there and ${formatAmount(mine)} here`;
  return cause(
    'other_price',
    `${prices}: is the price card in the store the provider's, for ${place.market} on that day? Its figures may also be approximate`,
  );
}

// Null where the amount is not the same for each.
function each(amount: Micros, units: number): Micros | null {
  if (units === 0 || amount % BigInt(units) !== ZERO) return null;
  return (amount / BigInt(units)) as Micros;
}

// To two to five decimals, which their amount has no more than.
function isRounded({ theirs, amount }: Judged): boolean {
  const told = theirs.amount;
  return told !== null && [2, 3, 4, 5].some((decimals) => roundedTo(told, decimals) === told && roundedTo(amount, decimals) === told);
}

function otherOf(counterpart: Place | null): Pick<Place, 'category' | 'type'> {
  return counterpart ?? { category: 'service', type: 'regular' };
}

function wordsOf({ ours, theirs }: Judged): string {
  return count(Math.abs(theirs.units - ours.units));
}

function count(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}

function cause(code: Cause['code'], words: string): Cause {
  return { code, words };
}

const UNKNOWN_HERE = cause(
  'unknown_here',
  'no message of this store fits: another program sends through the number, or the store is a restored backup',
);
const NOT_BILLED_YET = cause('not_billed_yet', "the provider's figures lag, or leave them out: compare again later, then ask the provider");
const DISCOUNT = cause(
  'volume_tier',
  'the tiers of the price card, or the count: the provider counts all numbers and programs of the business together',
);
