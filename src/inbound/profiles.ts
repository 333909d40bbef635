// Who the people of one webhook are: its `contacts`, found by number or user id.

import { type JsonObject, listOf, objectOf, phoneOf, textOf, userIdOf } from './fields.ts';
import { shorten } from '../values/text.ts';
import type { InboundPerson } from '../domain/inbound.ts';

type Profile = Omit<InboundPerson, 'newId'>;

export type Profiles = {
  /** What is known of a person by either name, from the webhook's own words and its contacts. */
  readonly known: (waId: unknown, userId: unknown) => Profile;
};

const NAME_LENGTH_MAX = 256;

/** Reads the contacts of one value. What is not understood in them is as if it were not there. */
export function readProfiles(value: JsonObject): Profiles {
  const contacts = listOf(value['contacts']) ?? [];
  const byNumber = new Map<unknown, JsonObject>();
  const byUser = new Map<unknown, JsonObject>();
  for (const entry of contacts) {
    const contact = objectOf(entry);
    if (contact === undefined) continue;
    if (typeof contact['wa_id'] === 'string') byNumber.set(contact['wa_id'], contact);
    if (typeof contact['user_id'] === 'string') byUser.set(contact['user_id'], contact);
  }
  return {
    known: (waId, userId) => {
      const contact = byNumber.get(waId) ?? byUser.get(userId);
      return {
        phone: phoneOf(waId) ?? phoneOf(contact?.['wa_id']),
        userId: userIdOf(userId) ?? userIdOf(contact?.['user_id']),
        name: nameOf(contact),
      };
    },
  };
}

function nameOf(contact: JsonObject | undefined): string | null {
  const name = textOf(objectOf(contact?.['profile'])?.['name'])?.trim();
  return name === undefined || name === '' ? null : shorten(name, NAME_LENGTH_MAX);
}
