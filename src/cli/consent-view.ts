// What commands about consent share: their options, what a stop ended, and the words for it.

import * as z from 'zod/mini';
import { type ConsentFlag, EVERYWHERE, parsePurposes, type Purpose, PURPOSES } from '../domain/consent.ts';
import { flagsFor } from '../domain/consent-change.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import type { ConsentWritten, DirectoryStore } from '../ports/store/directory.ts';
import { formatAmount } from '../values/money.ts';
import { flag, orNull, parsedText } from './options.ts';
import { personText } from './person.ts';
import type { Style } from './render.ts';
import { moneyText } from './shapes.ts';

/** One or more purposes, separated by commas or spaces. */
export const purposesText = parsedText(knownPurposes, (text) => {
  const { unknown } = parsePurposes(text);
  return {
    message: unknown === null ? 'no purpose' : `not a purpose: ${unknown}`,
    hint: `Purposes: ${PURPOSES.join(', ')}, separated by commas.`,
  };
});

function knownPurposes(text: string): readonly Purpose[] | undefined {
  const { purposes, unknown } = parsePurposes(text);
  return unknown === null && purposes.length > 0 ? purposes : undefined;
}

/** What a block takes, and its lifting. */
export const BlockOptions = z.object({
  phone: personText,
  reason: orNull(z.string()),
  by: z._default(z.enum(['customer', 'business'], { error: 'customer or business' }), 'business'),
  everywhere: flag,
  provider: flag,
});

/** The part of a document that tells what a stop ended. */
export const StopShape = {
  cancelled_messages: z.int(),
  released: z.array(z.object({ currency: z.string(), amount: moneyText })).check(z.describe('reservations that were given back')),
  in_flight: z.array(z.string()).check(z.describe('messages that had left already')),
} as const;

type Stop = {
  readonly cancelled_messages: number;
  readonly released: { currency: string; amount: string }[];
  readonly in_flight: string[];
};

/** What a stop ended. */
export function toStop({ cancelled, released, inFlight }: Pick<ConsentWritten, 'cancelled' | 'released' | 'inFlight'>): Stop {
  return {
    cancelled_messages: cancelled.length,
    released: released.map(({ currency, amount }) => ({ currency, amount: formatAmount(amount) })),
    in_flight: [...inFlight],
  };
}

/** The same for people. */
export function stopText(stop: Stop, style: Style): string {
  const released = stop.released.map(({ currency, amount }) => `, ${amount} ${currency} released`).join('');
  const inFlight = stop.in_flight.length === 0 ? '' : `\n${style.warn('Already on their way:')} ${stop.in_flight.join(', ')}`;
  return `queued messages cancelled: ${stop.cancelled_messages}${released}${inFlight}`;
}

/** The scope of an event, and how documents name it. */
export function scopeOf(sender: Sender, everywhere: boolean): { readonly scope: Sender['id'] | typeof EVERYWHERE; readonly name: string } {
  return everywhere ? { scope: EVERYWHERE, name: EVERYWHERE } : { scope: sender.id, name: sender.name };
}

/** The flags that count for the sender after an event, also after one for all senders. */
export async function flagsAfter(
  store: Pick<DirectoryStore, 'findContacts'>,
  { contactId }: Pick<ConsentWritten, 'contactId'>,
  sender: Sender,
): Promise<readonly ConsentFlag[]> {
  const [person] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]);
  return flagsFor(person?.flags ?? [], sender.id);
}
