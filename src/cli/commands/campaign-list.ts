// tollbell campaign list: the campaigns of a sender, newest first, and how far they are.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { CAMPAIGN_STATUSES } from '../../domain/campaign.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Store } from '../../ports/store.ts';
import type { CampaignRecord } from '../../ports/store/campaigns.ts';
import type { Page } from '../../ports/store/directory.ts';
import { CAMPAIGN_COLUMNS, CampaignItem, toCampaignItem } from '../campaign-item.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { addPageOptions, helpText, orNull, pageOptions, parseOptions } from '../options.ts';
import { unknownCursor } from '../page.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

const CampaignListOptions = z.object({
  ...pageOptions(),
  status: orNull(z.enum(CAMPAIGN_STATUSES, { error: `one of ${CAMPAIGN_STATUSES.join(', ')}` })),
});

type Options = z.output<typeof CampaignListOptions>;

const CampaignListDocument = listOf(CampaignItem);

export const defineCampaignList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description('Lists the campaigns of a sender, newest first: how far they are, how fast they go, what they have cost and may cost.')
    .option('--status <status>', `only these: ${CAMPAIGN_STATUSES.join(', ')}`)
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell campaign list', 'tollbell campaign list --status paused --json'],
        output:
          '{"schema":"tollbell.campaign-list/1","items":[{"campaign","sender","status","created_at","last_activity_at","messages","counts":{…},"rate",' +
          '"currency","reserved","charged","cap","left","paused","unfinished"}],"next"}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listCampaigns(app, parseOptions(CampaignListOptions, { ...options }))));
  return CampaignListDocument;
};

/** One page of campaigns. A store that does not exist has none. Throws `invalid_input` for a cursor that is none. */
export async function listCampaigns(app: App, options: Options): Promise<View<z.output<typeof CampaignListDocument>>> {
  const store = await app.reader();
  const { items, next } = store === null ? { items: [], next: null } : await pageOf(app, store, options);
  return {
    command: 'campaign-list',
    schema: CampaignListDocument,
    document: { items: [...items], next },
    rows: 'items',
    columns: CAMPAIGN_COLUMNS,
    text: async (style) => {
      if (items.length === 0) return 'No campaigns.';
      // Most have none of these, and a list does without a column that is empty.
      const rare = (['scheduled', 'cancelled', 'expired'] as const).filter((name) => items.some(({ counts }) => counts[name] > 0));
      const counted = ['messages', 'queued', 'accepted', 'delivered', 'failed', 'unknown', ...rare];
      const header = ['campaign', 'status', ...counted, 'rate', 'reserved', 'charged', 'left', ''];
      const rows = items.map(({ campaign, status, messages, counts, rate, reserved, charged, left, currency }) => [
        campaign,
        status,
        `${messages}`,
        `${counts.queued + counts.sending}`,
        `${counts.accepted}`,
        `${counts.delivered}`,
        `${counts.failed}`,
        `${counts.unknown}`,
        ...rare.map((name) => `${counts[name]}`),
        rate === 0 ? '' : `${rate}/s`,
        reserved,
        charged,
        left ?? '',
        currency,
      ]);
      const more = next === null ? '' : `\n${style.dim(`More with --after ${next}`)}`;
      return `${await table(
        {
          header,
          rows,
          rightAligned: [...header.keys()].slice(2),
        },
        style,
      )}${more}`;
    },
  };
}

async function pageOf(app: App, store: Store, { status, limit, after }: Options): Promise<Page<z.output<typeof CampaignItem>>> {
  const sender = await currentSender(store, app.config);
  if (after !== null) await checkCursor(store, sender, after);
  const page: Page<CampaignRecord> = await store.listCampaigns({ senderId: sender.id, status }, { limit, after });
  return { items: page.items.map((record) => toCampaignItem(record, { sender, at: app.clock.now() })), next: page.next };
}

async function checkCursor(store: Store, sender: Sender, after: string): Promise<void> {
  if ((await store.findCampaign({ senderId: sender.id, name: after })) === null) throw unknownCursor(after);
}
