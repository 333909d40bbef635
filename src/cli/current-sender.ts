// Which sender a command acts for: the one that was named, or the account's default.

import type { Config } from '../config.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import { fail } from '../errors.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';

/** Finds the sender. Throws `unknown_sender` with the names that there are. */
export async function currentSender(store: Pick<DirectoryStore, 'listSenders'>, config: Pick<Config, 'sender'>): Promise<Sender> {
  const senders = await store.listSenders(DEFAULT_ACCOUNT);
  const sender = config.sender === null ? senders.find(({ isDefault }) => isDefault) : senders.find(({ name }) => name === config.sender);
  if (sender !== undefined) return sender;
  throw fail('unknown_sender', {
    message: config.sender === null ? 'The store has no default sender.' : `There is no sender '${config.sender}'.`,
    hint: `Senders: ${senders.map(({ name }) => name).join(', ') || 'none'}. Add one with tollbell sender add.`,
  });
}
