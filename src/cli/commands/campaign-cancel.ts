// tollbell campaign cancel: ends a campaign for good. What is queued is cancelled, and it takes nothing on any more.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { CAMPAIGN_CANCELLED } from '../../domain/campaign.ts';
import { cancelCampaign } from '../../send/cancel.ts';
import { formatAmount, type Micros, plus, ZERO } from '../../values/money.ts';
import { CAMPAIGN_COLUMNS, CampaignItem } from '../campaign-item.ts';
import type { Define, View } from '../command.ts';
import { addDecisionOptions, changeCampaign, DecisionOptions, lookAt, type NamedCampaign, nameCampaign } from '../named-campaign.ts';
import { someOf } from '../next-step.ts';
import { helpText, parseOptions } from '../options.ts';
import { openProgress } from '../progress.ts';
import { askYes } from '../prompt.ts';
import { moneyText } from '../shapes.ts';

const CampaignCancelDocument = z.object({
  result: z.enum(['cancelled', 'unchanged']),
  cancelled_messages: z.int().check(z.describe('what this command cancelled')),
  released: z.array(z.object({ currency: z.string(), amount: moneyText })),
  in_flight: z.array(z.string()).check(z.describe('what is on its way: it cannot be called back')),
  item: CampaignItem,
});

export const defineCampaignCancel: Define = (parent, host) => {
  const command = addDecisionOptions(parent.command('cancel'))
    .description(
      'Ends a campaign for good, whoever sends it: nothing more of it leaves, what is queued is cancelled, what was reserved for that is released, and nothing\n' +
        'is admitted into it any more (campaign_cancelled). What is on its way cannot be called back, and is named. Asks first, or takes --yes. Cancelling it again\n' +
        'does what is left of it.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell campaign cancel autumn', 'tollbell campaign cancel autumn --yes --reason "recalled" --by ada --json'],
        output:
          '{"schema":"tollbell.campaign-cancel/1","result":"cancelled|unchanged","cancelled_messages","released":[{"currency","amount"}],"in_flight":[…],"item":{…}}',
        exits: [0, 2, 8, 130],
      }),
    )
    .action((campaign: string, options: object) =>
      host.run(command, (app) => endCampaign(app, parseOptions(DecisionOptions, { campaign, ...options }))),
    );
  return CampaignCancelDocument;
};

/** The campaign is cancelled. Throws `unknown_campaign`, `input_required` without a terminal and without --yes, `interrupted` where a person thought better of it. */
export async function endCampaign(
  app: App,
  { campaign, ...decision }: z.output<typeof DecisionOptions>,
): Promise<View<z.output<typeof CampaignCancelDocument>>> {
  const named = await nameCampaign(app, campaign);
  const before = (await lookAt(app, named)).item;
  const waiting = before.counts.queued + before.counts.scheduled;
  if (before.status !== 'cancelled' && !app.config.yes) {
    await askYes(app, `Cancel ${campaign} for good, with ${waiting} messages that are queued or scheduled?`);
  }
  const changed = await changeCampaign(app, named, { change: 'cancel', ...decision });
  const { count, released } = await cancelRest(app, named, waiting);
  const inFlight = await named.store.inFlightOf(named.query.campaignId);
  const { item } = await lookAt(app, named);
  const amount = formatAmount(released);
  return {
    command: 'campaign-cancel',
    schema: CampaignCancelDocument,
    document: {
      result: changed === 'changed' ? 'cancelled' : 'unchanged',
      cancelled_messages: count,
      released: count === 0 ? [] : [{ currency: item.currency, amount }],
      in_flight: [...inFlight],
      item,
    },
    columns: ['result', 'cancelled_messages', ...CAMPAIGN_COLUMNS.map((column) => `item.${column}`)],
    text: (style) => {
      const onTheirWay = inFlight.length === 0 ? '' : `\n${inFlight.length} on their way, and not to be called back: ${someOf(inFlight)}`;
      const head = style.strong(changed === 'changed' ? 'cancelled' : 'unchanged');
      return `${head}: ${count} messages cancelled, ${amount} ${item.currency} released${onTheirWay}`;
    },
  };
}

async function cancelRest(app: App, { store, query }: NamedCampaign, total: number): Promise<{ count: number; released: Micros }> {
  const progress = openProgress(app, { label: 'cancel', total });
  let count = 0;
  let released = ZERO;
  for await (const settlements of cancelCampaign(store, { ...query, reason: CAMPAIGN_CANCELLED, at: app.clock.now() })) {
    count += settlements.length;
    released = settlements.reduce<Micros>((sum, { closed }) => plus(sum, closed), released);
    progress.update(count);
  }
  progress.close();
  return { count, released };
}
