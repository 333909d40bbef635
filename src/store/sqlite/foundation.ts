// What a fresh store begins with: an account, its sender, the price cards and a template.

import type { DirectoryStore } from '../../ports/store/directory.ts';
import type { Sqlite } from './database.ts';
import type { PriceStore } from './prices.ts';
import type { SenderStore } from './senders.ts';
import type { TemplateStore } from './templates.ts';

type FoundationParts = {
  readonly sqlite: Sqlite;
  readonly senders: SenderStore;
  readonly prices: PriceStore;
  readonly templates: TemplateStore;
};

const PUT_KEY_CHECK = /* sql */ `
  UPDATE account SET key_check = ?
  WHERE id = ?`;

const KEY_CHECK = /* sql */ `
  SELECT key_check FROM account
  WHERE key_check IS NOT NULL`;

/** Founding, all or nothing. Of processes that found a store together the first to get the lock does it, and the others change nothing. */
export function createFoundation({ sqlite, senders, prices, templates }: FoundationParts): Pick<DirectoryStore, 'found' | 'keyCheck'> {
  return {
    found: async ({ keyCheck, sender, cards, template }) =>
      sqlite.write(() => {
        if (!senders.isEmpty()) return;
        senders.insert(sender);
        sqlite.prepare(PUT_KEY_CHECK).run(keyCheck, sender.accountId);
        for (const card of cards) prices.insertCard(card);
        if (template !== undefined) templates.put(template);
      }),
    keyCheck: async () => sqlite.query(() => (sqlite.prepare(KEY_CHECK).pluck().get() as string | undefined) ?? null),
  };
}
