// What a send may come to, and how much of it the messaging limit leaves room for now, counted while its dry run asks.

import { bidCap } from '../domain/bid.ts';
import * as z from 'zod/mini';
import { messagingLimitText, type Reach, roomOf } from '../domain/messaging-limit.ts';
import type { Sender } from '../domain/sender.ts';
import { createEstimateMeter } from '../domain/estimate.ts';
import { DELIVERY_TTL_MS, queueExpiry } from '../domain/message.ts';
import { createPriceBook } from '../domain/price-book.ts';
import type { Store } from '../ports/store.ts';
import type { Admission } from '../ports/store/admit.ts';
import { dayOf, formatInstant, type Instant } from '../values/time.ts';
import { chargedSoFar, toEstimate } from './estimate-view.ts';
import { instantTextOut } from './shapes.ts';

export type SendEstimate = {
  readonly count: (admission: Admission) => void;
  /** The estimate of what was counted; null for a send that was no dry run. */
  readonly end: () => Promise<Outlook | null>;
};

/** `messaging_limit` null: nothing limits the sender. */
export type Outlook = ReturnType<typeof toEstimate> & { readonly messaging_limit: HeldBack | null };

/** The JSON of what the messaging limit leaves room for; built when it is asked for, since most sends have none. A person who is named twice is counted twice. */
export const heldBackShape = () =>
  z.object({
    limit: z.int().check(z.describe('people in 24 hours')),
    reached: z.int().check(z.describe('people who count now')),
    newcomers: z.int().check(z.describe('messages to people who would count')),
    held_back: z.int().check(z.describe('those of them that wait for room')),
    room_at: z
      .nullable(instantTextOut)
      .check(z.describe('when the first of those that wait has room; null where none waits, or that depends on when the others go')),
  });

type HeldBack = z.output<ReturnType<typeof heldBackShape>>;

type Parts = { readonly store: Store; readonly sender: Sender; readonly at: Instant; readonly dryRun: boolean };

/** An estimate of nothing. It counts what would be admitted, and for a send that is none of it. */
export function startEstimate({ store, sender, at, dryRun }: Parts): SendEstimate {
  const meter = createEstimateMeter();
  let newcomers = 0;
  let lastDue = at;
  return {
    count: (admission) => {
      if (!dryRun || admission.kind !== 'admitted') return;
      const { market, category, template, price: reserved, isFreeNow, isNewcomer, dueAt } = admission.message;
      if (isNewcomer) newcomers += 1;
      if (dueAt !== null && dueAt > lastDue) lastDue = dueAt;
      meter.add({ market, category, units: 1, reserved, cap: bidCap(template, sender.currency), isFreeNow });
    },
    end: async () => {
      if (!dryRun) return null;
      const { currency, timeZone } = sender;
      const [from, to] = [dayOf(at, timeZone), dayOf(queueExpiry(lastDue, DELIVERY_TTL_MS), timeZone)];
      const cards = (await store.listPriceCards({ currency })).map(({ card }) => card);
      const charged = await chargedSoFar(store, currency, from);
      return {
        ...toEstimate(meter.groups(), { book: createPriceBook(cards), currency, from, to, charged }),
        messaging_limit: sender.whatsapp === null ? null : heldBack(await store.reach(sender.accountId, at), newcomers),
      };
    },
  };
}

// Where there is room for some, those who take it free it again a day after they were sent, and nobody knows yet when that is.
function heldBack(reach: Reach, newcomers: number): Outlook['messaging_limit'] {
  const { limit, reached, roomAt } = reach;
  if (typeof limit !== 'number') return null;
  const held = Math.max(0, newcomers - roomOf(reach));
  return { limit, reached, newcomers, held_back: held, room_at: held === 0 || roomAt === null ? null : formatInstant(roomAt) };
}

/** The same in a sentence, where anything waits. */
export function heldBackText(told: Outlook['messaging_limit'] | undefined): string | null {
  if (told === null || told === undefined || told.held_back === 0) return null;
  const when = told.room_at === null ? 'until a day after others were sent' : `until ${told.room_at} at the earliest`;
  return `The messaging limit of the business is ${messagingLimitText(told.limit)}, and ${told.reached} count now: ${told.held_back} of these would wait ${when}.`;
}
