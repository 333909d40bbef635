// tollbell dispatch: works through the outbox of a sender, whoever admitted the messages.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import type { Sender } from '../../domain/sender.ts';
import { recover } from '../../send/recover.ts';
import { createDispatchCount, type DispatchCount } from '../../send/dispatch-count.ts';
import { countRecovered, exitCodeOfTally, FAILED_STATES, type Tally } from '../../send/tally.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import { formatAmount } from '../../values/money.ts';
import { formatInstant, SECOND_MS } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { type WorkEnd, workFailure, workThrough } from '../dispatch-run.ts';
import { dispatchOf } from '../interrupted.ts';
import { heldTemplateLines, HeldTemplateItem, toHeldTemplateItem } from '../held-templates.ts';
import { limitHint } from '../limit-hint.ts';
import { listOf, nextStep } from '../next-step.ts';
import { countText, flag, helpText, orNull, parseOptions } from '../options.ts';
import { moneyText } from '../shapes.ts';

/** The pace of a pair lets one message go in six seconds, and the first try again comes after four. */
const PATIENCE_MS = 10 * SECOND_MS;

const DispatchOptions = z.object({
  once: flag,
  max: orNull(countText()),
});

const COUNTS = ['accepted', 'delivered', 'failed', 'unknown', 'stopped'] as const;

const count = z.int();

const DispatchDocument = z.object({
  sender: z.string(),
  sent: count.check(z.describe('messages that were handed to the provider')),
  counts: z.object({
    accepted: count,
    delivered: count,
    failed: count,
    unknown: count,
    stopped: count.check(z.meta({ description: 'cancelled or expired at the moment of sending' })),
  }),
  recovered: z
    .array(z.string())
    .check(z.describe('messages that a dead process had under way, of whatever sender: unknown now, and counted so')),
  charged: moneyText,
  currency: z.string(),
  next_due_at: z
    .nullable(z.string())
    .check(z.describe('when more is due, too late to wait for; null where nothing is left but what is paused')),
  held_templates: z
    .array(HeldTemplateItem)
    .check(z.describe('templates for which something waits; empty where nothing is left that is due later')),
  paused: z.boolean().check(z.describe('true where all that is left is of paused campaigns')),
});

export const defineDispatch: Define = (parent, host) => {
  const command = parent
    .command('dispatch')
    .description(
      'Sends what is queued and due, in all campaigns, until the outbox is empty: codes for logins first, marketing last, campaigns by turns. Consent and blocks are\n' +
        'checked again at the moment of sending. What is due within ten seconds is waited for: such is the pace of a person, and a second try.',
    )
    .option('--once', `one batch (at most ${BATCH_MAX} messages), then stop`)
    .option('--max <count>', 'stop after so many messages')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell dispatch', 'tollbell dispatch --max 100 --json'],
        output:
          '{"schema":"tollbell.dispatch/1","sender","sent","counts":{…},"recovered":[…],"charged","currency","next_due_at","held_templates":[…],"paused"}',
        exits: [0, 2, 3, 5, 6, 8, 9, 10, 130],
      }),
    )
    .action((options: object) => host.run(command, (app) => runDispatch(app, parseOptions(DispatchOptions, { ...options }))));
  return DispatchDocument;
};

/** Sends what is due. What it did is shown also where the provider, the store or a stop ended it early. */
export async function runDispatch(app: App, options: z.output<typeof DispatchOptions>): Promise<View<z.output<typeof DispatchDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const count = createDispatchCount();
  const { tally } = count;
  const recovered = await recover(store, { diedWithProcess: app.diedWithProcess, at: app.clock.now() });
  countRecovered(tally, recovered);
  tally.counts.unknown += recovered.length;
  const countMax = options.once ? BATCH_MAX : options.max;
  const end = await workThrough(app, store, {
    sender,
    scope: { kind: 'all' },
    count,
    countMax,
    patienceMs: PATIENCE_MS,
    onProgress: () => undefined,
  });
  const { accepted, delivered, failed, unknown } = tally.counts;
  const [sent, stopped] = [count.sent(), count.stopped()];
  const nextDueAt = end.reason === 'not_due' ? end.nextDueAt : null;
  const held = nextDueAt === null ? [] : await store.heldTemplates(sender.id, app.clock.now());
  const document = {
    sender: sender.name,
    sent,
    counts: { accepted, delivered, failed, unknown, stopped },
    recovered: tally.recovered,
    charged: formatAmount(tally.charged),
    currency: sender.currency,
    next_due_at: nextDueAt === null ? null : formatInstant(nextDueAt),
    held_templates: held.map(toHeldTemplateItem),
    paused: end.reason === 'paused',
  };
  const failure = workFailure(end, { tally, resume: dispatchOf(sender) });
  const limited = await limitHint(store, { sender, at: app.clock.now(), nextDueAt });
  const more = app.config.quiet ? '' : moreOf(end);
  const todo = app.config.quiet
    ? []
    : [...stepsOf(tally, { sender, stoppedAs: count.stoppedAs() }), ...heldTemplateLines(held, sender), ...limited];
  return {
    command: 'dispatch',
    schema: DispatchDocument,
    document,
    columns: COLUMNS,
    ...(failure === null ? {} : { failure }),
    exitCode: exitCodeOfTally(tally) || (stopped > 0 ? 3 : 0) || (held.length > 0 ? 10 : 0),
    text: () =>
      [
        `${sent} sent: ${delivered} delivered, ${accepted} accepted, ${failed} failed, ${unknown} unknown, ${stopped} stopped; charged ${document.charged} ${sender.currency}${more}`,
        ...todo,
      ].join('\n'),
  };
}

const COLUMNS = ['sender', 'sent', ...COUNTS.map((name) => `counts.${name}`), 'charged', 'currency', 'next_due_at', 'paused'];

type Stopped = { readonly sender: Sender; readonly stoppedAs: ReturnType<DispatchCount['stoppedAs']> };

function stepsOf(tally: Tally, { sender, stoppedAs }: Stopped): readonly string[] {
  const steps = nextStep(tally, { sender, campaign: null, rows: null });
  if (steps.length > 0) return steps;
  const lists = FAILED_STATES.filter((state) => stoppedAs.has(state)).map((state) => listOf(state, { sender, campaign: null }));
  return lists.map((list) => `${list} tells what stopped ${lists.length === 1 ? 'them' : 'some of them'}.`);
}

function moreOf(end: WorkEnd): string {
  if (end.reason === 'paused') return '; what is left is of paused campaigns: tollbell campaign list --status paused';
  return end.reason === 'not_due' ? `; more is due at ${formatInstant(end.nextDueAt)}` : '';
}
