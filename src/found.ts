// What a fresh store begins with: the sandbox sender, the built-in price cards of its currency, the template that every new account of the provider
// has, and the store's key. So the first message needs no set-up.

import { builtinPriceCards } from './catalog/price-cards.ts';
import { helloWorld } from './catalog/sample-templates.ts';
import type { Config } from './config.ts';
import { canonicalCard } from './domain/price-card.ts';
import { DEFAULT_ACCOUNT, SANDBOX_SENDER } from './domain/sender.ts';
import { canonicalTemplate } from './domain/template.ts';
import { toTemplate } from './domain/template-parameters.ts';
import { parseTemplate } from './domain/template-parse.ts';
import type { DirectoryStore } from './ports/store/directory.ts';
import { keyCheckOf, makeStoreKey, type RandomBytes, readStoreKey } from './store/key.ts';
import type { IdSource } from './values/id.ts';
import type { Currency } from './values/money.ts';
import { type Instant, UTC } from './values/time.ts';

type Founding = {
  /** An empty one. */
  readonly store: DirectoryStore;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Instant;
  readonly ids: IdSource;
  readonly secretBytes: RandomBytes;
  readonly digest: (text: string) => string;
};

/**
 * Founds an empty store; of processes that found it together, all but one change nothing. The key comes first: a crash in between leaves an empty store with
 * a key, which the next process founds.
 */
export async function foundStore({ store, config, env, now, ids, secretBytes, digest }: Founding): Promise<void> {
  makeStoreKey(config.db, env, secretBytes);
  const currency = 'USD' as Currency;
  const senderId = ids.short<'sender'>();
  const content = parseTemplate(helloWorld());
  await store.found({
    keyCheck: keyCheckOf(readStoreKey(config.db, env)),
    sender: {
      id: senderId,
      accountId: DEFAULT_ACCOUNT,
      name: SANDBOX_SENDER,
      transport: 'sandbox',
      currency,
      timeZone: UTC,
      isDefault: true,
      createdAt: now,
      whatsapp: null,
    },
    cards: builtinPriceCards(currency).map(({ card, source }) => ({
      id: ids.short(),
      card,
      source,
      digest: digest(canonicalCard(card)),
      addedAt: now,
    })),
    template: toTemplate(content, { id: ids.short(), senderId, contentHash: digest(canonicalTemplate(content)), addedAt: now }),
  });
}
