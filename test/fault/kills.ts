// A campaign over HTTP whose processes are killed at random moments, until it ends: senders in their admission, claim, request and settling, and the receiver
// of the webhooks. What the provider knows is the truth that the store is held against.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseJournal } from '../../src/store/journal-lines.ts';
import type { MessageId } from '../../src/values/id.ts';
import { type Channel, openChannel } from '../channel.ts';
import { finishCampaign, isSent, prepareCampaign } from './campaign.ts';
import { askStore, compare, type Truth } from './truth.ts';

export type KillPlan = { readonly rows: number; readonly kills: number; readonly seed: number; readonly rate: number };

/** What the dead left, counted at each death: what was claimed would be unknown without a journal; `unanswered` of it is, with one. */
export type Left = { claimed: number; unanswered: number; answered: number; unsent: number };

export type KillReport = Truth & { readonly kills: { sender: number; receiver: number }; readonly left: Left };

/** What goes wrong besides the kills. No status is lost, so that what the provider delivered must be charged in the end. */
const FAULTS = {
  http_429: 0.002,
  http_500: 0.002,
  reset_before: 0.003,
  reset_after: 0.01,
  http_500_after: 0.005,
  duplicate_webhook: 0.05,
  reorder: 0.05,
  delay: { rate: 0.05, delay_ms: 300 },
};

/** Kills as often as planned, or until all is sent, whichever comes first; then lets the campaign end, and compares. */
export async function killCampaign({ rows, kills, seed, rate }: KillPlan): Promise<KillReport> {
  const channel = await openChannel({ scenario: { seed, latency_ms: [5, 50], rates: FAULTS }, rate });
  try {
    const { numbers, campaign } = prepareCampaign(channel, rows);
    const killed = { sender: 0, receiver: 0 };
    const left: Left = { claimed: 0, unanswered: 0, answered: 0, unsent: 0 };
    const random = createRandom(seed);
    const startMs = measureStart(channel);
    while (killed.sender + killed.receiver < kills && !isSent(channel.db, rows)) {
      if (random() < 0.1) {
        await channel.replaceReceiver();
        killed.receiver += 1;
      }
      const before = journalBytes(channel.db);
      const deaths = commandsOf(campaign, random).map((args) => {
        const moment = random();
        // Half of them when requests leave, the others wherever they are.
        const comes = random() < 0.5 ? isSending(channel.db, before, 250 * moment) : wait(startMs * (0.3 + 1.2 * moment));
        return kill(channel.start(...args), comes);
      });
      killed.sender += (await Promise.all(deaths)).filter(Boolean).length;
      countLeft(channel.db, left);
    }
    await finishCampaign(channel, campaign, rows);
    return { kills: killed, left, ...(await compare(channel, numbers)) };
  } finally {
    await channel.close();
  }
}

/** How long a command takes here that has nothing to do. */
function measureStart(channel: Channel): number {
  const begun = performance.now();
  channel.mustRun('dispatch');
  return performance.now() - begun;
}

// The same command again and again, or the work goes on without the file, or both at once.
function commandsOf(campaign: readonly string[], random: () => number): readonly (readonly string[])[] {
  const chance = random();
  if (chance < 0.5) return [campaign];
  return chance < 0.8 ? [['dispatch', '--json']] : [campaign, ['dispatch', '--json']];
}

/** True where the process was still there to be killed. */
async function kill(child: ChildProcess, moment: Promise<void>): Promise<boolean> {
  const ended = once(child, 'exit');
  await Promise.race([moment, ended]);
  child.kill('SIGKILL');
  await ended;
  return child.signalCode === 'SIGKILL';
}

async function isSending(db: string, before: number, moreMs: number): Promise<void> {
  for (let waited = 0; journalBytes(db) === before && waited < 10_000; waited += 5) await wait(5);
  await wait(moreMs);
}

/** Besides their titles. */
function journalBytes(db: string): number {
  const directory = `${db}.workers`;
  const journals = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.journal')) : [];
  return journals.reduce((sum, name) => sum + Math.max(0, (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0) - 60), 0);
}

type Claim = { readonly id: MessageId; readonly attempt: number; readonly worker: string };

// No sender lives now, so that what is being sent is left by the dead.
function countLeft(db: string, left: Left): void {
  const claims = askStore<Claim>(db, "SELECT id, attempt, worker_id AS worker FROM message WHERE state = 'sending'");
  for (const claim of claims) {
    const text = readFileSync(join(`${db}.workers`, `${claim.worker}.journal`), 'utf8');
    const record = parseJournal(text, text.slice(0, text.indexOf('\n') + 1));
    left.claimed += 1;
    if (record?.answerTo(claim) !== null) left.answered += 1;
    else if (record.mayHaveLeft(claim)) left.unanswered += 1;
    else left.unsent += 1;
  }
}

/** The same numbers for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
