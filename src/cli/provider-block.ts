// Blocks on the provider's own list, beside the one in the store. What the provider answers changes nothing of that one.

import type { App } from '../app.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import { AppError, exitCodeOf } from '../errors.ts';
import type { ContactRef } from '../ports/store/directory.ts';
import type { Store } from '../ports/store.ts';
import type { ContactId } from '../values/id.ts';
import { printable } from '../values/text.ts';
import type { Style } from './render.ts';

/** What the provider answered, for documents: `blocked`, `unblocked`, `refused: …`; null where there is no list, or it was not asked. */
export type ProviderBlock = { readonly answer: string | null; readonly exitCode: number };

/** The provider was not asked. */
export const NOT_ASKED: ProviderBlock = { answer: null, exitCode: 0 };

type BlockHost = Pick<App, 'provider'>;

/**
 * Puts the person on the list of these senders' numbers, or takes them off it. A refusal is an answer, not an error: the provider takes only people who wrote
 * in the last 24 hours (131047).
 */
export async function blockAtProvider(
  app: BlockHost,
  store: Pick<Store, 'findContacts'>,
  change: { readonly senders: readonly Sender[]; readonly contactId: ContactId; readonly blocked: boolean },
): Promise<ProviderBlock> {
  const { senders, contactId, blocked } = change;
  const person = await nameOf(store, contactId);
  const refusals: { readonly text: string; readonly exitCode: number }[] = [];
  let asked = 0;
  for (const sender of senders) {
    const refusal = await blockOne(app, { sender, person, blocked });
    if (refusal === undefined) continue;
    asked += 1;
    if (refusal !== null) refusals.push({ ...refusal, text: senders.length === 1 ? refusal.text : `${sender.name}: ${refusal.text}` });
  }
  if (refusals.length > 0) {
    const text = refusals.map((refusal) => refusal.text).join('; ');
    return { answer: `refused: ${printable(text)}`, exitCode: refusals[0]?.exitCode ?? 5 };
  }
  return asked === 0 ? NOT_ASKED : { answer: blocked ? 'blocked' : 'unblocked', exitCode: 0 };
}

/** The answer for people; empty where the provider was not to be asked. */
export function providerBlockText(
  { answer, exitCode }: ProviderBlock,
  { wasAsked, style }: { readonly wasAsked: boolean; readonly style: Style },
): string {
  if (!wasAsked) return '';
  if (answer === null) return '\nThe sandbox has no block list of its own.';
  if (exitCode === 0) return `\nAt the provider: ${style.good(answer)}`;
  const rule = exitCode === 5 ? ' The provider blocks only people who wrote in the last 24 hours.' : '';
  return `\nAt the provider: ${style.warn(answer)}\n${style.dim(`Here it holds all the same.${rule}`)}`;
}

type Wish = { readonly sender: Sender; readonly person: ContactRef | null; readonly blocked: boolean };
type Refusal = { readonly text: string; readonly exitCode: number };

// Undefined: there is no list. Null: done.
async function blockOne(app: BlockHost, { sender, person, blocked }: Wish): Promise<Refusal | null | undefined> {
  try {
    const provider = await app.provider(sender);
    if (provider === null) return undefined;
    if (person === null) return { text: 'nothing by which the provider knows this person', exitCode: 5 };
    const [refusal = null] = await provider.setBlocked([person], blocked);
    return refusal === null ? null : { text: refusal, exitCode: 5 };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'bug') throw error;
    return { text: error.message, exitCode: exitCodeOf(error.code) };
  }
}

// The number first: the provider knows most people by it.
async function nameOf(store: Pick<Store, 'findContacts'>, contactId: ContactId): Promise<ContactRef | null> {
  const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]);
  const { phone = null, userId = null } = found?.contact ?? {};
  if (phone !== null) return { phone };
  return userId === null ? null : { userId };
}
