// Why what is left waits for so long, where that is the messaging limit of the business.

import { messagingLimitText } from '../domain/messaging-limit.ts';
import type { Sender } from '../domain/sender.ts';
import type { ReachStore } from '../ports/store/reach.ts';
import { formatInstant, type Instant } from '../values/time.ts';

type Left = { readonly sender: Sender; readonly at: Instant; readonly nextDueAt: Instant | null };

/** A sentence where something is left and nobody new can be messaged now; else none. */
export async function limitHint(store: Pick<ReachStore, 'reach'>, { sender, at, nextDueAt }: Left): Promise<readonly string[]> {
  if (nextDueAt === null || sender.whatsapp === null) return [];
  const { limit, roomAt } = await store.reach(sender.accountId, at);
  if (roomAt === null) return [];
  return [
    `The messaging limit of the business, ${messagingLimitText(limit)}, is reached: nobody new is messaged before ${formatInstant(roomAt)}.`,
  ];
}
