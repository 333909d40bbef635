// A store in memory with one sender, and a provider that says what the test tells it to: for taking over and handing in templates.

import { createHash, randomBytes } from 'node:crypto';
import { builtinPriceCards } from '../../src/catalog/price-cards.ts';
import { canonicalCard } from '../../src/domain/price-card.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../../src/domain/sender.ts';
import { canonicalTemplate, type Template, type TemplateContent } from '../../src/domain/template.ts';
import { toTemplate } from '../../src/domain/template-parameters.ts';
import type { Provider, ProviderTemplate, PushedTemplate, TemplatePart, UnreadableTemplate } from '../../src/ports/provider.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { createIds } from '../../src/values/id.ts';
import type { Currency } from '../../src/values/money.ts';
import { type Instant, toInstant, UTC } from '../../src/values/time.ts';

export const ids = createIds((count) => randomBytes(count));
const NOON: Instant = toInstant(Date.parse('2026-11-22T12:00:00Z'));
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

export type TemplateShop = {
  readonly store: Store;
  readonly sender: Sender;
  readonly clock: { readonly now: () => Instant };
  readonly ids: typeof ids;
  readonly digest: typeof digest;
};

/** A founded store with a sender and prices; close it when the test ends. */
export async function openTemplateShop(): Promise<TemplateShop> {
  const store = await openSqliteStore({ path: ':memory:', readOnly: false, busyTimeoutMs: 1_000 });
  const currency = 'USD' as Currency;
  const sender: Sender = {
    id: ids.short(),
    accountId: DEFAULT_ACCOUNT,
    name: 'shop',
    transport: 'sandbox',
    whatsapp: null,
    currency,
    timeZone: UTC,
    isDefault: true,
    createdAt: NOON,
  };
  const cards = builtinPriceCards(currency).map(({ card, source }) => ({
    id: ids.short<'price_book'>(),
    card,
    source,
    digest: digest(canonicalCard(card)),
    addedAt: NOON,
  }));
  await store.found({ keyCheck: '', sender, cards });
  return { store, sender, clock: { now: () => NOON }, ids, digest };
}

/** A content of one line. */
export function content(name: string, rest: Partial<TemplateContent> = {}): TemplateContent {
  return {
    name,
    language: 'en',
    category: 'utility',
    parameterFormat: 'named',
    components: [{ type: 'BODY', text: `This is ${name}.` }],
    ttlSeconds: null,
    bidAmount: null,
    ...rest,
  };
}

/** Puts a template into the store, pending and not handed in unless the test says otherwise. */
export async function put({ store, sender }: TemplateShop, template: TemplateContent, rest: Partial<Template> = {}): Promise<Template> {
  const identity = { id: ids.short<'template'>(), senderId: sender.id, contentHash: digest(canonicalTemplate(template)), addedAt: NOON };
  const whole = { ...toTemplate({ ...template, status: 'pending' }, identity), ...rest };
  await store.putTemplate(whole);
  return whole;
}

/** A template as the provider has it, approved. */
export function listed(providerId: string, template: TemplateContent, rest: Partial<ProviderTemplate> = {}): ProviderTemplate {
  return { providerId, content: template, status: 'approved', quality: 'green', ...rest };
}

type Handed = { readonly name: string; readonly providerId: string | null; readonly part?: TemplatePart };

type Scripted = Pick<Provider, 'listTemplates' | 'pushTemplate'> & {
  /** `part` where it is not the whole. */
  readonly pushed: readonly Handed[];
};

/** A provider with these pages; an error in their place is thrown. It answers a push as `push` says. */
export function provider(
  pages: readonly (readonly (ProviderTemplate | UnreadableTemplate)[] | Error)[],
  push: (template: TemplateContent) => PushedTemplate = () => ({ providerId: '99', status: 'pending', category: 'utility' }),
): Scripted {
  const pushed: Handed[] = [];
  return {
    pushed,
    listTemplates: async function* () {
      for (const page of pages) {
        if (page instanceof Error) throw page;
        yield page;
      }
    },
    pushTemplate: async (template, providerId, part = 'all') => {
      pushed.push({ name: template.name, providerId, ...(part === 'all' ? {} : { part }) });
      return push(template);
    },
  };
}
