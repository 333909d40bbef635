// A contact: a person with a phone number, a provider's user id, or both.

import type { AccountId, ContactId } from '../values/id.ts';
import type { Phone } from '../values/phone.ts';
import type { Instant } from '../values/time.ts';
import type { ConsentFlag } from './consent.ts';

export type Contact = {
  readonly id: ContactId;
  readonly accountId: AccountId;
  readonly phone: Phone | null;
  /** The provider's id of a person whose number is hidden: `DE.9f3kQ2`. */
  readonly userId: string | null;
  readonly name: string | null;
  readonly language: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Since when the provider cannot reach this person, and why it says so; null while it can, as far as is known. */
  readonly undeliverableAt: Instant | null;
  readonly undeliverableReason: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** A contact with its flags in every scope; `flagsFor` picks those that count for one sender. */
export type ContactWithFlags = { readonly contact: Contact; readonly flags: readonly ConsentFlag[] };

const USER_ID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** True for the provider's form of a user id: a country, a dot, at most 128 letters and digits. */
export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

/** The attribute that says in which zone a person lives, as an IANA name: quiet hours go by it. */
export const TIME_ZONE_ATTRIBUTE = 'time_zone';

/** True for a name that an attribute can have: letters, digits, `_`, `.`, `-`; at most 64. */
export function isAttributeKey(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(text);
}
