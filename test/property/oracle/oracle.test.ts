// The bill of random histories, from a real store and from an oracle that shares no code with it: equal to the micro.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { histories } from './histories.ts';
import type { Line } from './history.ts';
import { actualBill } from './live.ts';
import { expectedBill } from './oracle.ts';
import { DELIVERED, toHistory } from './plan.ts';

// A long search: TOLLBELL_PROPERTY_RUNS=10000 npx vitest run test/property/oracle
const RUNS = process.env['TOLLBELL_PROPERTY_RUNS'];
const LIMIT_MS = RUNS === undefined ? 60_000 : 2 ** 31 - 1;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const MESSAGE = { person: 'anna', copies: 1, turn: 0, offset: 0, underway: HOUR, queued: 0, wrote: null } as const;
const PLAN = { turns: [Date.parse('2026-06-30T12:00:00Z')], conversations: [], bulk: null, closings: [], closesAll: null, together: 1_000 };

// Delivered in June, heard of in July, when June was closed, and free after all, which is heard of in July too: June has no tiers any more, and July never had.
const late = [
  { ...DELIVERED, word: 'regular', lag: 2 * DAY },
  { ...DELIVERED, kind: 'read', word: 'free_entry_point', lag: 10 * DAY },
] as const;
const CORRECTED_LATE = toHistory({
  ...PLAN,
  conversations: [{ ...MESSAGE, sender: 'berlin', category: 'utility', copies: 5, story: late }],
  closesAll: 5 * HOUR,
});

// Two senders share a volume discount that cannot be divided.
const SHARED = toHistory({
  ...PLAN,
  conversations: [
    { ...MESSAGE, sender: 'berlin', category: 'utility', copies: 2, story: [DELIVERED] },
    { ...MESSAGE, sender: 'new-york', category: 'utility', copies: 5, story: [DELIVERED] },
  ],
  closesAll: 5 * HOUR,
});

// The last free reply of a sender and its first that costs, both heard of when October is closed; and a reply of another sender, who has all of its own left.
const reply = { ...MESSAGE, category: 'service', offset: -DAY, wrote: [2 * HOUR, 0], story: [DELIVERED] } as const;
const LAST_FREE = toHistory({
  ...PLAN,
  conversations: [
    { ...reply, sender: 'berlin', turn: 1, story: [{ ...DELIVERED, lag: 3 * DAY }] },
    { ...reply, sender: 'berlin', turn: 1, story: [{ ...DELIVERED, lag: 4 * DAY }] },
    { ...reply, sender: 'utc' },
  ],
  bulk: { sender: 'berlin', copies: 999 },
  closesAll: 5 * HOUR,
});

// A forecast that comes after the failure, and a delivery that says nothing; and what leaves at the very end of the free entry that another opened.
const forecast = [
  { ...DELIVERED, kind: 'sent', word: 'free_entry_point', lag: 2 * HOUR },
  { ...DELIVERED, kind: 'failed' },
  { ...DELIVERED, lag: 3 * HOUR },
] as const;
const OVERTAKEN = toHistory({
  ...PLAN,
  conversations: [
    { ...MESSAGE, sender: 'berlin', category: 'marketing', story: forecast },
    { ...MESSAGE, sender: 'berlin', category: 'utility', story: [{ ...DELIVERED, freeEntryFor: HOUR }] },
    { ...MESSAGE, sender: 'berlin', category: 'utility', offset: 2 * HOUR, story: [DELIVERED] },
  ],
});

// Delivered a second before July and read a second after, which is heard of first; of the delivery when June is open, when it is closed, and when July is, too.
const readFirst = (lag: number) =>
  [
    { ...DELIVERED, lag },
    { ...DELIVERED, kind: 'read', after: 2_000 },
  ] as const;
const READ_FIRST = toHistory({
  ...PLAN,
  turns: [Date.parse('2026-06-30T22:00:00Z')],
  conversations: [HOUR, 2 * DAY, 40 * DAY].map((lag) => ({
    ...MESSAGE,
    sender: 'berlin',
    person: 'ola',
    category: 'utility',
    copies: 3,
    offset: -1_000,
    story: readFirst(lag),
  })),
  closesAll: 5 * HOUR,
});

// A reply that is free in November, when it was read, and not in October any more, when it was delivered.
const ALL_FREE_USED = toHistory({
  ...PLAN,
  conversations: [{ ...reply, sender: 'berlin', turn: 1, offset: -1_000, story: readFirst(HOUR) }],
  bulk: { sender: 'berlin', copies: 1_000 },
});

// Regular once and for all; but at another cost, or as the other kind of authentication, of which one currency has no price.
const otherwise = (more: { readonly cost?: bigint; readonly international?: boolean }) => [WORDED[0], { ...WORDED[1], ...more }] as const;
const WORDED = [
  { ...DELIVERED, word: 'regular' },
  { ...DELIVERED, kind: 'read', word: 'regular', lag: 10 * DAY },
] as const;
const BILLED_OTHERWISE = toHistory({
  ...PLAN,
  turns: [Date.parse('2026-07-20T12:00:00Z')],
  conversations: [
    { ...MESSAGE, sender: 'berlin', category: 'marketing', copies: 2, story: otherwise({ cost: 61_003n }) },
    { ...MESSAGE, sender: 'berlin', category: 'authentication', copies: 4, story: otherwise({ international: true }) },
    { ...MESSAGE, sender: 'utc', category: 'authentication', story: otherwise({ international: true }) },
  ],
  closesAll: 5 * HOUR,
});

it(
  'bills what the oracle says',
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { bill, violations } = await actualBill(history);
        expect(bill).toEqual(expectedBill(history));
        expect(violations).toEqual([]);
      }),
      {
        examples: [[CORRECTED_LATE], [SHARED], [LAST_FREE], [OVERTAKEN], [READ_FIRST], [ALL_FREE_USED], [BILLED_OTHERWISE]],
        ...(RUNS === undefined ? { numRuns: 100, plugins: [fc.interruptAfterTimeLimit(12_000)] } : { numRuns: Number(RUNS) }),
      },
    );
  },
  LIMIT_MS,
);

// A search that never comes near an edge finds nothing there.
it(
  'comes to all the edges',
  () => {
    const lines = fc.sample(histories, { numRuns: 30, seed: 1 }).flatMap((history) => [...expectedBill(history).lines]);
    const isMissing = ([, isIt]: (typeof EDGES)[number]): boolean => !lines.some(([about, line]) => isIt(line, about));
    expect(EDGES.filter(isMissing).map(([edge]) => edge)).toEqual([]);
  },
  LIMIT_MS,
);

const EDGES: readonly (readonly [string, (line: Line, about: string) => boolean])[] = [
  ['a volume discount', ({ adjusted, billable }) => adjusted < 0n && billable > 0],
  ['something free', ({ free }) => free > 0],
  ['a delivery in another month than the sending', ({ units, delivered }) => units === 0 && delivered > 0],
  ['a correction in a later month', ({ delivered, billable }) => delivered === 0 && billable !== 0],
  ['a delivery that is taken off a closed month', ({ delivered }) => delivered < 0],
  ['authentication at the international rate', ({ billable }, about) => billable > 0 && about.includes('international')],
  ['a delivery after a failure', ({ units, delivered, failed }) => delivered + failed > units && units > 0],
  ['a reply beyond the allowance', ({ units, billable }, about) => units > 990 && billable > 0 && about.includes('service')],
];
