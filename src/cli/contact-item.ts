// A person as commands show them: who they are, the standing of each purpose with one sender, and the block.

import * as z from 'zod/mini';
import { blockOf, type ConsentFlag, type ConsentScope, PURPOSES, type Standing, standingOf } from '../domain/consent.ts';
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

/** The JSON of a person. */
export const ContactItem = z.object({
  id: z.string(),
  phone: z.nullable(z.string()),
  user_id: z.nullable(z.string()).check(z.describe("the provider's id of a person whose number is hidden")),
  name: z.nullable(z.string()),
  language: z.nullable(z.string()),
  attributes: z.record(z.string(), z.string()),
  consent: ConsentShape,
  blocked: z.boolean(),
  blocked_since: z.nullable(instantTextOut),
  created_at: instantTextOut,
  updated_at: instantTextOut,
});

/** The columns of `ContactItem` in CSV. */
export const CONTACT_COLUMNS = Object.keys(ContactItem.shape).flatMap((name) =>
  name === 'consent' ? PURPOSES.map((purpose) => `consent.${purpose}`) : [name],
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
    consent: toConsent(own),
    blocked: block !== undefined,
    blocked_since: block === undefined ? null : formatInstant(block.at),
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
      ['blocked', item.blocked ? `since ${item.blocked_since ?? ''}` : 'no'],
      ['added', item.created_at],
    ],
    style,
  );
}
