// A history in plain words: three senders, four people, price cards, and what happened in the order in which we heard of it. Both sides read it: the oracle, which
// computes what it costs, and the real store, which lives through it. Times are milliseconds since 1970.

export const CATEGORIES = ['marketing', 'utility', 'authentication', 'service'] as const;
export type Category = (typeof CATEGORIES)[number];

/** What a message may be billed as: the provider alone knows which authentication it bills at the international rate. */
export type Billed = Category | 'authentication-international';

/** The provider's words for the price of a message. */
export const WORDS = ['regular', 'free_customer_service', 'free_entry_point'] as const;
export type Word = (typeof WORDS)[number];

/** The first two share a currency, and are counted together for volume tiers. */
export const SENDERS = {
  berlin: { currency: 'USD', zone: 'Europe/Berlin' },
  'new-york': { currency: 'USD', zone: 'America/New_York' },
  utc: { currency: 'EUR', zone: 'UTC' },
} as const;
export type SenderName = keyof typeof SENDERS;
/** In the order of their ids. */
export const SENDER_NAMES = ['berlin', 'new-york', 'utc'] as const satisfies readonly SenderName[];

export type Person = { readonly phone: string; readonly market: string; readonly moved?: { readonly on: string; readonly market: string } };

/** Two of them were moved to a market of their own. */
export const PEOPLE = {
  anna: { phone: '+4915100000001', market: 'Germany' },
  bert: { phone: '+4915100000002', market: 'Germany' },
  ola: { phone: '+48512345678', market: 'Rest of Central & Eastern Europe', moved: { on: '2026-07-01', market: 'Poland' } },
  amina: { phone: '+212612345678', market: 'Rest of Africa', moved: { on: '2026-10-01', market: 'Morocco' } },
} as const satisfies Readonly<Record<string, Person>>;
export type PersonName = keyof typeof PEOPLE;

/** A price of one message, in millionths, from a day on; for the messages of a month from the first number to the last, both included. */
export type Price = {
  readonly currency: string;
  readonly from: string;
  readonly category: Billed;
  readonly first: number;
  readonly last: number;
  readonly micros: bigint;
};

const NO_END = Number.POSITIVE_INFINITY;

// As on the provider's cards, replies have prices from October on; the international rate begins in July, in one currency. The tiers are small, so that a few messages pass them, and the amounts odd, so that shares of them
// have rests. All markets of a card cost the same, but for what `surcharge` adds.
export const PRICES: readonly Price[] = [
  ...tiered('USD', '2026-01-01', 'utility', [
    [2, 7_001n],
    [4, 6_353n],
    [NO_END, 5_003n],
  ]),
  ...tiered('USD', '2026-01-01', 'authentication', [
    [1, 9_001n],
    [NO_END, 8_111n],
  ]),
  ...tiered('USD', '2026-01-01', 'marketing', [[NO_END, 80_009n]]),
  ...tiered('USD', '2026-07-01', 'utility', [
    [3, 6_007n],
    [5, 5_501n],
    [NO_END, 4_999n],
  ]),
  ...tiered('USD', '2026-07-01', 'authentication', [
    [2, 8_009n],
    [NO_END, 7_001n],
  ]),
  ...tiered('USD', '2026-07-01', 'marketing', [[NO_END, 90_001n]]),
  ...tiered('USD', '2026-07-01', 'authentication-international', [
    [1, 31_013n],
    [NO_END, 29_009n],
  ]),
  ...tiered('USD', '2026-10-01', 'utility', [
    [2, 6_503n],
    [3, 6_101n],
    [NO_END, 5_309n],
  ]),
  ...tiered('USD', '2026-10-01', 'authentication', [
    [2, 7_507n],
    [NO_END, 6_899n],
  ]),
  ...tiered('USD', '2026-10-01', 'marketing', [[NO_END, 70_001n]]),
  ...tiered('USD', '2026-10-01', 'authentication-international', [
    [2, 30_011n],
    [NO_END, 27_011n],
  ]),
  ...tiered('USD', '2026-10-01', 'service', [[NO_END, 6_521n]]),
  ...tiered('EUR', '2026-01-01', 'utility', [
    [1, 5_507n],
    [NO_END, 4_001n],
  ]),
  ...tiered('EUR', '2026-01-01', 'authentication', [[NO_END, 5_519n]]),
  ...tiered('EUR', '2026-01-01', 'marketing', [[NO_END, 60_013n]]),
  ...tiered('EUR', '2026-10-01', 'utility', [
    [2, 5_701n],
    [NO_END, 4_507n],
  ]),
  ...tiered('EUR', '2026-10-01', 'authentication', [[NO_END, 5_711n]]),
  ...tiered('EUR', '2026-10-01', 'marketing', [[NO_END, 61_001n]]),
  ...tiered('EUR', '2026-10-01', 'service', [[NO_END, 5_717n]]),
];

function tiered(currency: string, from: string, category: Billed, tiers: readonly (readonly [last: number, micros: bigint])[]): Price[] {
  return tiers.map(([last, micros], index) => ({ currency, from, category, first: (tiers[index - 1]?.[0] ?? 0) + 1, last, micros }));
}

export const MARKETS = ['Germany', 'Morocco', 'Poland', 'Rest of Africa', 'Rest of Central & Eastern Europe'];

/** What a message costs more in a market, in millionths. */
export function surcharge(market: string): bigint {
  return BigInt(MARKETS.indexOf(market)) * 10_000n;
}

/** What the provider says of a message. Its times are whole seconds. */
export type Told = {
  readonly message: Message;
  readonly kind: 'sent' | 'delivered' | 'read' | 'failed';
  readonly at: number;
  /** Null: it says nothing of the price. */
  readonly word: Word | null;
  /** With the word, what it costs, in millionths; mostly it leaves that to the card. */
  readonly cost: bigint | null;
  /** With the word, that authentication is billed at the international rate. */
  readonly international: boolean;
  /** Until when, as it says, nothing that this sender sends this person is charged. */
  readonly freeEntryUntil: number | null;
};

/** `at`: when we heard of it, or did it. */
export type Step = { readonly at: number } & (
  | { readonly do: 'admit'; readonly message: Message }
  /** It leaves. */
  | { readonly do: 'claim'; readonly message: Message }
  /** The person of a message wrote to its sender. */
  | { readonly do: 'write'; readonly message: Message; readonly written: number }
  | { readonly do: 'hear'; readonly told: readonly Told[] }
  | { readonly do: 'close'; readonly sender: SenderName; readonly month: string }
);

/** What is sent: so many copies of it at once, which all have the same fate. */
export type Message = {
  readonly number: number;
  readonly sender: SenderName;
  readonly person: PersonName;
  readonly category: Category;
  readonly copies: number;
};

export type History = readonly Step[];

/** One line of the bill. Amounts are in millionths. */
export type Line = {
  units: number;
  delivered: number;
  failed: number;
  billable: number;
  free: number;
  charged: bigint;
  adjusted: bigint;
};

/** The lines by what they are about, without those of nothing but zeros; and the months that were closed. */
export type Bill = { readonly lines: ReadonlyMap<string, Line>; readonly closed: readonly string[] };

/** What a line is about. */
export function lineKey(month: string, sender: string, market: string, category: string, currency: string): string {
  return [month, sender, market, category, currency].join(' | ');
}
