// tollbell campaign resume: lifts a pause, and sends what is queued of the campaign.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { LATER_TRY_MS } from '../../send/dispatch-own.ts';
import { createDispatchCount, type DispatchCount } from '../../send/dispatch-count.ts';
import { recover } from '../../send/recover.ts';
import { countRecovered, exitCodeOfTally } from '../../send/tally.ts';
import { plus } from '../../values/money.ts';
import { formatInstant } from '../../values/time.ts';
import { CAMPAIGN_COLUMNS, CampaignItem } from '../campaign-item.ts';
import { campaignText, unfinishedText } from '../campaign-text.ts';
import type { Define, View } from '../command.ts';
import { type WorkEnd, workFailure, workThrough } from '../dispatch-run.ts';
import { addDecisionOptions, changeCampaign, DecisionOptions, lookAt, type NamedCampaign, nameCampaign } from '../named-campaign.ts';
import { dispatchOf } from '../interrupted.ts';
import { limitHint } from '../limit-hint.ts';
import { nextStep, resumeOf } from '../next-step.ts';
import { flag, helpText, parseOptions } from '../options.ts';
import { openProgress } from '../progress.ts';
import { scheduledItem, scheduledLines, toScheduledItem } from '../send-timing.ts';

const CampaignResumeOptions = z.extend(DecisionOptions, { queue: flag });

const CampaignResumeDocument = z.object({
  result: z.enum(['resumed', 'unchanged']),
  sent: z.int().check(z.describe('messages that were handed to the provider')),
  stopped: z.int().check(z.describe('cancelled or expired at the moment of sending')),
  recovered: z.array(z.string()).check(z.describe('messages that a dead process had under way, of whatever send: unknown now')),
  next_due_at: z.nullable(z.string()).check(z.describe('when more is due, too late to wait for; null where nothing is left')),
  scheduled: scheduledItem(),
  item: CampaignItem,
});

export const defineCampaignResume: Define = (parent, host) => {
  const command = addDecisionOptions(parent.command('resume'))
    .description(
      'Lifts the pause of a campaign and sends what is queued of it, as the command would that admitted it. It also goes on where that command was stopped or\n' +
        'died, paused or not. A file that was not admitted to its end is named: only the same send brings in the rest of it, and nothing twice.',
    )
    .option('--queue', 'only lift the pause; `tollbell dispatch` sends')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell campaign resume autumn', 'tollbell campaign resume autumn --queue --reason "the text is right now" --by ada'],
        output:
          '{"schema":"tollbell.campaign-resume/1","result":"resumed|unchanged","sent","stopped","recovered":[…],"next_due_at","scheduled":{…}|null,"item":{…}}',
        exits: [0, 2, 3, 5, 6, 8, 9, 10, 130],
      }),
    )
    .action((campaign: string, options: object) =>
      host.run(command, (app) => resumeCampaign(app, parseOptions(CampaignResumeOptions, { campaign, ...options }))),
    );
  return CampaignResumeDocument;
};

/** The campaign is resumed, and sent unless that is not wanted. Throws `unknown_campaign`, `campaign_cancelled`. */
export async function resumeCampaign(
  app: App,
  { campaign, queue, ...decision }: z.output<typeof CampaignResumeOptions>,
): Promise<View<z.output<typeof CampaignResumeDocument>>> {
  const named = await nameCampaign(app, campaign);
  const changed = await changeCampaign(app, named, { change: 'resume', ...decision });
  const count = createDispatchCount();
  const end = queue ? null : await sendRest(app, named, count);
  const { item } = await lookAt(app, named);
  const { tally } = count;
  const failure = end === null ? null : workFailure(end, { tally, resume: resumeOf(campaign, named.sender) });
  const scheduled = await named.store.scheduled({ kind: 'campaign', campaignId: named.query.campaignId });
  const unsent = item.counts.queued;
  const isLeft = end !== null && (unsent > 0 || (scheduled?.quietUnits ?? 0) > 0);
  return {
    command: 'campaign-resume',
    schema: CampaignResumeDocument,
    document: {
      result: changed === 'changed' ? 'resumed' : 'unchanged',
      sent: count.sent(),
      stopped: count.stopped(),
      recovered: tally.recovered,
      next_due_at: end?.reason === 'not_due' ? formatInstant(end.nextDueAt) : null,
      scheduled: toScheduledItem(scheduled),
      item,
    },
    columns: ['result', 'sent', 'stopped', 'next_due_at', ...CAMPAIGN_COLUMNS.map((column) => `item.${column}`)],
    ...(failure === null ? {} : { failure }),
    exitCode: exitCodeOfTally(tally) || (count.stopped() > 0 ? 3 : 0) || (isLeft ? 10 : 0),
    text: async (style) => {
      const done = [
        `${changed === 'changed' ? 'resumed' : 'not paused'}${end === null ? '' : `; ${count.sent()} sent, ${count.stopped()} stopped`}`,
        campaignText(item, style),
      ];
      if (app.config.quiet) return done.join('\n');
      return [
        ...done,
        ...nextStep(tally, { sender: named.sender, campaign, rows: null }),
        ...leftText(end, { unsent, isPaused: item.status === 'paused', resume: resumeOf(campaign, named.sender) }),
        ...(await limitHint(named.store, {
          sender: named.sender,
          at: app.clock.now(),
          nextDueAt: end?.reason === 'not_due' ? end.nextDueAt : null,
        })),
        ...scheduledLines(scheduled, { dryRun: false, dispatch: dispatchOf(named.sender) }),
        ...unfinishedText(item),
      ].join('\n');
    },
  };
}

type Left = { readonly unsent: number; readonly isPaused: boolean; readonly resume: string };

function leftText(end: WorkEnd | null, { unsent, isPaused, resume }: Left): readonly string[] {
  if (end === null || unsent === 0) return [];
  const why = isPaused ? ', and somebody paused it again' : end.reason === 'not_due' ? `, due at ${formatInstant(end.nextDueAt)}` : '';
  return [`${unsent} are still queued${why}. Go on with: ${resume}`];
}

async function sendRest(app: App, named: NamedCampaign, count: DispatchCount): Promise<WorkEnd> {
  const { store, sender, query } = named;
  const { tally } = count;
  const unknown = await recover(store, { diedWithProcess: app.diedWithProcess, at: app.clock.now() });
  countRecovered(tally, unknown);
  const { used, cap, open } = (await lookAt(app, named)).record;
  const progress = openProgress(app, { label: 'send', total: open.get('queued') ?? 0, currency: sender.currency, cap });
  const end = await workThrough(app, store, {
    sender,
    scope: { kind: 'campaign', campaignId: query.campaignId },
    count,
    countMax: null,
    patienceMs: LATER_TRY_MS,
    onProgress: () => progress.update(count.sent() + count.stopped(), plus(used, plus(tally.charged, tally.reserved))),
  });
  progress.close();
  return end;
}
