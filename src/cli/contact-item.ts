// A person as commands show them: who they are, the standing of each purpose with one sender, and the block.

import * as z from 'zod/mini';
import {
  blockOf,
  type ConsentFlag,
  type ConsentScope,
  isStoppedByMessenger,
  PURPOSES,
  type Standing,
  standingOf,
} from '../domain/consent.ts';
import { flagsFor } from '../domain/consent-change.ts';
import type { ContactWithFlags } from '../domain/contact.ts';
import { formatInstant } from '../values/time.ts';
import { fields, type Style } from './render.ts';
import { instantTextOut } from './shapes.ts';

const standing = z.enum(['opted_in', 'opted_out', 'no_consent']);

/** The standing of every purpose. */
export const ConsentShape = z
  .object({ marketing: standing, utility: standing, authentication: standing, service: standing, ads: standing })
  .check(z.describe('with the sender of the command; an event for all senders counts too'));

const PersonConsent = z.extend(ConsentShape, {
  messenger: z.enum(['open', 'stopped']).check(z.describe("the person's own switch for marketing in the messenger; no opt-in lifts it")),
});

/** The JSON of a person. */
export const ContactItem = z.object({
  id: z.string(),
  phone: z.nullable(z.string()),
  user_id: z.nullable(z.string()).check(z.describe("the provider's id of a person whose number is hidden")),
  name: z.nullable(z.string()),
  language: z.nullable(z.string()),
  attributes: z.record(z.string(), z.string()),
  consent: PersonConsent,
  blocked: z.boolean(),
  blocked_since: z.nullable(instantTextOut),
  undeliverable_at: z.nullable(instantTextOut).check(z.describe('since when the provider cannot reach them')),
  undeliverable_reason: z.nullable(z.string()),
  created_at: instantTextOut,
  updated_at: instantTextOut,
});

/** The columns of `ContactItem` in CSV. */
export const CONTACT_COLUMNS = Object.keys(ContactItem.shape).flatMap((name) =>
  name === 'consent' ? Object.keys(PersonConsent.shape).map((part) => `consent.${part}`) : [name],
);

/** The fields of a person, as one sender sees them. */
export function toContactItem({ contact, flags }: ContactWithFlags, scope: ConsentScope): z.output<typeof ContactItem> {
  const own = flagsFor(flags, scope);
  const block = blockOf(own);
  return {
    id: contact.id,
    phone: contact.phone,
    user_id: contact.userId,
    name: contact.name,
    language: contact.language,
    attributes: { ...contact.attributes },
    consent: { ...toConsent(own), messenger: isStoppedByMessenger(own) ? 'stopped' : 'open' },
    blocked: block !== undefined,
    blocked_since: block === undefined ? null : formatInstant(block.at),
    undeliverable_at: contact.undeliverableAt === null ? null : formatInstant(contact.undeliverableAt),
    undeliverable_reason: contact.undeliverableReason,
    created_at: formatInstant(contact.createdAt),
    updated_at: formatInstant(contact.updatedAt),
  };
}

/** The standing of every purpose, from the flags that count for a sender. */
export function toConsent(flags: readonly ConsentFlag[]): z.output<typeof ConsentShape> {
  return {
    marketing: standingOf(flags, 'marketing'),
    utility: standingOf(flags, 'utility'),
    authentication: standingOf(flags, 'authentication'),
    service: standingOf(flags, 'service'),
    ads: standingOf(flags, 'ads'),
  };
}

/** The purposes of one standing, in words; `-` for none. */
export function purposesOf(consent: z.output<typeof ConsentShape>, wanted: Standing): string {
  return PURPOSES.filter((purpose) => consent[purpose] === wanted).join(' ') || '-';
}

/** A person for people. */
export function contactText(item: z.output<typeof ContactItem>, style: Style): string {
  const attributes = Object.entries(item.attributes).map(([key, value]) => `${key}=${value}`);
  return fields(
    [
      ['contact', item.id],
      ['phone', item.phone],
      ['user id', item.user_id],
      ['name', item.name],
      ['language', item.language],
      ['attributes', attributes.length === 0 ? null : attributes.join(', ')],
      ['opted in', purposesOf(item.consent, 'opted_in')],
      ['opted out', purposesOf(item.consent, 'opted_out')],
      ['messenger', item.consent.messenger === 'stopped' ? 'marketing switched off by the person' : null],
      ['blocked', item.blocked ? `since ${item.blocked_since ?? ''}` : 'no'],
      ['unreachable', undeliverableText(item)],
      ['added', item.created_at],
    ],
    style,
  );
}

function undeliverableText({ undeliverable_at: since, undeliverable_reason: reason }: z.output<typeof ContactItem>): string | null {
  if (since === null) return null;
  return `since ${since}${reason === null ? '' : `: ${reason}`}`;
}
