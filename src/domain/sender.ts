// A sender: a business identity on a channel. Money never crosses senders; its zone and currency are fixed.

import type { AccountId, SenderId } from '../values/id.ts';
import type { Currency } from '../values/money.ts';
import type { Instant, TimeZone } from '../values/time.ts';
import { type AuthInternational, type InternationalFrom, startsByMarket } from './auth-international.ts';
import type { MarketMap } from './market.ts';

/** The channels that this version can send through. */
export const TRANSPORT_NAMES = ['sandbox', 'whatsapp'] as const;
export type TransportName = (typeof TRANSPORT_NAMES)[number];

/** Where a secret is found when it is needed. A store holds this name, never the secret. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** How a sender reaches the WhatsApp Cloud API. */
export type WhatsappSettings = {
  readonly phoneNumberId: string;
  readonly wabaId: string;
  readonly token: SecretSource;
  /** Signs webhooks; without it none is accepted. */
  readonly appSecret: SecretSource | null;
  /** What the provider is told to send when it verifies the webhook's address. */
  readonly verifyToken: SecretSource | null;
  /** Without a slash at its end: `https://graph.facebook.com`. */
  readonly apiBase: string;
  /** `v26.0`; null for requests without a version. */
  readonly apiVersion: string | null;
  /** Messages a second that the number may send: 80, 20 or 1,000 (the provider's throughput page). */
  readonly ratePerSecond: number;
  /** Answer a stop word with one confirmation, which costs what a free-form message costs. */
  readonly confirmsStops: boolean;
  /** From when authentication messages are charged at the international rate; null where they are not. The provider tells it, so that a store keeps it by itself. */
  readonly authInternational: AuthInternational | null;
};

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
  /** Null for the sandbox. */
  readonly whatsapp: WhatsappSettings | null;
};

/** The account and the sender that a fresh store has, so that the first send needs no set-up. */
export const DEFAULT_ACCOUNT = 'default' as AccountId;
export const SANDBOX_SENDER = 'sandbox';

/** From when authentication messages of the sender to a market cost the international rate. */
export function internationalFrom({ whatsapp }: Pick<Sender, 'whatsapp'>, markets: MarketMap): InternationalFrom {
  return startsByMarket(whatsapp?.authInternational ?? null, markets);
}

/** True for a name that can stand in a command line and a file name: letters, digits, `-`, `_`, `.`; at most 64. */
export function isSenderName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}
