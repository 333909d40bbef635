// The oracle: what the bill of a history must say, computed as slowly and plainly as possible, from the provider's pages alone. It shares no code with the program, so
// that they can only be wrong together where they read those pages alike.
//
// A delivery is charged on its own day in its sender's zone, at the newest card of that day, in the person's market of that day. The provider's word says what is
// free. Where it is silent, the window decides that was open when the message left. The best word on it counts, and the time of `delivered` before that of `read`. Volume tiers are settled when a month is closed. What is heard of a closed month
// is booked in the month in which it is heard.

import {
  type Bill,
  type Billed,
  type History,
  type Line,
  lineKey,
  MARKETS,
  type Message,
  type PersonName,
  SENDER_NAMES,
  type SenderName,
  SENDERS,
  type Step,
  type Told,
  type Word,
} from './history.ts';
import { saving, sharesOf } from './discount.ts';
import { listPrice, localDay, marketOn, monthAfter } from './look-up.ts';

const DAY = 24 * 3_600_000;
const WINDOW_IS_CHARGED_FROM = '2026-10-01';
const FREE_SERVICE_UNITS = 1_000;

/** A message, and what became of it. */
type Copy = Message & {
  state: 'waiting' | 'left' | 'failed' | 'delivered' | 'dropped';
  window: 'none' | 'service' | 'free entry';
  admittedAt: number;
  /** Of the admission. */
  market: string;
  /** The provider's word, and how much it weighs: a forecast less than a delivery, and that less than a reading. */
  said: Pick<Told, 'word' | 'cost' | 'international'> | null;
  weight: number;
  deliveredOn: string;
  /** That day is the one of a reading, until the delivery itself is heard of. */
  isDatedByReading: boolean;
  chargedIn: string;
  /** What it is booked as now: a word on its price, our own where the provider said none; and the category that has that price. */
  booked: Word | null;
  billedAs: Billed;
  amount: bigint;
};

/** What was taken off a sender's messages of a month, market and category so far. */
type Discount = { month: string; sender: SenderName; market: string; category: string; posted: bigint };

type World = {
  readonly copies: Map<Message, readonly Copy[]>;
  readonly lines: Map<string, Line>;
  readonly closed: Record<SenderName, string[]>;
  readonly firstMonth: Partial<Record<SenderName, string>>;
  readonly discounts: Discount[];
  readonly writings: { sender: SenderName; person: PersonName; at: number }[];
  readonly freeEntries: { sender: SenderName; person: PersonName; until: number }[];
};

/** The bill of a history. */
export function expectedBill(history: History): Bill {
  const closed = { berlin: [], 'new-york': [], utc: [] };
  const world: World = { copies: new Map(), lines: new Map(), closed, firstMonth: {}, discounts: [], writings: [], freeEntries: [] };
  for (const step of history) take(world, step);
  return {
    lines: new Map([...world.lines].filter(([, line]) => Object.values(line).some((figure) => figure !== 0 && figure !== 0n))),
    closed: SENDER_NAMES.flatMap((sender) => world.closed[sender].map((month) => `${sender} ${month}`)),
  };
}

function take(world: World, step: Step): void {
  switch (step.do) {
    case 'write':
      world.writings.push({ ...step.message, at: step.written });
      return;
    case 'admit':
      world.copies.set(step.message, admit(world, step.message, step.at));
      return;
    case 'claim':
      for (const copy of copiesOf(world, step.message)) leave(world, copy, step.at);
      return;
    case 'hear':
      for (const told of step.told) for (const copy of copiesOf(world, told.message)) hear(world, copy, told, step.at);
      return;
    case 'close':
      close(world, step.sender, step.month, step.at);
      return;
  }
}

function copiesOf({ copies }: World, message: Message): readonly Copy[] {
  return copies.get(message) ?? [];
}

function admit(world: World, message: Message, at: number): readonly Copy[] {
  if (message.category === 'service' && !isServiceWindowOpen(world, message, at)) return [];
  const day = localDay(message.sender, at);
  const market = marketOn(message.person, day);
  world.firstMonth[message.sender] ??= day.slice(0, 7);
  lineOf(world, message, market, day.slice(0, 7)).units += message.copies;
  const waiting = {
    state: 'waiting',
    window: 'none',
    admittedAt: at,
    market,
    said: null,
    weight: 0,
    deliveredOn: '',
    isDatedByReading: false,
    chargedIn: '',
    booked: null,
    amount: 0n,
  } as const;
  return Array.from({ length: message.copies }, () => ({ ...message, ...waiting, billedAs: message.category }));
}

function leave(world: World, copy: Copy, at: number): void {
  const isOpen = isServiceWindowOpen(world, copy, at);
  copy.state = copy.category === 'service' && !isOpen ? 'dropped' : 'left';
  if (isOpen) copy.window = 'service';
  if (world.freeEntries.some(({ sender, person, until }) => sender === copy.sender && person === copy.person && at < until)) {
    copy.window = 'free entry';
  }
}

function isServiceWindowOpen({ writings }: World, message: Message, at: number): boolean {
  return writings.some((writing) => writing.sender === message.sender && writing.person === message.person && at - writing.at < DAY);
}

const WEIGHTS = { sent: 1, delivered: 2, read: 3, failed: 0 } as const;

function hear(world: World, copy: Copy, { kind, at, word, cost, international, freeEntryUntil }: Told, heardAt: number): void {
  if (copy.state === 'dropped') return; // the provider never had it
  if (freeEntryUntil !== null) world.freeEntries.push({ sender: copy.sender, person: copy.person, until: freeEntryUntil });
  if (kind === 'failed') return fail(world, copy, at, heardAt);
  const isSaid = word !== null && WEIGHTS[kind] > copy.weight;
  if (isSaid) {
    copy.said = { word, cost, international };
    copy.weight = WEIGHTS[kind];
  }
  if (copy.state !== 'delivered') {
    if (kind !== 'sent') deliver(world, copy, { at, kind, heardAt });
  } else if (kind === 'delivered' && copy.isDatedByReading && localDay(copy.sender, at) !== copy.deliveredOn) {
    moveTo(world, copy, localDay(copy.sender, at), heardAt);
  } else if (isSaid) {
    correct(world, copy, heardAt);
  }
}

function fail(world: World, copy: Copy, at: number, heardAt: number): void {
  if (copy.state !== 'left') return;
  copy.state = 'failed';
  lineOf(world, copy, copy.market, booksMonth(world, copy.sender, localDay(copy.sender, at), heardAt)).failed += 1;
}

// A reading shows a delivery too, and dates it until that is heard of.
function deliver(world: World, copy: Copy, { at, kind, heardAt }: Pick<Told, 'at' | 'kind'> & { readonly heardAt: number }): void {
  copy.deliveredOn = localDay(copy.sender, at);
  copy.isDatedByReading = kind === 'read';
  copy.state = 'delivered';
  judge(world, copy);
  copy.chargedIn = booksMonth(world, copy.sender, copy.deliveredOn, heardAt);
  const line = count(world, copy, 1);
  line.charged += copy.amount;
}

// What a delivery is, and what that costs on its day, by all that is known.
function judge(world: World, copy: Copy): void {
  const { said } = copy;
  copy.booked = said?.word ?? ownWord(world, copy);
  const isInternational = copy.category === 'authentication' && said?.word === 'regular' && said.international;
  copy.billedAs = isInternational ? 'authentication-international' : copy.category;
  copy.amount = copy.booked === 'regular' ? (said?.cost ?? chargeOf(copy)) : 0n;
}

function count(world: World, copy: Copy, one: 1 | -1): Line {
  const market = marketOn(copy.person, copy.deliveredOn);
  const line = lineFor(world, lineKey(copy.chargedIn, copy.sender, market, copy.billedAs, SENDERS[copy.sender].currency));
  line.delivered += one;
  if (copy.booked === 'regular') line.billable += one;
  else line.free += one;
  return line;
}

// Taken off the day of its reading, in whose month it is booked while that is open, and put on its own.
function moveTo(world: World, copy: Copy, day: string, heardAt: number): void {
  takeBack(world, copy, heardAt);
  copy.deliveredOn = day;
  copy.isDatedByReading = false;
  judge(world, copy);
  copy.chargedIn = booksMonth(world, copy.sender, day, heardAt);
  count(world, copy, 1).adjusted += copy.amount;
}

function takeBack(world: World, copy: Copy, heardAt: number): void {
  copy.chargedIn = booksMonth(world, copy.sender, copy.chargedIn, heardAt);
  count(world, copy, -1).adjusted -= copy.amount;
}

// A better word is booked beside what it corrects, while that month is open: free instead of charged, free for another reason, the other kind of authentication, or
// another cost. One that names no cost takes none back.
function correct(world: World, copy: Copy, heardAt: number): void {
  const next = { ...copy };
  judge(world, next);
  const isSame = next.booked === copy.booked && (next.booked !== 'regular' || next.billedAs === copy.billedAs);
  const costs = next.booked === 'regular' ? (copy.said?.cost ?? copy.amount) : 0n;
  if (isSame && costs === copy.amount) return;
  takeBack(world, copy, heardAt);
  judge(world, copy);
  count(world, copy, 1).adjusted += copy.amount;
}

// What a delivery is where the provider says nothing, by the table of its pricing page.
function ownWord(world: World, own: Copy): Word {
  const { sender, category, window, deliveredOn } = own;
  if (window === 'free entry') return 'free_entry_point';
  const isInWindow = category === 'service' || (category === 'utility' && window === 'service');
  if (isInWindow && deliveredOn < WINDOW_IS_CHARGED_FROM) return 'free_customer_service';
  if (category !== 'service') return 'regular';
  const month = deliveredOn.slice(0, 7);
  let used = 0;
  for (const [message, copies] of world.copies) {
    if (message.sender !== sender || message.category !== 'service') continue;
    for (const copy of copies) if (copy !== own && copy.booked === 'free_customer_service' && copy.deliveredOn.startsWith(month)) used += 1;
  }
  return used < FREE_SERVICE_UNITS ? 'free_customer_service' : 'regular';
}

function close(world: World, sender: SenderName, month: string, at: number): void {
  const closed = world.closed[sender];
  const newest = closed.at(-1);
  const today = localDay(sender, at).slice(0, 7);
  const first = world.firstMonth[sender];
  const next = newest === undefined || (first ?? '') > newest ? first : monthAfter(newest);
  if (today <= month || month <= (newest ?? '') || (next ?? month) < month) return;
  for (const each of closed) settleTiers(world, sender, each, today);
  settleTiers(world, sender, month, month);
  closed.push(month);
}

// The n-th charged message of a month, market and category costs the rate of the tier in which n is, whichever sender of that currency sent it. What that comes to
// less than at list price is shared by the numbers of messages.
function settleTiers(world: World, sender: SenderName, month: string, bookedIn: string): void {
  const { currency } = SENDERS[sender];
  const charged: Copy[] = [];
  for (const [message, copies] of world.copies) {
    if (SENDERS[message.sender].currency !== currency || message.category === 'service') continue;
    for (const copy of copies) if (copy.booked === 'regular' && copy.deliveredOn.startsWith(month)) charged.push(copy);
  }
  for (const market of MARKETS) {
    for (const category of ['utility', 'authentication', 'authentication-international'] as const) {
      const group = charged.filter((copy) => copy.billedAs === category && marketOn(copy.person, copy.deliveredOn) === market);
      const shares = sharesOf(saving(currency, `${month}-01`, category, group.length), group);
      const posted = -shares[sender] - discounted(world, { month, sender, market, category });
      world.discounts.push({ month, sender, market, category, posted });
      lineFor(world, lineKey(bookedIn, sender, market, category, currency)).adjusted += posted;
    }
  }
}

function discounted({ discounts }: World, { month, sender, market, category }: Omit<Discount, 'posted'>): bigint {
  return discounts
    .filter((line) => line.month === month && line.sender === sender && line.market === market && line.category === category)
    .reduce((sum, { posted }) => sum + posted, 0n);
}

// Where no card of the day has a price, what was reserved: the highest of the days on which it could still be delivered.
function chargeOf(copy: Copy): bigint {
  const price = listPrice(copy, copy.billedAs, copy.deliveredOn);
  if (price !== null) return price;
  let highest = 0n;
  for (let days = 0; days <= 30; days += 1) {
    const known = listPrice(copy, copy.category, localDay(copy.sender, copy.admittedAt + days * DAY)) ?? 0n;
    if (known > highest) highest = known;
  }
  return highest;
}

// Its own month while that is open; else the month in which we hear of it, or the first that is open, where the clock stands in a closed one.
function booksMonth({ closed }: World, sender: SenderName, day: string, heardAt: number): string {
  const newest = closed[sender].at(-1) ?? '';
  const [own, today] = [day.slice(0, 7), localDay(sender, heardAt).slice(0, 7)];
  if (own > newest) return own;
  return today > newest ? today : monthAfter(newest);
}

function lineOf(world: World, { sender, category }: Message, market: string, month: string): Line {
  return lineFor(world, lineKey(month, sender, market, category, SENDERS[sender].currency));
}

function lineFor({ lines }: World, key: string): Line {
  const line = lines.get(key) ?? { units: 0, delivered: 0, failed: 0, billable: 0, free: 0, charged: 0n, adjusted: 0n };
  lines.set(key, line);
  return line;
}
