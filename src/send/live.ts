// The main line for a pipe that may never end: rows are admitted as they come, sent while more come, and answered in their order.

import type { BudgetWarning } from '../domain/budget-warning.ts';
import { AppError, assert } from '../errors.ts';
import type { Clock } from '../ports/host.ts';
import type { Admission, AdmitRequest, Run } from '../ports/store/admit.ts';
import type { OutboxScope } from '../ports/store/outbox.ts';
import type { Settlement } from '../ports/store/settle.ts';
import { BATCH_MAX } from '../values/batch.ts';
import { type Instant, SECOND_MS } from '../values/time.ts';
import { type Answers, createAnswers, type Ticket } from './answers.ts';
import { dispatch, type DispatchEnd } from './dispatch.ts';
import { LATER_TRY_MS, PATIENCE_MS } from './dispatch-own.ts';
import { enqueue } from './enqueue.ts';
import { ENDED, failedWith } from './finish.ts';
import { gathered, GATHER_MS } from './live-batches.ts';
import { createDesk, type Desk, type LiveOutcome } from './live-desk.ts';
import type { LiveRow } from './live-rows.ts';
import type { Recipient } from './recipients.ts';
import { recover } from './recover.ts';
import { openRun, type SendEnd, type SendHost, type SendPlan } from './send.ts';
import { countRecovered, createTally, type Tally } from './tally.ts';

export type LivePlan = Pick<
  SendPlan,
  'sender' | 'template' | 'campaign' | 'maxPrice' | 'timing' | 'queueOnly' | 'onProgress' | 'onStopping'
> & {
  /** How long a row may wait for its message before it is answered as it stands, and with it those behind it. */
  readonly patienceMs: number;
  /** Changes a recipient before it is admitted. */
  readonly prepare: (recipient: Recipient) => Recipient;
  /** The line that answers a row. */
  readonly toText: (outcome: LiveOutcome) => string;
  /** Hands lines to whoever reads the answers; false when nobody does any more. */
  readonly write: (text: string) => Promise<boolean>;
  /** Told of a store or a provider that is not there: it is waited for. */
  readonly onTrouble: (error: AppError) => void;
  /** Ends the reading of rows; the host's signal aborts by it too. */
  readonly stop: () => void;
};

/** `isGone`: the answers had no reader in the end. */
export type LiveEnd = SendEnd & { readonly isGone: boolean };

/**
 * How many rows may be without an answer that was read, or queued behind one: what is not taken stays in the pipe, so that a slow provider, or a slow reader of
 * the answers, holds up who writes the rows, and memory stays as it is.
 */
const OPEN_MAX = 2 * BATCH_MAX;

/**
 * Sends to rows as they come, until they end, the host's signal aborts, or nobody reads the answers; what was begun is finished and answered then. A store or a
 * provider that is away for now is waited for. What ends it for good is the failure, after the answers of what was taken. After the last row it goes on until all
 * of its messages are at rest, or nothing of what is left can be sent in a reasonable time. A row that was read and has no answer was not taken, as long as the
 * answers are read and the process lives.
 */
export async function sendLive(host: SendHost, plan: LivePlan, rows: AsyncIterable<readonly LiveRow[]>): Promise<LiveEnd> {
  const live = await begin(host, plan);
  const { tally, desk, answers, failures } = live;
  const over = new AbortController();
  const works = plan.queueOnly ? [] : [carryOut(live, over.signal), watch(live, over.signal)];
  const working = Promise.all(works.map((work) => work.catch(live.endBy)));
  try {
    for await (const batch of gathered(rows, { size: BATCH_MAX, clock: host.clock })) {
      await live.until(() => answers.count() + batch.length <= OPEN_MAX && desk.unsent().length <= OPEN_MAX);
      if (host.interrupted.aborted) break;
      await admitRows(live, batch);
      plan.onProgress(tally);
    }
    await live.until(() => desk.waiting() === 0 && (desk.unsent().length === 0 || live.rest.isStuck()));
  } catch (error) {
    live.endBy(error);
  }
  over.abort();
  live.bell.ring();
  await working;
  await desk.close().catch(live.endBy);
  await answers.flushed();
  const failure = failures[0] ?? answers.failure();
  const ending = failure === null ? ENDED : failedWith(failure);
  const interrupted = host.interrupted.aborted && failure === null && !live.isGone();
  const isLeft = tally.counts.queued > (tally.scheduled?.units ?? 0);
  return { tally, ...ending, interrupted, timedOut: !interrupted && !plan.queueOnly && isLeft, isGone: live.isGone() };
}

/** What the parts of one live send share. */
type Live = {
  readonly host: SendHost;
  readonly plan: LivePlan;
  readonly run: Run | null;
  readonly tally: Tally;
  readonly answers: Answers;
  readonly desk: Desk;
  /** Rung when there is something new to send. */
  readonly bell: Bell;
  readonly failures: unknown[];
  /** Notes what went wrong, and ends the reading. */
  readonly endBy: (error: unknown) => void;
  readonly rest: Rest;
  /** Waits, as long as nothing ends the reading. */
  readonly until: (isSo: () => boolean) => Promise<void>;
  readonly isGone: () => boolean;
};

async function begin(host: SendHost, plan: LivePlan): Promise<Live> {
  const { store, clock, interrupted } = host;
  const tally = createTally();
  countRecovered(tally, await recover(store, { diedWithProcess: host.diedWithProcess, at: clock.now() }));
  let isGone = false;
  const answers = createAnswers(plan.write, () => {
    isGone = true;
    plan.stop();
  });
  const failures: unknown[] = [];
  return {
    host,
    plan,
    run: await openRun(host, { ...plan, source: null, dryRun: false }),
    tally,
    answers,
    desk: createDesk({ ...plan, store, clock, answers, tally }),
    bell: createBell(clock),
    failures,
    endBy: (error) => {
      failures.push(error);
      plan.stop();
    },
    until: async (isSo) => {
      while (!isSo() && !interrupted.aborted) await clock.sleep(GATHER_MS, interrupted);
    },
    rest: createRest(clock),
    isGone: () => isGone,
  };
}

/** Whether waiting for what is left makes sense. */
type Rest = {
  /** Told that it is tried to send something. */
  readonly begin: () => void;
  /** Told how that ended; null for a provider or a store that is away. */
  readonly end: (end: DispatchEnd | null) => void;
  /** True while nothing of it can be sent for longer than is waited for. */
  readonly isStuck: () => boolean;
};

function createRest({ now }: Pick<Clock, 'now'>): Rest {
  let nothingSince: Instant | null = null;
  let isStuck = false;
  return {
    begin: () => void (isStuck = false),
    end: (end) => {
      const at = now();
      const isNothing = end === null || end.reason === 'empty'; // another process holds it, for as long as a request takes
      nothingSince = isNothing ? (nothingSince ?? at) : null;
      if (nothingSince !== null) isStuck = at - nothingSince >= PATIENCE_MS;
      else isStuck = end?.reason === 'not_due' ? end.nextDueAt - at > LATER_TRY_MS : true;
    },
    isStuck: () => isStuck,
  };
}

async function admitRows(live: Live, batch: readonly LiveRow[]): Promise<void> {
  const { host, plan, run, desk, tally, answers, bell } = live;
  const open = new Map(batch.map((row) => [row.row, { row, ticket: answers.open() }]));
  const close = (row: number, take: (ticket: Ticket, row: LiveRow) => void): void => {
    const entry = open.get(row);
    assert(entry !== undefined, `row ${row} was answered twice`);
    open.delete(row);
    take(entry.ticket, entry.row);
  };
  for (const { row, checked } of batch) if ('reason' in checked) close(row, desk.refuse);
  const recipients = batch.flatMap(({ checked }) => ('reason' in checked ? [] : [plan.prepare(checked)]));
  const enqueuePlan = {
    mode: 'commit',
    sender: plan.sender,
    template: plan.template?.name ?? null,
    campaignId: run?.campaignId ?? null,
    runId: run?.runId ?? null,
    sieve: null,
    isNewCampaign: false,
    derivesKeys: run !== null,
    maxPrice: plan.maxPrice,
    timing: plan.timing,
    onAdmission: (recipient: Recipient, request: AdmitRequest, admission: Admission) =>
      close(recipient.row, (ticket, row) => desk.take(ticket, row, { request, admission })),
    onWarnings: (warnings: readonly BudgetWarning[]) => void tally.budgetWarnings.push(...warnings),
  } as const;
  try {
    await patiently(live, () => enqueue(host, enqueuePlan, only(recipients)));
  } finally {
    for (const { ticket } of open.values()) answers.fill(ticket, ''); // not admitted after all, so there is nothing to say
  }
  bell.ring();
}

async function* only(recipients: readonly Recipient[]): AsyncGenerator<readonly Recipient[]> {
  yield recipients;
}

// Sends what is admitted, until `over`; what is on its way then is finished.
async function carryOut(live: Live, over: AbortSignal): Promise<void> {
  const { host, plan, desk, run, bell, rest, endBy } = live;
  const work = { ...host, interrupted: over };
  const dispatchPlan = {
    sender: plan.sender,
    get scope(): OutboxScope {
      return run === null ? { kind: 'messages', ids: desk.unsent() } : { kind: 'campaign', campaignId: run.campaignId };
    },
    countMax: null,
    patienceMs: 0,
    newcomersMs: GATHER_MS,
    onSettled: (settlements: readonly Settlement[]) => void desk.settled(settlements).catch(endBy),
    // `over` ends this dispatch after the last row too, and then nobody asked for a stop: there is nothing to tell.
    onStopping: (underWay: number) => {
      if (host.interrupted.aborted) plan.onStopping(underWay);
    },
  };
  const sendDue = (): Promise<DispatchEnd> => {
    rest.begin();
    return dispatch(work, dispatchPlan);
  };
  while (!over.aborted) {
    const end = desk.unsent().length === 0 ? null : await patiently(live, sendDue);
    if (end !== null) rest.end(end);
    const restMs = end?.reason === 'not_due' ? Math.min(Math.max(end.nextDueAt - host.clock.now(), 0), IDLE_MS) : IDLE_MS;
    if (!over.aborted) await bell.rest(restMs);
  }
}

/** Another process may have put something back into the queue meanwhile. */
const IDLE_MS = SECOND_MS;

const LOOK_MS = 250;

// What others settle, and what has waited long enough.
async function watch({ host: { clock }, desk }: Live, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await clock.sleep(LOOK_MS, over);
    await desk.look();
  }
}

const RETRY_MS = SECOND_MS / 2;
const RETRY_MS_MAX = 30 * SECOND_MS;

// What may go well later is tried again, more rarely each time, until the reading ends. Null when it did.
async function patiently<Result>({ host, plan, rest }: Live, step: () => Promise<Result>): Promise<Result | null> {
  for (let restMs = RETRY_MS; ; restMs = Math.min(2 * restMs, RETRY_MS_MAX)) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable) throw error;
      if (host.interrupted.aborted) throw error;
      plan.onTrouble(error);
      rest.end(null);
    }
    await host.clock.sleep(restMs, host.interrupted);
    if (host.interrupted.aborted) return null;
  }
}

type Bell = { readonly ring: () => void /** Waits so long, or until it rings. */; readonly rest: (milliseconds: number) => Promise<void> };

function createBell(clock: Pick<Clock, 'sleep'>): Bell {
  let rung = new AbortController();
  return {
    ring: () => {
      rung.abort();
      rung = new AbortController();
    },
    rest: (milliseconds) => clock.sleep(milliseconds, rung.signal),
  };
}
