// A plan of a history, as chance draws it, and the history that it comes to: who sent what around which turn, what was heard of it when, and when months were closed.

import fc from 'fast-check';
import { type History, type Message, SENDER_NAMES, type Step, type Told } from './history.ts';
import { taleOf } from './tale.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the provider says at one time. */
type Status = {
  readonly kind: Told['kind'];
  /** So long after the one before. */
  readonly after: number;
  readonly word: Told['word'];
  readonly cost: Told['cost'];
  readonly international: boolean;
  /** How long it takes until we hear of it; and, where it comes twice, until we hear of it again. */
  readonly lag: number;
  readonly repeatedAfter: number | null;
  readonly freeEntryFor: number | null;
};

/** A message, with what goes before and what comes of it. */
export type Conversation = Omit<Message, 'number'> & {
  /** Which of the turns it is near, and how far from that its first status is. */
  readonly turn: number;
  readonly offset: number;
  /** How long before that it leaves, and how long it waits until then. */
  readonly underway: number;
  readonly queued: number;
  /** How long before it leaves the person wrote, and how long after that we heard of it. */
  readonly wrote: readonly [number, number] | null;
  readonly story: readonly Status[];
};

export type Plan = {
  readonly turns: readonly number[];
  readonly conversations: readonly Conversation[];
  /** Early in October so many replies of a sender that little is left of its allowance. All others come near the end of the month, and most are of that sender. */
  readonly bulk: { readonly sender: Message['sender']; readonly copies: number } | null;
  /** So long after the end of a month, by UTC, somebody closes it for a sender; and everybody every month. */
  readonly closings: readonly { readonly sender: Message['sender']; readonly month: string; readonly after: number }[];
  readonly closesAll: number | null;
  /** Statuses are heard of when so much time is full, all that came in it together. */
  readonly together: number;
};

export const MONTHS = ['2026-03', '2026-04', '2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11'];

const AFTER_BULK = ['2026-10-25T01:00:00Z', '2026-10-31T23:00:00Z'].map((text) => Date.parse(text));

/** The history of a plan, in the order in which it is lived through. */
export function toHistory(plan: Plan): History {
  const { bulk, closings, closesAll, together } = plan;
  const turns = bulk === null ? plan.turns : AFTER_BULK;
  const heard = new Map<number, Told[]>();
  const steps: Step[] = [];
  for (const [number, conversation] of conversationsOf(plan).entries()) {
    const own = stepsOf(conversation, number, turns[conversation.turn % turns.length] ?? 0);
    steps.push(...own.steps);
    for (const [at, told] of own.told) {
      const instant = Math.ceil(at / together) * together;
      heard.set(instant, [...(heard.get(instant) ?? []), told]);
    }
  }
  for (const [at, told] of heard) steps.push({ at, do: 'hear', told });
  const all = closesAll === null ? [] : MONTHS.flatMap((month) => SENDER_NAMES.map((sender) => ({ sender, month, after: closesAll })));
  for (const { sender, month, after } of [...closings, ...all]) steps.push({ at: endOf(month) + after, do: 'close', sender, month });
  steps.sort((one, other) => one.at - other.at);
  return Object.assign(steps, { [fc.toStringMethod]: () => `\n${taleOf(steps)}\n` });
}

/** A delivery that is heard of at once, and of which nothing else is told. */
export const DELIVERED = {
  kind: 'delivered',
  after: 0,
  word: null,
  cost: null,
  international: false,
  lag: 0,
  repeatedAfter: null,
  freeEntryFor: null,
} as const;

function conversationsOf({ bulk, conversations }: Plan): readonly Conversation[] {
  if (bulk === null) return conversations;
  const when = { turn: 0, offset: -20 * DAY, underway: MINUTE, queued: 0, wrote: [HOUR, 0] } as const;
  const replies = conversations.map((each): Conversation => {
    if (each.category === 'service') return each;
    return { ...each, sender: bulk.sender, category: 'service', wrote: each.wrote ?? when.wrote };
  });
  return [{ ...bulk, person: 'anna', category: 'service', ...when, story: [DELIVERED] }, ...replies];
}

function stepsOf(
  plan: Conversation,
  number: number,
  turn: number,
): { readonly steps: readonly Step[]; readonly told: readonly (readonly [number, Told])[] } {
  const { sender, person, category, copies, offset, underway, queued, wrote, story } = plan;
  const message: Message = { number, sender, person, category, copies };
  const claimed = turn + offset - underway;
  const admitted = claimed - (category === 'authentication' ? Math.min(queued, MINUTE) : queued);
  const steps: Step[] = [];
  if (wrote !== null) {
    const [before, lag] = wrote;
    steps.push({ at: claimed - before + lag, do: 'write', message, written: claimed - before });
  }
  steps.push({ at: admitted, do: 'admit', message }, { at: claimed, do: 'claim', message });
  const told: (readonly [number, Told])[] = [];
  let at = turn + offset;
  for (const { kind, after, word, cost, international, lag, repeatedAfter, freeEntryFor } of story) {
    at += told.length === 0 ? 0 : after;
    const what = {
      message,
      kind,
      at,
      word: kind === 'failed' ? null : word,
      cost,
      international,
      freeEntryUntil: freeEntryFor === null ? null : at + freeEntryFor,
    };
    told.push([at + lag, what]);
    if (repeatedAfter !== null) told.push([at + lag + repeatedAfter, what]);
  }
  return { steps, told };
}

function endOf(month: string): number {
  return Date.UTC(2026, Number(month.slice(5)), 1);
}
