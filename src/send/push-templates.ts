// Handing a sender's templates in at the provider: what is new there is created, what reads otherwise is edited, and what the provider makes of each comes
// back into the store.

import { asksForOtherBid } from '../domain/bid.ts';
import type { Sender } from '../domain/sender.ts';
import type { Template, TemplateCategory, TemplateQuality, TemplateStatus } from '../domain/template.ts';
import { readsAlike } from '../domain/template-likeness.ts';
import { asksForOtherTtl } from '../domain/template-ttl.ts';
import { AppError, assert } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { Provider, ProviderTemplate, TemplatePart, UnreadableTemplate } from '../ports/provider.ts';
import type { Store } from '../ports/store.ts';
import type { TemplateChange } from '../ports/store/templates.ts';
import type { IdSource } from '../values/id.ts';
import { keyOf, type TakenOver, takeOver } from './take-over-templates.ts';

export type PushHost = {
  readonly store: Pick<Store, 'listTemplates' | 'changeTemplates' | 'findMessages'>;
  readonly provider: Pick<Provider, 'listTemplates' | 'pushTemplate'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: IdSource;
};

/**
 * What the provider made of one template. `refused`: nothing came of it; `unreadable`: what it has under that name this version cannot read, and it was left
 * as it is there. In both the store is as it was, and `reason` tells why.
 */
export type Pushed = { readonly name: string; readonly language: string } & (
  | { readonly result: 'created' | 'edited' | 'unchanged'; readonly taken: TakenOver; readonly reason: null }
  | { readonly result: 'refused' | 'unreadable'; readonly taken: null; readonly reason: string }
);

/** `replacesUnreadable`: also where it is not known what that takes the place of. */
export type PushPlan = { readonly templates: readonly Template[]; readonly replacesUnreadable: boolean };

/**
 * Hands the templates in, one after the other. Asks first what the provider has, so that pushing again after a lost answer creates nothing twice. One refusal
 * does not stop the rest. Throws `provider_unreachable` and `token_rejected`; what was handed in before stays so.
 */
export async function pushTemplates(
  host: PushHost,
  sender: Sender,
  { templates, replacesUnreadable }: PushPlan,
): Promise<readonly Pushed[]> {
  const there = new Map<string, ProviderTemplate | UnreadableTemplate>();
  for await (const page of host.provider.listTemplates()) for (const item of page) there.set(keyOf(item.content ?? item), item);
  const pushed: Pushed[] = [];
  for (const template of templates) {
    const { name, language } = template;
    const item = there.get(keyOf(template));
    const isLeft = item !== undefined && item.content === null && !replacesUnreadable;
    pushed.push(
      isLeft ? { name, language, result: 'unreadable', taken: null, reason: item.reason } : await pushOne(host, { sender, template, item }),
    );
  }
  return pushed;
}

type Job = { readonly sender: Sender; readonly template: Template; readonly item: ProviderTemplate | UnreadableTemplate | undefined };

async function pushOne(host: PushHost, { sender, template, item }: Job): Promise<Pushed> {
  const { name, language } = template;
  try {
    const edit = item === undefined || item.content === null ? 'all' : editOf(template, item);
    const isThere = item !== undefined && item.content !== null && edit === null;
    const told = isThere
      ? { providerId: item.providerId, status: item.status, category: item.content.category, quality: item.quality }
      : { ...(await host.provider.pushTemplate(template, item?.providerId ?? null, edit ?? 'all')), quality: null };
    const change = toChange(host, template, told);
    const [taken] = await takeOver(host.store, { sender, changes: [change], at: host.clock.now() });
    assert(taken !== undefined, 'one result per change');
    return { name, language, result: isThere ? 'unchanged' : item === undefined ? 'created' : 'edited', taken, reason: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'provider_rejected') throw error;
    return { name, language, result: 'refused', taken: null, reason: error.message };
  }
}

type Told = {
  readonly providerId: string;
  readonly status: TemplateStatus;
  readonly category: TemplateCategory;
  readonly quality: TemplateQuality | null;
};

// One that was deleted there and is made again has another id, and is another template to the store.
function toChange({ ids }: PushHost, template: Template, told: Told): TemplateChange {
  const { name, language } = template;
  const id = ids.short<'template'>();
  if (template.providerId === null || template.providerId === told.providerId) return { id, name, language, whole: null, ...told };
  const { providerId, status, category, quality } = told;
  return { id, name, language, whole: { ...template, status, category }, providerId, quality: quality ?? 'unknown' };
}

// The category of what it approved is the provider's decision. One that it rejected is handed in again after it was added anew, with a better example maybe.
function editOf(template: Template, { content, status }: ProviderTemplate): TemplatePart | null {
  const isRejected = status === 'rejected' && template.status === 'pending';
  if (!readsAlike(template, content) || asksForOtherTtl(template, content) || isRejected) return 'all';
  return asksForOtherBid(template, content) ? 'bid' : null;
}
