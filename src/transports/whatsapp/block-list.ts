// The provider's own block list: who is on it cannot be written to by this number. One answer for each person, also where only some of them failed.

import type { ContactRef } from '../../ports/store/directory.ts';
import { type Api, toAppError } from './api.ts';
import { isFields, safeWords, toGraphError } from './graph-error.ts';

type Document = Readonly<Record<string, unknown>>;
export type BlockListHost = { readonly api: Api; readonly phoneNumberId: string; readonly token: string };

/** People a request; the provider names no limit. */
const PEOPLE_MAX = 100;

/** Some of them failed; the answer says who. */
const PARTLY_FAILED = 139100;

/** Puts people on the list or takes them off; null where it worked, else the reason. A person of whom we have only our own id cannot be named there. */
export async function setBlocked(
  host: BlockListHost,
  people: readonly ContactRef[],
  blocked: boolean,
): Promise<readonly (string | null)[]> {
  const names = people.map((person) => ('phone' in person ? person.phone : 'userId' in person ? person.userId : null));
  const results = new Map<string, string | null>();
  const known = [...new Set(names.filter((name) => name !== null))];
  for (let from = 0; from < known.length; from += PEOPLE_MAX)
    await change(host, known.slice(from, from + PEOPLE_MAX), { blocked, results });
  return names.map((name) => (name === null ? 'the provider knows no such person' : (results.get(name) ?? null)));
}

type Change = { readonly blocked: boolean; readonly results: Map<string, string | null> };

async function change({ api, phoneNumberId, token }: BlockListHost, users: readonly string[], { blocked, results }: Change): Promise<void> {
  const { document, error } = await api.ask({
    method: blocked ? 'POST' : 'DELETE',
    path: [phoneNumberId, 'block_users'],
    body: { messaging_product: 'whatsapp', block_users: users.map((user) => ({ user })) },
  });
  if (error !== null && error.code !== PARTLY_FAILED) throw toAppError(error);
  const failed = failuresOf(document, token);
  for (const user of users) results.set(user, failed.get(digitsOf(user)) ?? null);
  // Nobody is named, so nobody is known to have worked.
  if (error !== null && failed.size === 0) for (const user of users) results.set(user, error.words);
}

function failuresOf(document: Document, token: string): ReadonlyMap<string, string> {
  const list = isFields(document['block_users']) ? document['block_users'] : document;
  const failed: readonly unknown[] = Array.isArray(list['failed_users']) ? list['failed_users'] : [];
  return new Map(
    failed.filter(isFields).map(({ input, user_id: userId, errors }) => {
      const [first]: readonly unknown[] = Array.isArray(errors) ? errors : [];
      const words = isFields(first) ? (toGraphError(first, token)?.words ?? '') : '';
      const name = typeof input === 'string' ? input : typeof userId === 'string' ? userId : '';
      return [digitsOf(name), words === '' ? safeWords('the provider refused', token) : words];
    }),
  );
}

// It may give a number back without its `+`.
function digitsOf(name: string): string {
  return name.replace(/^\+/, '');
}
