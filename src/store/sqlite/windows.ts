// Windows on SQLite: when a person last wrote to a sender, and what of it a double of the provider must know to name a price.

import type { Sender } from '../../domain/sender.ts';
import { isWindowOpen, type KeptWindows } from '../../domain/window.ts';
import type { Conversation } from '../../ports/transport.ts';
import { dayOf, type Instant, monthOf } from '../../values/time.ts';
import { freeUnitsIn } from './allowance.ts';
import type { Sqlite } from './database.ts';

/** What real providers know of themselves: a sender that has one is told nothing. */
const NOTHING_OPEN: Conversation = { windowOpen: false, freeEntryOpen: false, freeUnitsUsed: 0 };

/** The windows of a person with a sender of the sandbox, and its free units of the month where the message is free-form. */
export function conversationOf(
  sqlite: Sqlite,
  sender: Sender,
  { windows, freeForm, at }: { readonly windows: Windows; readonly freeForm: boolean; readonly at: Instant },
): Conversation {
  if (sender.transport !== 'sandbox') return NOTHING_OPEN;
  const { inboundAt, freeEntryUntil } = windows;
  const month = monthOf(dayOf(at, sender.timeZone));
  return {
    windowOpen: isWindowOpen(inboundAt, at),
    freeEntryOpen: freeEntryUntil !== null && at < freeEntryUntil,
    freeUnitsUsed: freeForm ? freeUnitsIn(sqlite, sender.id, month) : 0,
  };
}

/** What opens the windows of a person with a sender: when they last wrote to the sender, and until when a free entry point is open; null for never. */
export type Windows = Omit<KeptWindows, 'claimedAt'>;
