// Bringing a sender's templates to the state in which the provider has them: a page at a time, then what the provider has no more.

import type { Sender } from '../domain/sender.ts';
import { canonicalTemplate, type Template } from '../domain/template.ts';
import { readsAlike } from '../domain/template-likeness.ts';
import { toTemplate } from '../domain/template-parameters.ts';
import { livesAlike } from '../domain/template-ttl.ts';
import type { Clock } from '../ports/host.ts';
import type { Provider, ProviderTemplate, UnreadableTemplate } from '../ports/provider.ts';
import type { Store } from '../ports/store.ts';
import type { TemplateChange } from '../ports/store/templates.ts';
import type { IdSource } from '../values/id.ts';
import { keyOf, type TakenOver, takeOver } from './take-over-templates.ts';

export type SyncHost = {
  readonly store: Pick<Store, 'listTemplates' | 'changeTemplates' | 'findMessages'>;
  readonly provider: Pick<Provider, 'listTemplates'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: IdSource;
  readonly digest: (text: string) => string;
};

export type TemplateSync = {
  readonly takenOver: readonly TakenOver[];
  /** Those that the provider has no more; they are disabled now. */
  readonly missing: readonly TakenOver[];
  /** Those that this version cannot read, and so cannot send. */
  readonly unreadable: readonly Unreadable[];
};

/** `taken` is what became of the version in the store: it is disabled, since the provider has something else under its name. Null where there was none. */
export type Unreadable = { readonly item: UnreadableTemplate; readonly taken: TakenOver | null };

/**
 * Takes over all templates of the account. What was taken over before an error stays. Throws what the provider's office throws. Running it twice changes
 * nothing the second time.
 */
export async function syncTemplates(host: SyncHost, sender: Sender): Promise<TemplateSync> {
  const { store, provider, clock } = host;
  const known = new Map((await store.listTemplates({ senderId: sender.id, name: null })).map((template) => [keyOf(template), template]));
  const takenOver: TakenOver[] = [];
  const unreadable = new Map<string, Unreadable>();
  const seen = new Set<string>();
  for await (const page of provider.listTemplates()) {
    const changes: TemplateChange[] = [];
    const hidden: UnreadableTemplate[] = [];
    for (const item of page) {
      const key = keyOf(item.content ?? item);
      if (item.content === null) hidden.push(item);
      else if (!seen.has(key)) changes.push(toChange(host, { sender, item, known: known.get(key) }));
      seen.add(key); // pages shift while they are read, and may show one template twice
    }
    takenOver.push(...(await takeOver(store, { sender, changes, at: clock.now() })));
    for (const item of hidden) {
      if (!unreadable.has(item.providerId))
        unreadable.set(item.providerId, await hide(host, { sender, item, known: known.get(keyOf(item)) }));
    }
  }
  const gone = [...known.values()].filter((template) => !seen.has(keyOf(template)) && wasThere(template));
  const changes = gone.map((template) => toDisabled(host, template));
  return { takenOver, missing: await takeOver(store, { sender, changes, at: clock.now() }), unreadable: [...unreadable.values()] };
}

type Listed = { readonly sender: Sender; readonly item: ProviderTemplate; readonly known: Template | undefined };

// The provider gives a template back with fields of its own; where it reads alike, the content that we have stays, and so does what is queued with it.
function toChange({ ids, digest, clock }: SyncHost, { sender, item, known }: Listed): TemplateChange {
  const { providerId, content: theirs, status, quality } = item;
  const components = known !== undefined && readsAlike(known, theirs) ? known.components : theirs.components;
  const ttlSeconds = known !== undefined && livesAlike(known, theirs) ? known.ttlSeconds : theirs.ttlSeconds;
  const content = { ...theirs, components, ttlSeconds, status };
  const identity = {
    id: ids.short<'template'>(),
    senderId: sender.id,
    contentHash: digest(canonicalTemplate(content)),
    addedAt: clock.now(),
  };
  const whole = toTemplate(content, { ...identity, providerId, quality });
  return { id: whole.id, name: whole.name, language: whole.language, whole, providerId, quality };
}

type Hidden = { readonly sender: Sender; readonly item: UnreadableTemplate; readonly known: Template | undefined };

// What it reads like there nobody here knows, so that nothing is sent by that name until it can be read again, or another one is handed in.
async function hide(host: SyncHost, { sender, item, known }: Hidden): Promise<Unreadable> {
  const changes = known !== undefined && isHandedIn(known) ? [toDisabled(host, known)] : [];
  const [taken = null] = await takeOver(host.store, { sender, changes, at: host.clock.now() });
  return { item, taken };
}

function wasThere(template: Template): boolean {
  return isHandedIn(template) && template.status !== 'disabled';
}

// One that was not waits for a push; it is not missing.
function isHandedIn({ providerId, status }: Template): boolean {
  return providerId !== null || status === 'approved' || status === 'disabled';
}

function toDisabled({ ids }: SyncHost, { name, language }: Template): TemplateChange {
  return { id: ids.short(), name, language, whole: null, providerId: null, status: 'disabled', quality: null, category: null };
}
