// A bill as double-entry bookings: what is booked, on which accounts, and what each account then holds. How it is written is for each program's own file.

import { fail } from '../../errors.ts';
import type { Grouping } from '../../ports/store/report.ts';
import { type Currency, type Micros, minus, plus, ZERO } from '../../values/money.ts';
import { type Day, type DayPeriod, monthDays, monthOf } from '../../values/time.ts';
import type { BillReport, BillRow } from '../report.ts';

/** A bill that was read by `bookGroups`, and what it was asked by. */
export type Books = { readonly bill: BillReport; readonly groupBy: readonly Grouping[]; readonly period: DayPeriod; readonly asOf: string };

/** One line of a transaction. */
export type Posting = { readonly account: string; readonly amount: Micros; readonly isAdjustment: boolean };

/** What happened on one day in one group. Its postings add up to zero, and none of them is zero. */
export type Booking = {
  readonly day: Day;
  readonly currency: Currency;
  readonly category: string;
  readonly market: string;
  /** What the other groups say that were asked for, as others wrote it; none is empty. */
  readonly labels: readonly (readonly [Grouping, string])[];
  readonly postings: readonly Posting[];
};

/** What an account of a provider holds after all bookings: behind its last posting, and from a day on. */
export type Closing = {
  readonly account: string;
  readonly currency: Currency;
  readonly amount: Micros;
  readonly last: Posting;
  readonly from: Day;
};

export type Journal = {
  readonly bookings: readonly Booking[];
  /** Every account that is booked on, sorted. */
  readonly accounts: readonly string[];
  readonly closings: readonly Closing[];
};

const ALWAYS = ['day', 'sender', 'market', 'category'] as const satisfies readonly Grouping[];
const LABELS = ['sender', 'campaign', 'cost_center', 'template'] as const satisfies readonly Grouping[];

/** The groups by which a bill must be read to be booked. Throws `usage` for tags: what has two of them would be booked twice. */
export function bookGroups(asked: readonly Grouping[]): readonly Grouping[] {
  if (asked.includes('tag')) {
    throw fail('usage', {
      message: 'A message with several tags would be booked several times.',
      hint: 'Book by campaign, cost_center, template or sender, or take another --format for tags.',
    });
  }
  return [...new Set<Grouping>([...ALWAYS, ...LABELS.filter((label) => asked.includes(label))])];
}

/**
 * The bookings of a bill, in the order of their days: what was charged and adjusted is an expense, and owed to the sender's provider. What is only
 * reserved is owed to nobody. Accounts of providers are kept by month, as their invoices are: what a month's account must hold stays true when other
 * months are booked beside it. `name` makes text safe to be one part of an account's name.
 */
export function toJournal({ bill, groupBy, period }: Books, name: (text: string) => string): Journal {
  const bookings = bill.rows.map((row) => toBooking(row, groupBy, name)).filter(({ postings }) => postings.length > 0);
  const accounts = new Set(bookings.flatMap(({ postings }) => postings.map(({ account }) => account)));
  return { bookings, accounts: [...accounts].toSorted(), closings: closingsOf(bookings, period) };
}

/** What stands above the bookings, line by line. */
export function headingOf({ bill, period, asOf }: Books): readonly string[] {
  return [
    `The bill from ${period.from} up to ${period.to}, as of ${asOf}. Each day is one of the sender's billing zone.`,
    ...bill.totals.map(
      ({ currency, total, reserved }) => `Total: ${total} ${currency}. Reserved, and not booked: ${reserved} ${currency}.`,
    ),
  ];
}

function toBooking({ group, figures, counters }: BillRow, groupBy: readonly Grouping[], name: (text: string) => string): Booking {
  const { day = '', sender = '', market = '', category = '' } = group;
  const expense = `Expenses:Messaging:${name(`${category.charAt(0).toUpperCase()}${category.slice(1)}`)}:${name(market)}`;
  const owed = `${PROVIDER}:${name(sender)}:${monthOf(day as Day)}`;
  const { charged, adjusted } = counters;
  const postings = [
    { account: expense, amount: charged, isAdjustment: false },
    { account: expense, amount: adjusted, isAdjustment: true },
    { account: owed, amount: minus(ZERO, plus(charged, adjusted)), isAdjustment: false },
  ];
  return {
    day: day as Day,
    currency: figures.currency as Currency,
    category,
    market,
    labels: LABELS.filter((label) => groupBy.includes(label)).flatMap((label) => (group[label] ? [[label, group[label]] as const] : [])),
    postings: postings.filter(({ amount }) => amount !== ZERO),
  };
}

const PROVIDER = 'Liabilities:Provider';

// The sums of the names that are written, which two senders may share.
function closingsOf(bookings: readonly Booking[], period: DayPeriod): readonly Closing[] {
  const closings = new Map<string, Closing>();
  for (const { day, currency, postings } of bookings) {
    const { to } = monthDays(monthOf(day));
    for (const last of postings.filter(({ account }) => account.startsWith(PROVIDER))) {
      const { account } = last;
      const amount = plus(closings.get(`${account} ${currency}`)?.amount ?? ZERO, last.amount);
      closings.set(`${account} ${currency}`, { account, currency, amount, last, from: to < period.to ? to : period.to });
    }
  }
  return [...closings.values()];
}
