// What a fresh store begins with: an account, its sender and the price cards.

import type { DirectoryStore } from '../../ports/store/directory.ts';
import type { Sqlite } from './database.ts';
import type { PriceStore } from './prices.ts';
import type { SenderStore } from './senders.ts';

type FoundationParts = { readonly sqlite: Sqlite; readonly senders: SenderStore; readonly prices: PriceStore };

/** Founding, all or nothing. Of processes that found a store together the first to get the lock does it, and the others change nothing. */
export function createFoundation({ sqlite, senders, prices }: FoundationParts): Pick<DirectoryStore, 'found'> {
  return {
    found: async ({ sender, cards }) =>
      sqlite.write(() => {
        if (!senders.isEmpty()) return;
        senders.insert(sender);
        for (const card of cards) prices.insertCard(card);
      }),
  };
}
