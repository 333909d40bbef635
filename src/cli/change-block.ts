// A block and its lifting, which are one change: recorded here first, then passed on to the provider where that is wished.

import type * as z from 'zod/mini';
import type { App } from '../app.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import type { Store } from '../ports/store.ts';
import type { ConsentWritten } from '../ports/store/directory.ts';
import { recordConsent } from '../send/record-consent.ts';
import { type BlockOptions, scopeOf } from './consent-view.ts';
import { currentSender } from './current-sender.ts';
import { blockAtProvider, NOT_ASKED, type ProviderBlock } from './provider-block.ts';

export type ChangedBlock = {
  readonly store: Store;
  readonly sender: Sender;
  /** Those that the change is for. */
  readonly senders: readonly Sender[];
  /** How documents name the senders that the change is for. */
  readonly scopeName: string;
  readonly written: ConsentWritten;
  readonly atProvider: ProviderBlock;
};

/** Records the change. What the provider answers changes nothing of it. */
export async function changeBlock(app: App, kind: 'block' | 'unblock', options: z.output<typeof BlockOptions>): Promise<ChangedBlock> {
  const { phone: who, reason: evidence, by, everywhere, provider: wasAsked } = options;
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const { scope, name: scopeName } = scopeOf(sender, everywhere);
  const event = { who, scope, subjects: ['block'], kind, at: null, by, source: 'command', evidence } as const;
  const written = await recordConsent(app, store, event);
  const senders = everywhere ? await store.listSenders(DEFAULT_ACCOUNT) : [sender];
  const change = { senders, contactId: written.contactId, blocked: kind === 'block' };
  const atProvider = wasAsked ? await blockAtProvider(app, store, change) : NOT_ASKED;
  return { store, sender, senders, scopeName, written, atProvider };
}
