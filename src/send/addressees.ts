// Who a recipient is, said in one way: the same person by id and by number must be the same recipient, or a repeated row would be sent twice.

import { DEFAULT_ACCOUNT } from '../domain/sender.ts';
import type { Addressee } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { ContactId } from '../values/id.ts';
import type { Recipient } from './recipients.ts';

/** Looks up those who are named by id; afterwards the answer gives everybody's number where there is one. */
export async function resolveAddressees(
  store: Pick<DirectoryStore, 'findContacts'>,
  recipients: readonly Recipient[],
): Promise<(recipient: Recipient) => Addressee> {
  const refs = recipients.flatMap(({ to }) => (to.contactId === null ? [] : [{ contactId: to.contactId }]));
  const byId = new Map<ContactId, Addressee>();
  for (const batch of slices(refs, BATCH_MAX)) {
    for (const found of await store.findContacts(DEFAULT_ACCOUNT, batch)) {
      if (found !== null && found.contact.phone !== null) byId.set(found.contact.id, { phone: found.contact.phone, contactId: null });
    }
  }
  return ({ to }) => (to.contactId === null ? to : (byId.get(to.contactId) ?? to));
}
