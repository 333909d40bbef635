// Reconciling: our books against what the provider says it billed, line by line. Pure; the words for what may be behind a difference are in reconcile-causes.ts.

import { CATEGORIES } from '../domain/consent.ts';
import type { Acceptance, MessageBehind, MonthBooks } from '../ports/store/reconcile.ts';
import { type Micros, minus, plus, ZERO } from '../values/money.ts';
import { type Day, lastDayOf, type Month, nextDay } from '../values/time.ts';
import { type BilledMonth, bringTogether, grainOf, type Line, type Place, placeOf, VOLUME_DISCOUNT } from './reconcile-lines.ts';

/**
 * `accepted`: it differed, and what was booked after an earlier comparison makes up for it. `only_ours`, `only_theirs`: that side has more messages.
 * `charging_differs`: charged on one side and free on the other.
 */
export const VERDICTS = [
  'matched',
  'accepted',
  'only_ours',
  'only_theirs',
  'price_differs',
  'category_differs',
  'charging_differs',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export type Judged = Line & {
  readonly verdict: Verdict;
  /** What our books say that it costs, with what was accepted and what the closing of the month will book. */
  readonly amount: Micros;
  /** Theirs less ours; null where they do not tell. */
  readonly difference: Micros | null;
  /** The line whose messages are missing here, or too many, just as they are too many or missing in this one. */
  readonly counterpart: Place | null;
};

/** Every line with its verdict. */
export function reconcile(books: MonthBooks, billed: BilledMonth): readonly Judged[] {
  const lines = bringTogether(books, billed).map(weigh);
  const counterparts = pairUp(lines);
  return lines.map((line) => {
    const counterpart = counterparts.get(line);
    return { ...line, verdict: verdictOf(line, counterpart), counterpart: counterpart?.place ?? null };
  });
}

/** True where books and figures do not agree, and nobody has accepted that. */
export function isDifference({ verdict }: Pick<Judged, 'verdict'>): boolean {
  return verdict !== 'matched' && verdict !== 'accepted';
}

type Weighed = Line & Pick<Judged, 'amount' | 'difference'>;

function weigh(line: Line): Weighed {
  const { ours, theirs, accepted } = line;
  const amount = [ours.charged, ours.byHand, ours.pending, accepted].reduce(plus, ZERO);
  return { ...line, amount, difference: theirs.amount === null ? null : minus(theirs.amount, amount) };
}

function missing({ theirs, ours }: Line): number {
  return theirs.units - ours.units;
}

function verdictOf(line: Weighed, counterpart: Weighed | undefined): Verdict {
  const isEven = (line.difference ?? ZERO) === ZERO;
  if (missing(line) === 0) {
    if (!isEven) return 'price_differs';
    return line.accepted === ZERO ? 'matched' : 'accepted';
  }
  const isMadeUp =
    line.accepted !== ZERO || (counterpart !== undefined && counterpart.accepted !== ZERO && counterpart.difference === ZERO);
  if (isEven && isMadeUp) return 'accepted';
  if (counterpart === undefined || counterpart.place.period !== line.place.period) return missing(line) > 0 ? 'only_theirs' : 'only_ours';
  return isCharged(counterpart.place) === isCharged(line.place) ? 'category_differs' : 'charging_differs';
}

function isCharged({ type }: Place): boolean {
  return type === 'regular';
}

// What one line lacks another may have too many of: charged instead of free, in another category, or on the day beside. Equal counts are paired first.
function pairUp(lines: readonly Weighed[]): ReadonlyMap<Weighed, Weighed> {
  const pairs = new Map<Weighed, Weighed>();
  const open = lines.filter((line) => missing(line) !== 0);
  for (const { groupOf, isLike } of LIKENESSES) {
    const groups = grouped(open, groupOf);
    for (const isExact of [true, false])
      for (const group of groups.values())
        pairWithin(group, pairs, (one, other) => isOpposite(one, other, isExact) && isLike(one.place, other.place));
  }
  return pairs;
}

function grouped(lines: readonly Weighed[], groupOf: Likeness['groupOf']): ReadonlyMap<string, readonly Weighed[]> {
  const groups = new Map<string, Weighed[]>();
  for (const line of lines) {
    const key = groupOf(line.place).join('/');
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(line);
  }
  return groups;
}

type Likeness = { readonly groupOf: (place: Place) => readonly unknown[]; readonly isLike: (one: Place, other: Place) => boolean };

const LIKENESSES: readonly Likeness[] = [
  { groupOf: ({ period, market, country, category }) => [period, market, country, category], isLike: () => true },
  {
    // What is free by an entry point stands in a category of its own.
    groupOf: ({ period, market, country }) => [period, market, country],
    isLike: (one, other) => (one.type === 'free_entry_point') !== (other.type === 'free_entry_point'),
  },
  { groupOf: ({ period, market, country }) => [period, market, country], isLike: () => true },
  {
    groupOf: ({ market, country, category, type }) => [market, country, category, type],
    isLike: (one, other) => isNext(one.period, other.period) || isNext(other.period, one.period),
  },
];

function pairWithin(group: readonly Weighed[], pairs: Map<Weighed, Weighed>, fits: (one: Weighed, other: Weighed) => boolean): void {
  for (const line of group) {
    const other = pairs.has(line) ? undefined : group.find((each) => !pairs.has(each) && fits(line, each));
    if (other !== undefined) pairs.set(line, other).set(other, line);
  }
}

function isOpposite(line: Weighed, other: Weighed, isExact: boolean): boolean {
  return isExact ? missing(line) === -missing(other) : missing(line) > 0 !== missing(other) > 0;
}

function isNext(one: Day | Month, other: Day | Month): boolean {
  return one.length === other.length && one.length > 'YYYY-MM'.length && nextDay(one as Day) === other;
}

/** Names the line that a message is behind: a delivery that of its own; one that we do not know as delivered, a line where they have more of its kind. */
export function lineFinder(lines: readonly Judged[], books: MonthBooks, billed: BilledMonth): (message: MessageBehind) => string | null {
  const grain = grainOf(books, billed);
  const differing = lines.filter(isDifference);
  const byPlace = new Map(differing.map((line) => [keyOf(line.place, line.place.type), line.name]));
  const lacking = new Map(differing.filter((line) => missing(line) > 0).map((line) => [keyOf(line.place, ''), line.name]));
  return (message) => {
    if (message.state === null) {
      const place = placeOf(message, grain);
      return byPlace.get(keyOf(place, place.type)) ?? null;
    }
    // It may have arrived after midnight, and in a free-entry-point window, where it counts in another category.
    const days = [message.day, nextDay(message.day)];
    const places = days.flatMap((day) => LACKING_TYPES.map((pricingType) => placeOf({ ...message, day, pricingType }, grain)));
    return places.flatMap((place) => lacking.get(keyOf(place, '')) ?? [])[0] ?? null;
  };
}

const LACKING_TYPES = ['regular', 'free_entry_point'] as const;

function keyOf({ period, market, country, category }: Place, type: string): string {
  return [period, market, country, category, type].join('/');
}

/** What is to be booked so that the books say what the figures say, a line of its own for each; nothing where only the counts differ. */
export function acceptances(
  lines: readonly Judged[],
  month: Month,
  source: { readonly name: string; readonly digest: string },
): readonly Acceptance[] {
  return lines.flatMap(({ name, place, difference, verdict }) => {
    if (difference === null || difference === ZERO) return [];
    const { period, market, type } = place;
    const category = CATEGORIES.find((known) => known === place.category) ?? 'service'; // what we have no name for is no template
    const day = period.length > month.length ? (period as Day) : lastDayOf(month);
    const bucket = { day, market, category, pricingType: 'regular', template: '', campaignId: '', costCenter: '' } as const;
    const what = type === VOLUME_DISCOUNT ? 'volume discount' : type;
    const reason = `reconciled with ${source.name}: ${period}, ${place.country ?? market}, ${place.category}, ${what}: ${verdict.replace('_', ' ')}`;
    return [{ line: name, source: source.digest, bucket, amount: difference, reason }];
  });
}
