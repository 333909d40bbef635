// How a send looks: the counts with their reasons, the money, and the messages where they were asked for.

import * as z from 'zod/mini';
import type { AdmitRequest, Admission } from '../ports/store/admit.ts';
import type { MessageRecord } from '../ports/store/report.ts';
import type { Recipient } from '../send/recipients.ts';
import type { Ending } from '../send/finish.ts';
import { addresseeText } from '../send/addressees.ts';
import { exitCodeOfTally, statusOfTally, type Tally } from '../send/tally.ts';
import { REFUSAL_REASONS } from '../domain/consent.ts';
import type { Sender } from '../domain/sender.ts';
import { formatInstant } from '../values/time.ts';
import { formatAmount } from '../values/money.ts';
import { printable } from '../values/text.ts';
import { budgetWarningItem, toBudgetWarningItem } from './budget-warning.ts';
import type { View } from './command.ts';
import { estimateShape, estimateText } from './estimate-view.ts';
import { nextStep, resumeOf } from './next-step.ts';
import { type Style, table } from './render.ts';
import { dispatchOf } from './interrupted.ts';
import { heldBackShape, heldBackText, type Outlook } from './send-estimate.ts';
import { keptTimesLines, scheduledItem, scheduledLines, toScheduledItem } from './send-timing.ts';
import { instantTextOut, moneyText } from './shapes.ts';

const count = z.int();

const sentRow = () =>
  z.object({
    row: count,
    id: z.nullable(z.string()),
    to: z.string(),
    status: z.string(),
    reason: z.nullable(z.string()),
    category: z.nullable(z.string()),
    market: z.nullable(z.string()),
    price: z.nullable(moneyText),
    currency: z.string(),
    provider_id: z.nullable(z.string()),
    duplicate_of: z.nullable(z.string()),
    due_at: z.nullable(instantTextOut).check(z.describe('from when it may be sent, where it waits for its time')),
  });

export type SentRow = z.output<ReturnType<typeof sentRow>>;

/** The shape of the document, which others extend. */
export const sendDocument = () =>
  z.object({
    status: z.enum(['success', 'partial', 'failed']),
    dry_run: z.boolean(),
    sender: z.string(),
    campaign: z.nullable(z.string()),
    counts: z.object({
      read: count,
      invalid: count,
      duplicate: count,
      refused: count,
      queued: count,
      accepted: count,
      delivered: count,
      failed: count,
      unknown: count,
    }),
    refusals: z.record(z.enum(REFUSAL_REASONS), count),
    scheduled: scheduledItem(),
    amounts: z.array(z.object({ currency: z.string(), reserved: moneyText, charged: moneyText, free_units: count })),
    recovered: z.array(z.string()).check(z.describe('messages that a dead process had under way, of whatever send: unknown now')),
    budget_warnings: z
      .array(budgetWarningItem())
      .check(z.describe('thresholds of budgets that this command reached, before anybody else did')),
    next_due_at: z.nullable(z.string()).check(z.describe('when more of it is due, too late to wait for; null where nothing is left')),
    ...z.partial(z.object(estimateShape())).shape,
    messaging_limit: z.optional(z.nullable(heldBackShape())),
    messages: z.optional(z.array(sentRow())),
  });

/** Built when it is asked for: text does without, and building it takes 1 ms of a start. */
export const SendDocument = z.lazy(sendDocument);

export type SendView = View<z.output<typeof SendDocument>>;

/** What a row became at its admission. */
export function toSentRow(
  { row }: Pick<Recipient, 'row'>,
  request: AdmitRequest,
  { admission, currency }: { readonly admission: Admission; readonly currency: string },
): SentRow {
  const to = addresseeText(request.to);
  const blank = {
    row,
    id: null,
    to,
    reason: null,
    category: null,
    market: null,
    price: null,
    currency,
    provider_id: null,
    duplicate_of: null,
    due_at: null,
  };
  switch (admission.kind) {
    case 'admitted': {
      const { category, market, price, dueAt, isHeld } = admission.message;
      const waiting =
        dueAt === null
          ? { status: 'queued' }
          : { status: 'scheduled', due_at: formatInstant(dueAt), reason: isHeld ? 'quiet_hours' : null };
      return { ...blank, ...waiting, id: request.id, category, market, price: formatAmount(price) };
    }
    case 'duplicate': {
      const { id, state, price } = admission.kept;
      return { ...blank, id, status: state, price: formatAmount(price), duplicate_of: admission.resumable ? null : id };
    }
    case 'key_conflict':
      return { ...blank, status: 'invalid', reason: 'key_conflict', duplicate_of: admission.kept.id };
    case 'refused':
      return { ...blank, status: 'refused', reason: admission.reason, category: admission.category, market: admission.market };
  }
}

/** The row with what the store says of its message now. */
export function withRecord(row: SentRow, record: MessageRecord | null | undefined): SentRow {
  if (record === null || record === undefined) return row;
  const { state, reason, category, market, price, providerId, dueAt } = record;
  const due = state === 'scheduled' && dueAt !== null ? formatInstant(dueAt) : null;
  return { ...row, status: state, reason, category, market, price: formatAmount(price), provider_id: providerId, due_at: due };
}

const WAITING = 'Another process still holds some of these messages; tollbell message list shows what becomes of them.';

type SendResult = {
  readonly tally: Tally;
  readonly dryRun: boolean;
  readonly sender: Pick<Sender, 'name' | 'currency' | 'isDefault'>;
  readonly campaign: string | null;
  readonly rows: readonly SentRow[] | null;
  /** What it may come to, where nothing was sent. */
  readonly estimate?: Outlook | null;
  readonly ending: Ending;
  /** Nobody asked for it to be sent now. */
  readonly isForLater: boolean;
  /** Invalid rows were not asked to be left out: they are in the status and the exit code. */
  readonly countsInvalid?: boolean;
  /** The command that goes on with what is left. */
  readonly resume: string;
  /** Only what happened is wanted, and nothing of what to do next. */
  readonly isQuiet: boolean;
  /** What there is to say besides. */
  readonly hints: readonly string[];
  /** The error that ended it early; what happened until then is shown before it. */
  readonly failure: Error | null;
};

// What is queued can be sent, what left already can only be looked at.
function leftLines({ tally: { counts }, ending, resume, campaign, sender }: SendResult): readonly string[] {
  const { waiting, paused, timedOut, nextDueAt } = ending;
  const queued = `${counts.queued} ${counts.queued === 1 ? 'is' : 'are'} still queued`;
  if (waiting) return [WAITING];
  if (paused && campaign !== null)
    return [`The campaign is paused: ${queued}. ${counts.queued === 1 ? 'It is' : 'They are'} sent by ${resumeOf(campaign, sender)}.`];
  if (nextDueAt !== null) return [`${queued} and due at ${formatInstant(nextDueAt)} at the earliest. Then go on with: ${resume}.`];
  if (!timedOut) return [];
  const left = counts.queued === 0 ? '' : ` ${queued}; go on with: ${resume}.`;
  const open = counts.accepted + counts.unknown === 0 ? '' : ' tollbell message list shows what becomes of those that left.';
  return [`The time is up.${left}${open}`];
}

/** The view of a send. */
export function sendView(result: SendResult): SendView {
  const { tally, dryRun, sender, campaign, rows, estimate, ending, hints, failure } = result;
  const { countsInvalid = false } = result;
  const status = statusOfTally(tally, { countsInvalid });
  const isHeld = !dryRun && !result.isForLater && (tally.scheduled?.quietUnits ?? 0) > 0;
  const isPutOff = ending.paused || ending.timedOut || ending.nextDueAt !== null || isHeld;
  const isLeft = ending.waiting || isPutOff;
  const isCutShort = isPutOff || failure !== null;
  const waits = scheduledLines(tally.scheduled, { dryRun, dispatch: dispatchOf(sender) });
  const steps = result.isQuiet ? [] : [...hints, ...nextStep(tally, result), ...leftLines(result), ...waits, ...keptTimesLines(tally)];
  const document = {
    status: isCutShort && status === 'success' ? ('partial' as const) : status,
    dry_run: dryRun,
    sender: sender.name,
    campaign,
    counts: { read: tally.read, ...tally.counts },
    refusals: tally.refusals,
    scheduled: toScheduledItem(tally.scheduled),
    amounts: [
      {
        currency: sender.currency,
        reserved: formatAmount(tally.reserved),
        charged: formatAmount(tally.charged),
        free_units: tally.freeUnits,
      },
    ],
    recovered: tally.recovered,
    budget_warnings: tally.budgetWarnings.map(toBudgetWarningItem),
    next_due_at: ending.nextDueAt === null ? null : formatInstant(ending.nextDueAt),
    ...estimate,
    ...(rows === null ? {} : { messages: [...rows] }),
  };
  return {
    command: 'send',
    schema: SendDocument,
    document,
    rows: 'messages',
    get columns() {
      return Object.keys(sentRow().shape);
    },
    exitCode: exitCodeOfTally(tally) || (countsInvalid && tally.counts.invalid > 0 ? 2 : 0) || (isLeft ? 10 : 0),
    text: async (style) => [await summary(document, style), ...steps.map(printable)].join('\n'),
    ...(failure === null ? {} : { failure }),
  };
}

type Document = z.output<typeof SendDocument>;

async function summary(document: Document, style: Style): Promise<string> {
  const { counts: all, refusals, amounts, messages } = document;
  const scheduled = document.scheduled?.units ?? 0;
  const counts = { ...all, queued: all.queued - scheduled, scheduled };
  const head = document.dry_run ? `${style.strong('Dry run')}: nothing was sent.\n` : '';
  const shown = Object.entries(counts).filter(([name, number]) => number > 0 || name === 'read');
  const words = shown.map(([name, number]) => `${number} ${document.dry_run ? (WOULD_BE[name] ?? name) : name}`);
  const reasons = Object.entries(refusals).filter(([, number]) => number > 0);
  const why = reasons.length === 0 ? '' : `\nrefused: ${reasons.map(([reason, number]) => `${number} ${reason}`).join(', ')}`;
  const money = amounts
    .map(({ currency, reserved, charged }) => `charged ${charged} ${currency}, reserved ${reserved} ${currency}`)
    .join('; ');
  const few =
    messages === undefined || messages.length === 0 || messages.length > ROWS_SHOWN_MAX ? '' : `${await rowTable(messages, style)}\n`;
  const { estimate = [], estimate_totals: totals = [] } = document;
  const outlook = estimate.length === 0 ? '' : `\n${await estimateText({ estimate, estimate_totals: totals }, style)}`;
  const held = heldBackText(document.messaging_limit);
  return `${head}${few}${words.join(', ')}${why}\n${money}${outlook}${held === null ? '' : `\n${held}`}`;
}

const WOULD_BE: Readonly<Record<string, string>> = { queued: 'would be sent', scheduled: 'would be scheduled' };

const ROWS_SHOWN_MAX = 20;

function rowTable(rows: readonly SentRow[], style: Style): Promise<string> {
  const cells = rows.map((row) => [
    row.to,
    row.duplicate_of === null ? row.status : `${row.status} (duplicate)`,
    row.reason ?? '',
    row.price ?? '',
    row.currency,
    row.id ?? '',
  ]);
  return table({ header: ['to', 'status', 'reason', 'price', '', 'id'], rows: cells, rightAligned: [3] }, style);
}
