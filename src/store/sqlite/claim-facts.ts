// A queued message whose turn it is, as the rule at the moment of sending sees it, and as a transport takes it.

import { bidCap } from '../../domain/bid.ts';
import { toFreeForm } from '../../domain/free-form.ts';
import { isWindowOpen } from '../../domain/window.ts';
import type { ClaimedMessage, ClaimFacts, TemplateStanding, Turn } from '../../ports/store/outbox.ts';
import type { CampaignId, TemplateId } from '../../values/id.ts';
import { toMicros } from '../../values/money.ts';
import type { Instant } from '../../values/time.ts';
import type { Campaigns } from './campaigns.ts';
import type { FlagReader } from './contacts.ts';
import type { Sqlite } from './database.ts';
import { onceEach } from './once-each.ts';
import type { Candidate } from './outbox-scope.ts';
import type { PriceStore } from './prices.ts';
import type { QuietStore } from './quiet.ts';
import type { SenderStore } from './senders.ts';
import type { TemplateStore } from './templates.ts';
import { conversationOf } from './windows.ts';

/** A turn whose transaction has begun. */
export type Begun = Turn & { readonly at: Instant };

export type FactParts = {
  readonly sqlite: Sqlite;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
  readonly templates: TemplateStore;
  readonly flags: FlagReader;
  readonly quiet: QuietStore;
  readonly campaigns: Campaigns;
};

// Each was sent again in the place of the one before it.
const RETRIED = /* sql */ `
  WITH RECURSIVE earlier (id) AS (
    SELECT ?
    UNION ALL
    SELECT m.retry_of FROM message m JOIN earlier e ON m.id = e.id WHERE m.retry_of IS NOT NULL
  )
  SELECT state, reason FROM message WHERE id IN (SELECT id FROM earlier)`;

const NONE: readonly never[] = [];

/** What the messages of a turn share. */
export type CommonFacts = Pick<ClaimFacts, 'at' | 'sender' | 'prices' | 'quietHours'> & {
  readonly standing: (id: TemplateId) => TemplateStanding;
  readonly cap: (id: TemplateId) => ClaimFacts['cap'];
  readonly isCancelled: (id: CampaignId) => boolean;
};

/** Asked once: looking whether the price cards changed takes longer than deciding. */
export function commonFacts({ senders, quiet, prices, templates, campaigns }: FactParts, { senderId, at }: Begun): CommonFacts {
  const sender = senders.byId(senderId);
  return {
    at,
    sender,
    quietHours: quiet.of(senderId),
    prices: prices.book(),
    standing: onceEach(templates.standing),
    cap: onceEach((id: TemplateId) => bidCap(templates.byId(id), sender.currency)),
    isCancelled: onceEach(campaigns.isCancelled),
  };
}

/** What the rule decides by. */
export function claimFacts(
  { sqlite, flags, quiet }: FactParts,
  { at, sender, prices, quietHours, standing, cap, isCancelled }: CommonFacts,
  candidate: Candidate,
): ClaimFacts {
  const freeForm = candidate.templateId === null;
  const inboundAt = freeForm ? candidate.windows.inboundAt : null;
  return {
    at,
    expiresAt: candidate.expiresAt,
    sender,
    phone: candidate.phone,
    userId: candidate.userId,
    held: toMicros(BigInt(candidate.held)),
    prices,
    cap: candidate.templateId === null ? null : cap(candidate.templateId),
    quietHours,
    timeZone: quietHours.isEmpty ? null : quiet.timeZoneOf(candidate.contactId),
    template: candidate.content === null ? 'gone' : candidate.templateId === null ? 'usable' : standing(candidate.templateId),
    isCampaignCancelled: candidate.campaignId !== null && isCancelled(candidate.campaignId),
    retried: candidate.retryOf === null ? NONE : (sqlite.prepare(RETRIED).all(candidate.retryOf) as ClaimFacts['retried']),
    gate: {
      flags: flags.flagsOf(candidate.contactId, sender.id),
      category: candidate.category,
      freeForm,
      windowOpen: isWindowOpen(inboundAt, at),
      lastInboundAt: inboundAt,
      confirmsStop: candidate.confirmsStop,
    },
  };
}

/** The message as it leaves. */
export function toClaimed({ sqlite, senders, templates }: FactParts, { senderId, at }: Begun, candidate: Candidate): ClaimedMessage {
  const { contactId, windows } = candidate;
  const template = candidate.templateId === null ? null : templates.byId(candidate.templateId);
  const content = candidate.content ?? '';
  return {
    id: candidate.id,
    attempt: candidate.attempt + 1,
    contactId,
    phone: candidate.phone,
    userId: candidate.userId,
    template,
    parameters: template === null ? {} : (JSON.parse(content) as Record<string, string>),
    freeForm: template === null ? toFreeForm(content) : null,
    conversation: conversationOf(sqlite, senders.byId(senderId), { windows, freeForm: template === null, at }),
    runId: candidate.runId,
    uncounted: candidate.uncounted,
  };
}
