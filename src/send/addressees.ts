// Who a recipient is, said in one way: the same person by id and by number must be the same recipient, or a repeated row would be sent twice.

import { isUserId } from '../domain/contact.ts';
import { DEFAULT_ACCOUNT } from '../domain/sender.ts';
import type { Addressee } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import { parseSortableId } from '../values/id.ts';
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

/** Looks up those who are not named by number; afterwards the answer gives everybody's number where there is one, else the contact. */
export async function resolveAddressees(
  store: Pick<DirectoryStore, 'findContacts'>,
  recipients: readonly Recipient[],
): Promise<(recipient: Recipient) => Addressee> {
  const refs = recipients.flatMap(({ to }) => ('phone' in to ? [] : [to]));
  const known = new Map<string, Addressee>();
  for (const batch of slices(refs, BATCH_MAX)) {
    for (const [index, found] of (await store.findContacts(DEFAULT_ACCOUNT, batch)).entries()) {
      const ref = batch[index];
      if (found === null || ref === undefined) continue;
      const { id, phone } = found.contact;
      known.set(addresseeText(ref), phone === null ? { contactId: id } : { phone });
    }
  }
  return ({ to }) => ('phone' in to ? to : (known.get(addresseeText(to)) ?? to));
}
