// What the commands share that act on one campaign: finding it, changing it, and looking at it afterwards.

import type { Command } from 'commander';
import * as z from 'zod/mini';
import type { App } from '../app.ts';
import { type CampaignChange, decideCampaignChange } from '../domain/campaign.ts';
import type { Sender } from '../domain/sender.ts';
import type { Store } from '../ports/store.ts';
import type { CampaignQuery, CampaignRecord } from '../ports/store/campaigns.ts';
import { toCampaignItem } from './campaign-item.ts';
import { currentSender } from './current-sender.ts';
import { findCampaign } from './find-campaign.ts';
import { filledText, orNull } from './options.ts';

const WORDS_MAX = 500;

/** The name, and who wants it and why. */
export const DecisionOptions = z.object({
  campaign: z.string(),
  by: z._default(filledText().check(z.maxLength(128, 'at most 128 characters')), 'operator'),
  reason: orNull(filledText().check(z.maxLength(WORDS_MAX, `at most ${WORDS_MAX} characters`))),
});

type Decision = z.output<typeof DecisionOptions>;

/** Adds the name, `--reason` and `--by`. */
export function addDecisionOptions(command: Command): Command {
  return command
    .argument('<campaign>', 'its name')
    .option('--reason <text>', 'why, for whoever looks later')
    .option('--by <name>', 'who wants it (default "operator")');
}

export type NamedCampaign = { readonly store: Store; readonly sender: Sender; readonly query: CampaignQuery };

/** The campaign of the sender at hand, in a store that is going to be written. Throws `unknown_campaign`. */
export async function nameCampaign(app: App, name: string): Promise<NamedCampaign> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  return { store, sender, query: { senderId: sender.id, campaignId: await findCampaign(store, sender, name) } };
}

/** Changes what may be done with it. Throws `campaign_cancelled`. */
export async function changeCampaign(
  app: App,
  { store, query }: NamedCampaign,
  { change, by, reason }: Omit<Decision, 'campaign'> & { readonly change: CampaignChange },
): Promise<'changed' | 'unchanged'> {
  const { campaignId } = query;
  return store.changeCampaign({ campaignId, change, now: app.clock.now, by, reason }, decideCampaignChange);
}

/** How far it is now, as the store knows it and as commands show it. */
export async function lookAt(
  app: App,
  { store, sender, query }: NamedCampaign,
): Promise<{ readonly record: CampaignRecord; readonly item: ReturnType<typeof toCampaignItem> }> {
  const record = await store.showCampaign(query);
  return { record, item: toCampaignItem(record, { sender, at: app.clock.now() }) };
}
