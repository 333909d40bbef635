// A template as it joins a sender's list: what its file says, with all that is made of it, and what the provider said of the one before.

import type { App } from '../app.ts';
import { asksForOtherBid } from '../domain/bid.ts';
import type { Sender } from '../domain/sender.ts';
import { canonicalTemplate, type Template, type TemplateStatus } from '../domain/template.ts';
import { readsAlike } from '../domain/template-likeness.ts';
import type { ParsedTemplate } from '../domain/template-parse.ts';
import { toTemplate } from '../domain/template-parameters.ts';
import { asksForOtherTtl } from '../domain/template-ttl.ts';

/** The template to put into the store. */
export function newTemplate(
  { ids, digest, clock }: Pick<App, 'ids' | 'digest' | 'clock'>,
  { id }: Pick<Sender, 'id'>,
  content: ParsedTemplate & Partial<Pick<Template, 'providerId' | 'quality'>>,
): Template {
  return toTemplate(content, { id: ids.short(), senderId: id, contentHash: digest(canonicalTemplate(content)), addedAt: clock.now() });
}

/** What a file brings, and the template that it takes the place of. `isReviewed`: the file itself tells where the provider's review stands. */
type Arrival = { readonly content: ParsedTemplate; readonly isReviewed: boolean; readonly known: Template | undefined };

// The provider has these, and the category in which it put them; what comes anew from a file that reads alike changes nothing of that.
const HELD: ReadonlySet<TemplateStatus> = new Set(['approved', 'pending', 'paused']);

/**
 * The template to put into the store of a sender, whose provider may have to review it first: then it is pending, unless the provider has the same one
 * already. The sandbox approves at once.
 */
export function arrivingTemplate(
  app: Pick<App, 'ids' | 'digest' | 'clock'>,
  sender: Sender,
  { content, isReviewed, known }: Arrival,
): Template {
  const { providerId = null, quality = null } = known ?? {};
  if (sender.whatsapp === null || isReviewed) return newTemplate(app, sender, { ...content, providerId, quality });
  const asksForMore = known !== undefined && (asksForOtherTtl(content, known) || asksForOtherBid(content, known));
  const isKnown = known !== undefined && readsAlike(known, content) && !asksForMore;
  if (isKnown && providerId !== null && HELD.has(known.status)) return known;
  // What the provider bids with stays in force there where an edit says nothing of it, and so it does here.
  const bidAmount = content.bidAmount ?? (providerId === null ? null : (known?.bidAmount ?? null));
  return newTemplate(app, sender, { ...content, bidAmount, status: 'pending', providerId, quality });
}
