// From the options of `send --live` to the main line of an endless pipe, and its answers: NDJSON on standard output, whatever format is asked for.

import type { App } from '../app.ts';
import type { Sender } from '../domain/sender.ts';
import { type AppError, assert, fail } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import { refusalRejection, withDefaults } from '../send/from-file.ts';
import { closeAfter } from '../send/input.ts';
import type { LiveOutcome } from '../send/live-desk.ts';
import { type LiveEnd, type LivePlan, sendLive } from '../send/live.ts';
import { type LiveRow, readLiveRows } from '../send/live-rows.ts';
import { beginRejections, type RejectionFile, storeFiles } from '../send/rejection-file.ts';
import type { Tally } from '../send/tally.ts';
import { SECOND_MS } from '../values/time.ts';
import { plus } from '../values/money.ts';
import { safeJson } from '../values/text.ts';
import { hintWarnings } from './budget-warning.ts';
import type { SendOptions } from './commands/send.ts';
import { hint } from './hint.ts';
import { dispatchOf, failureOf, tellStopping } from './interrupted.ts';
import { listOf, resumeOf } from './next-step.ts';
import { openProgress } from './progress.ts';
import { render, styleFor } from './render.ts';
import { isForLater, timingOf } from './send-timing.ts';
import { openMediaOf, parametersOf, uploadFor } from './send-media.ts';
import { openSend, templateOf } from './send-run.ts';
import { type SendView, type SentRow, sendView, toSentRow, withRecord } from './send-view.ts';

/** How long a row may wait for its message before it is answered as it stands. Most answers take less than a second. */
const PATIENCE_MS = 30 * SECOND_MS;

/** Sends to the rows of standard input as they come, and answers each. The view says nothing more: its document was the last line. */
export async function sendPipe(app: App, options: SendOptions): Promise<SendView> {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  app.interrupted.addEventListener('abort', stop, { once: true });
  if (app.interrupted.aborted) stop();
  try {
    return await run(app, options, stopped);
  } finally {
    app.interrupted.removeEventListener('abort', stop);
  }
}

async function run(app: App, options: SendOptions, stopped: AbortController): Promise<SendView> {
  const { host, sender } = await openSend(app, options);
  const template = await templateOf(host.store, sender, options.template);
  const media = await openMediaOf(app, sender, options);
  const input = {
    format: options.input ?? 'ndjson',
    rename: options.map,
    needsKeys: options.campaign === null,
    templates: template?.languages ?? [],
    language: options.language,
    parameters: parametersOf(options, media),
    at: app.clock.now(),
    ignoreColumns: options.ignoreColumns,
  };
  const rows = readLiveRows(app.io.unpacked(app.io.listen(stopped.signal), '-'), input);
  const upload = await uploadFor(app, sender, { media, dryRun: false });
  const errors = await beginRejections(app.io, { path: options.errors, avoid: storeFiles(app.config.db) });
  const progress = openProgress(app, { label: 'send', total: null, currency: sender.currency });
  const hintInvalid = invalidHints(app);
  const plan: LivePlan = {
    sender,
    template,
    campaign: options.campaign,
    maxPrice: options.maxPrice,
    timing: timingOf(app, options),
    queueOnly: options.queue,
    patienceMs: options.timeout ?? PATIENCE_MS,
    prepare: (recipient) => upload(withDefaults(recipient, { costCenter: options.costCenter, tags: options.tag })),
    toText: (outcome) => {
      listErrors(errors, outcome);
      hintInvalid(outcome.row);
      return `${safeJson(toAnswer(outcome, sender.currency))}\n`;
    },
    write: app.io.answer,
    onTrouble: ({ message }) => hint(app, `Waiting, and trying again: ${message}`),
    onProgress: (tally) => progress.update(tally.read - tally.counts.queued, plus(tally.charged, tally.reserved)),
    onStopping: tellStopping(app),
    stop: () => stopped.abort(),
  };
  const send = (): Promise<LiveEnd> => sendLive({ ...host, interrupted: stopped.signal }, plan, flushing(rows, errors));
  const end = await closeAfter(async () => errors?.close(), send).finally(() => progress.close());
  return lastLine(app, end, { ...options, sender, store: host.store });
}

type Sent = Pick<SendOptions, 'campaign' | 'at' | 'queue' | 'skipInvalid'> & {
  readonly sender: Sender;
  readonly store: Pick<Store, 'findCampaign' | 'showCampaign'>;
};

async function lastLine(app: App, end: LiveEnd, { campaign, sender, store, ...options }: Sent): Promise<SendView> {
  const { tally, isGone, ...ending } = end;
  hintWarnings(app, tally.budgetWarnings);
  if (!isForLater(options) && tally.counts.queued > 0 && ending.failure === null && !isGone)
    await hintLeft(app, tally.counts.queued, { store, sender, campaign });
  const resume = 'the same command, with the rows that had no answer; what was admitted is not sent twice';
  const look = listOf(null, { sender, campaign });
  const view = sendView({
    isQuiet: app.config.quiet,
    tally,
    dryRun: false,
    sender,
    campaign,
    rows: [],
    isForLater: isForLater(options),
    countsInvalid: !options.skipInvalid,
    ending,
    resume,
    hints: [],
    failure: isGone ? goneOf(tally, { sender, campaign }) : failureOf(ending, { tally, resume, isUnread: true, look, isRepeatable: true }),
  });
  const style = await styleFor(app.io.out, 'never');
  if (!isGone) await app.io.answer(await render(view, { format: 'ndjson', style, isTerminal: false }));
  return { ...view, isSilent: true };
}

// Its rows had their answer, so the same command does not come back to it.
async function hintLeft(app: App, count: number, { store, sender, campaign }: Pick<Sent, 'store' | 'sender' | 'campaign'>): Promise<void> {
  const campaignId = campaign === null ? null : await store.findCampaign({ senderId: sender.id, name: campaign });
  const isPaused = campaignId !== null && (await store.showCampaign({ senderId: sender.id, campaignId })).status === 'paused';
  const command = isPaused && campaign !== null ? resumeOf(campaign, sender) : dispatchOf(sender);
  hint(app, `${isPaused ? 'The campaign is paused: ' : ''}${count} left in the queue; ${command} sends ${count === 1 ? 'it' : 'them'}.`);
}

// What was admitted since the last answer that was read is known to nobody but the store.
function goneOf({ counts }: Tally, { sender, campaign }: Pick<Sent, 'sender' | 'campaign'>): AppError {
  const { queued } = counts;
  const admitted = queued + counts.accepted + counts.delivered + counts.failed + counts.unknown;
  const goOn = campaign === null ? dispatchOf(sender) : `${resumeOf(campaign, sender)}, or ${dispatchOf(sender)},`;
  const left = queued === 0 ? 'none is left in the queue' : `${queued} still queued: ${goOn} sends ${queued === 1 ? 'it' : 'them'}`;
  return fail('output_unwritable', {
    message: 'Nobody reads the answers any more.',
    hint: `${admitted} ${admitted === 1 ? 'was' : 'were'} admitted, ${left}. No further row was taken; the same command again sends nothing twice.`,
    details: { admitted, queued },
  });
}

/** An answer: what a row of a file has in NDJSON, with the row's own key, and the column in which something is wrong. */
type Answer = Omit<SentRow, 'to'> & { readonly to: string | null; readonly key: string | null; readonly column: string | null };

function toAnswer({ row: { row, checked }, admitted, record }: LiveOutcome, currency: string): Answer {
  if ('reason' in checked) {
    const { column, reason } = checked;
    const blank = { category: null, market: null, price: null, currency, provider_id: null, duplicate_of: null, due_at: null, key: null };
    return { row, id: null, to: null, status: 'invalid', reason, ...blank, column };
  }
  assert(admitted !== null, 'a row that was not admitted has an answer');
  const { request, admission } = admitted;
  const { row: _row, id, to, status, reason, ...rest } = withRecord(toSentRow(checked, request, { admission, currency }), record);
  return { row, id, to, status, reason, ...rest, key: checked.key, column: null };
}

const INVALID_HINTS: Readonly<Record<string, string>> = {
  not_json: 'is not JSON. CSV? Say --input csv.',
  missing_key: 'has no key. Give each row one, {"to":"…","key":"…"}, or all of them a --campaign.',
};

// What is wrong with one row so is mostly wrong with all: said once.
function invalidHints(app: App): (row: LiveRow) => void {
  const told = new Set<string>();
  return ({ row, checked }) => {
    const sentence = 'reason' in checked ? INVALID_HINTS[checked.reason] : undefined;
    if (sentence === undefined || told.has(sentence)) return;
    told.add(sentence);
    hint(app, `Row ${row} ${sentence}`);
  };
}

function listErrors(errors: RejectionFile | null, { row: { checked, record, header }, admitted }: LiveOutcome): void {
  if (errors === null) return;
  if ('reason' in checked) errors.add(checked, record, header);
  else if (admitted?.admission.kind === 'refused') errors.add(refusalRejection(checked, admitted.admission.reason), record, header);
}

async function* flushing(rows: AsyncIterable<readonly LiveRow[]>, errors: RejectionFile | null): AsyncGenerator<readonly LiveRow[]> {
  for await (const batch of rows) {
    await errors?.flush();
    yield batch;
  }
}
