// tollbell campaign pause: nothing more of a campaign leaves until somebody resumes it.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { CAMPAIGN_COLUMNS, CampaignItem } from '../campaign-item.ts';
import type { Define, View } from '../command.ts';
import { addDecisionOptions, changeCampaign, DecisionOptions, lookAt, nameCampaign } from '../named-campaign.ts';
import { resumeOf } from '../next-step.ts';
import { helpText, parseOptions } from '../options.ts';

const CampaignPauseDocument = z.object({ result: z.enum(['paused', 'unchanged']), item: CampaignItem });

export const defineCampaignPause: Define = (parent, host) => {
  const command = addDecisionOptions(parent.command('pause'))
    .description(
      'Pauses a campaign, whoever sends it: from now on nothing more of it leaves. What is on its way is finished; who sends it ends and says how to go on.\n' +
        'What is queued stays queued, and expires in its time. Pausing it again changes nothing.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell campaign pause autumn', 'tollbell campaign pause autumn --reason "wrong price in the text" --by ada --json'],
        output: '{"schema":"tollbell.campaign-pause/1","result":"paused|unchanged","item":{"campaign","status","counts":{…},…}}',
        exits: [0, 2, 8],
      }),
    )
    .action((campaign: string, options: object) =>
      host.run(command, (app) => pauseCampaign(app, parseOptions(DecisionOptions, { campaign, ...options }))),
    );
  return CampaignPauseDocument;
};

/** The campaign is paused. Throws `unknown_campaign`, `campaign_cancelled`. */
export async function pauseCampaign(
  app: App,
  { campaign, ...decision }: z.output<typeof DecisionOptions>,
): Promise<View<z.output<typeof CampaignPauseDocument>>> {
  const named = await nameCampaign(app, campaign);
  const changed = await changeCampaign(app, named, { change: 'pause', ...decision });
  const { item } = await lookAt(app, named);
  const { queued, scheduled, sending } = item.counts;
  const later = scheduled === 0 ? '' : `${scheduled} scheduled, `;
  return {
    command: 'campaign-pause',
    schema: CampaignPauseDocument,
    document: { result: changed === 'changed' ? 'paused' : 'unchanged', item },
    columns: ['result', ...CAMPAIGN_COLUMNS.map((column) => `item.${column}`)],
    text: (style) =>
      `${style.strong(changed === 'changed' ? 'paused' : 'unchanged')}: ${queued} queued, ${later}${sending} on their way\nGo on with: ${resumeOf(campaign, named.sender)}`,
  };
}
