// A store that another process keeps locked while a campaign is on its way: the sender waits, says so when that takes too long, and what was answered
// meanwhile is no unknown outcome.

import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { type Channel, type Ended, openChannel, until } from '../channel.ts';
import { finishCampaign, prepareCampaign } from './campaign.ts';
import { AS_IT_SHOULD_BE, askStore, compare } from './truth.ts';

const ROWS = 600;
const BUSY_MS = 2_000;

let channel: Channel;
afterEach(() => channel.close());

/** Sends the campaign, and locks the store for so long while it is on its way. */
async function sendLocked(campaign: readonly string[], lockedMs: number): Promise<Ended> {
  const sender = channel.start(...campaign);
  let [out, err] = ['', ''];
  sender.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  sender.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await until(
    () =>
      (askStore<{ readonly count: number }>(channel.db, 'SELECT COUNT(*) AS count FROM message WHERE accepted_at IS NOT NULL')[0]?.count ??
        0) > 30,
  );
  const other = new Database(channel.db, { timeout: 10_000 });
  // While something is on its way, or there is nothing that the lock could keep from being settled.
  await until(() => {
    other.exec('BEGIN IMMEDIATE');
    const isUnderWay = other.prepare("SELECT 1 FROM message WHERE state = 'sending'").get() !== undefined;
    if (!isUnderWay) other.exec('ROLLBACK');
    return isUnderWay;
  });
  const ended = once(sender, 'exit');
  await Promise.race([wait(lockedMs), ended]);
  other.exec('ROLLBACK');
  other.close();
  const [code] = (await ended) as [number | null];
  return { code, out, err };
}

async function openLocked(): Promise<ReturnType<typeof prepareCampaign>> {
  channel = await openChannel({ scenario: { latency_ms: [5, 50] }, rate: 200 });
  channel.variables['TOLLBELL_BUSY_TIMEOUT_MS'] = String(BUSY_MS);
  return prepareCampaign(channel, ROWS);
}

test('for a while: the sender waits, and goes on', async () => {
  const { numbers, campaign } = await openLocked();
  const { code, out } = await sendLocked(campaign, BUSY_MS / 2);
  expect([code, JSON.parse(out)]).toMatchObject([0, { counts: { unknown: 0 } }]);
  await finishCampaign(channel, campaign, ROWS);
  expect(await compare(channel, numbers)).toMatchObject({ ...AS_IT_SHOULD_BE, unknown: { all: 0 } });
});

test('for longer than it may wait: the sender says so and ends, and its answers are settled by whoever comes next', async () => {
  const { numbers, campaign } = await openLocked();
  const { code, err } = await sendLocked(campaign, 600_000);
  expect(code).toBe(8);
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'store_busy', retryable: true, hint: expect.any(String) as string } });
  const left = askStore(channel.db, "SELECT id FROM message WHERE state = 'sending'");
  expect(left.length).toBeGreaterThan(0);
  const { recovered } = channel.mustRun('dispatch') as { readonly recovered: readonly string[] };
  expect(recovered).toEqual([]);
  await finishCampaign(channel, campaign, ROWS);
  expect(await compare(channel, numbers)).toMatchObject({ ...AS_IT_SHOULD_BE, unknown: { all: 0 } });
});
