// How commands name one person: by number, by the provider's user id, or by our id.

import type { App } from '../app.ts';
import { type ContactWithFlags, isUserId } from '../domain/contact.ts';
import { DEFAULT_ACCOUNT } from '../domain/sender.ts';
import { type AppError, fail } from '../errors.ts';
import type { ContactRef } from '../ports/store/directory.ts';
import type { Store } from '../ports/store.ts';
import { parseSortableId } from '../values/id.ts';
import { parsePhone } from '../values/phone.ts';
import { parsedText } from './options.ts';

/** The argument of a command about one person, as its help has it. */
export const PERSON_ARGUMENT = ['<phone>', 'the number, +4915112345678; or the id or user id of a contact'] as const;

/** A number, a user id or the id of a contact. */
export const personText = parsedText(parsePerson, () => ({
  message: 'not an international phone number, nor an id',
  code: 'invalid_phone',
  hint: 'Write a number with + and the country code.',
}));

function parsePerson(text: string): ContactRef | undefined {
  const phone = parsePhone(text);
  if (phone !== undefined) return { phone };
  const contactId = parseSortableId<'contact'>(text);
  if (contactId !== undefined) return { contactId };
  return isUserId(text) ? { userId: text } : undefined;
}

/** The person, for reading. Throws `unknown_contact`, also where there is no store. */
export async function findPerson(
  app: Pick<App, 'reader'>,
  who: ContactRef,
): Promise<{ readonly store: Store; readonly person: ContactWithFlags }> {
  const store = await app.reader();
  const [person] = store === null ? [] : await store.findContacts(DEFAULT_ACCOUNT, [who]);
  if (store === null || person === undefined || person === null) throw unknownContact(who);
  return { store, person };
}

/** Refuses an id that no contact has, before a store is made for it: a number may be new, such an id is mistyped. Throws `unknown_contact`. */
export async function refuseUnknownId(app: Pick<App, 'reader'>, who: ContactRef): Promise<void> {
  if ('contactId' in who) await findPerson(app, who);
}

function unknownContact(who: ContactRef): AppError {
  const name = 'phone' in who ? who.phone : 'userId' in who ? who.userId : who.contactId;
  return fail('unknown_contact', {
    message: `The store has no contact ${name}.`,
    hint: 'Add one with tollbell contact add, or see tollbell contact list.',
  });
}
