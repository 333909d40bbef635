// Who a recipient is, said in one way: the same person by id and by number must be the same recipient, or a repeated row would be sent twice.

import { isUserId } from '../domain/contact.ts';
import { DEFAULT_ACCOUNT } from '../domain/sender.ts';
import type { Addressee } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import { type ContactId, parseSortableId } from '../values/id.ts';
import { parsePhone } from '../values/phone.ts';
import type { Recipient } from './recipients.ts';

/** Reads a number, the id of a contact, or a user id of the provider; undefined for anything else. */
export function parseAddressee(text: string): Addressee | undefined {
  const phone = parsePhone(text);
  if (phone !== undefined) return { phone };
  const contactId = parseSortableId<'contact'>(text);
  if (contactId !== undefined) return { contactId };
  return isUserId(text) ? { userId: text } : undefined;
}

/** What names the person, as it is written. */
export function addresseeText(to: Addressee): string {
  if ('phone' in to) return to.phone;
  return 'userId' in to ? to.userId : to.contactId;
}

/** Whom a recipient names. `formerly`: how the same person was or may have been named before a number became known or was changed, the id of today first. */
export type Named = { readonly to: Addressee; readonly formerly: readonly ContactId[] };

/**
 * Looks up those who are not named by number; afterwards the answer gives everybody's number where there is one, else the contact. Of who is named by number
 * nothing more is asked: a number in a file is the same one on the next run.
 */
export async function resolveAddressees(
  store: Pick<DirectoryStore, 'findContacts' | 'formerContacts'>,
  recipients: readonly Recipient[],
): Promise<(recipient: Recipient) => Named> {
  const refs = recipients.flatMap(({ to }) => ('phone' in to ? [] : [to]));
  const known = new Map<string, Named>();
  for (const batch of slices(refs, BATCH_MAX)) {
    const contacts = await store.findContacts(DEFAULT_ACCOUNT, batch);
    const formers = await store.formerContacts(contacts.flatMap((found) => (found === null ? [] : [found.contact.id])));
    for (const [index, found] of contacts.entries()) {
      const ref = batch[index];
      if (found === null || ref === undefined) continue;
      const { id, phone } = found.contact;
      const to = phone === null ? { contactId: id } : { phone };
      known.set(addresseeText(ref), { to, formerly: [...(phone === null ? [] : [id]), ...(formers.get(id) ?? [])] });
    }
  }
  return ({ to }) => ('phone' in to ? undefined : known.get(addresseeText(to))) ?? { to, formerly: [] };
}
