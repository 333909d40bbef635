// What an estimate cannot tell by itself: its campaign is paused.

import type { Sender } from '../domain/sender.ts';
import type { AdmitStore } from '../ports/store/admit.ts';
import type { CampaignStore } from '../ports/store/campaigns.ts';
import { resumeOf } from './next-step.ts';

type Asked = { readonly sender: Sender; readonly campaign: string | null; readonly dryRun: boolean };

/** A sentence where what would be sent would wait instead; else none. A real send says so itself. */
export async function pauseHint(
  store: Pick<AdmitStore, 'findCampaign'> & Pick<CampaignStore, 'showCampaign'>,
  { sender, campaign, dryRun }: Asked,
): Promise<readonly string[]> {
  if (!dryRun || campaign === null) return [];
  const senderId = sender.id;
  const campaignId = await store.findCampaign({ senderId, name: campaign });
  if (campaignId === null) return [];
  const { pausedAt } = await store.showCampaign({ senderId, campaignId });
  return pausedAt === null ? [] : [`The campaign is paused: all of it would wait for ${resumeOf(campaign, sender)}.`];
}
