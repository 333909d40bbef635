// A sender: a business identity on a channel. Money never crosses senders; its zone and currency are fixed.

import type { AccountId, SenderId } from '../values/id.ts';
import type { Currency } from '../values/money.ts';
import type { Instant, TimeZone } from '../values/time.ts';

/** The channels that this version can send through. */
export const TRANSPORT_NAMES = ['sandbox'] as const;
export type TransportName = (typeof TRANSPORT_NAMES)[number];

export type Sender = {
  readonly id: SenderId;
  readonly accountId: AccountId;
  readonly name: string;
  readonly transport: TransportName;
  readonly currency: Currency;
  /** The billing zone: a charge lies in the day and month that its event has here. */
  readonly timeZone: TimeZone;
  readonly isDefault: boolean;
  readonly createdAt: Instant;
};

/** The account and the sender that a fresh store has, so that the first send needs no set-up. */
export const DEFAULT_ACCOUNT = 'default' as AccountId;
export const SANDBOX_SENDER = 'sandbox';

/** True for a name that can stand in a command line and a file name: letters, digits, `-`, `_`, `.`; at most 64. */
export function isSenderName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}
