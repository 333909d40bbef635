// tollbell campaign show: one campaign with its runs, and who decided what about it.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import {
  CAMPAIGN_COLUMNS,
  CampaignEventItem,
  CampaignItem,
  CampaignRunItem,
  toCampaignItem,
  toEventItem,
  toRunItem,
} from '../campaign-item.ts';
import { campaignText, unfinishedText } from '../campaign-text.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { findCampaign, unknownCampaign } from '../find-campaign.ts';
import { helpText, parseOptions } from '../options.ts';
import { dispatchOf } from '../interrupted.ts';
import { table } from '../render.ts';
import { scheduledItem, scheduledLines, toScheduledItem } from '../send-timing.ts';

const CampaignShowOptions = z.object({ campaign: z.string() });

const CampaignShowDocument = z.object({
  item: z.extend(CampaignItem, {
    scheduled: scheduledItem(),
    runs: z.array(CampaignRunItem).check(z.describe('the newest 100, oldest first')),
    history: z.array(CampaignEventItem),
  }),
});

type Item = z.output<typeof CampaignShowDocument>['item'];

export const defineCampaignShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description(
      'Shows one campaign: its counts and its money, how fast it goes, its runs, and who paused, resumed or cancelled it, when and why.',
    )
    .argument('<campaign>', 'its name')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell campaign show autumn', 'tollbell campaign show autumn --json'],
        output:
          '{"schema":"tollbell.campaign-show/1","item":{"campaign","sender","status","messages","counts":{…},"rate","reserved","charged","cap","left","paused",' +
          '"unfinished","scheduled":{…}|null,"runs":[{"started_at","source","admitted_at","last_claim_at"}],"history":[{"at","change","by","reason"}],…}}',
        exits: [0, 2, 8],
      }),
    )
    .action((campaign: string) => host.run(command, (app) => showCampaign(app, parseOptions(CampaignShowOptions, { campaign }))));
  return CampaignShowDocument;
};

/** The campaign. Throws `unknown_campaign`. */
export async function showCampaign(
  app: App,
  { campaign }: z.output<typeof CampaignShowOptions>,
): Promise<View<z.output<typeof CampaignShowDocument>>> {
  const store = await app.reader();
  if (store === null) throw unknownCampaign(campaign, null);
  const sender = await currentSender(store, app.config);
  const campaignId = await findCampaign(store, sender, campaign);
  const record = await store.showCampaign({ senderId: sender.id, campaignId });
  const scheduled = await store.scheduled({ kind: 'campaign', campaignId });
  const item = {
    ...toCampaignItem(record, { sender, at: app.clock.now() }),
    scheduled: toScheduledItem(scheduled),
    runs: record.runs.map(toRunItem),
    history: record.history.map(toEventItem),
  };
  return {
    command: 'campaign-show',
    schema: CampaignShowDocument,
    document: { item },
    columns: CAMPAIGN_COLUMNS,
    text: async (style) =>
      [
        campaignText(item, style),
        ...scheduledLines(scheduled, { dryRun: false, dispatch: dispatchOf(sender) }),
        ...unfinishedText(item),
        '',
        await runsText(item, style),
        ...historyText(item),
      ].join('\n'),
  };
}

function runsText({ runs }: Item, style: Parameters<typeof table>[1]): Promise<string> {
  const rows = runs.map(({ started_at, source, admitted_at, last_claim_at }) => [
    started_at,
    source ?? 'single recipients',
    admitted_at ?? 'not to its end',
    last_claim_at ?? '',
  ]);
  return table({ header: ['started', 'source', 'admitted', 'last sent'], rows }, style);
}

function historyText({ history }: Item): readonly string[] {
  const why = (reason: string | null): string => (reason === null ? '' : `: ${reason}`);
  return history.map(({ at, change, by, reason }, index) => `${index === 0 ? '\n' : ''}${at} ${change} by ${by}${why(reason)}`);
}
