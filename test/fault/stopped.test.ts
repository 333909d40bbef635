// Senders that are stopped and go on (SIGSTOP, a suspended machine): nobody takes what they hold, they read what came meanwhile, and nothing is sent twice.

import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type Channel, openChannel, until } from '../channel.ts';
import { finishCampaign, isSent, phoneOf, prepareCampaign } from './campaign.ts';
import { AS_IT_SHOULD_BE, askStore, compare } from './truth.ts';

let channel: Channel;
afterEach(() => channel.close());

const states = (): readonly string[] =>
  askStore<{ readonly state: string }>(channel.db, 'SELECT DISTINCT state FROM message').map(({ state }) => state);

test('what a stopped sender holds stays its own, and it settles it when it goes on', async () => {
  channel = await openChannel({
    scenario: { latency_ms: [20_000, 20_000], rules: [{ match: { to: `${phoneOf(0).slice(0, 4)}*` }, fault: 'slow', delay_ms: 1_500 }] },
  });
  const { campaign } = prepareCampaign(channel, 5);
  const stopped = channel.start(...campaign);
  let out = '';
  stopped.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until(async () => ((await channel.emulator('/state'))['messages'] as { readonly total: number }).total === 5);
  stopped.kill('SIGSTOP');

  expect(channel.run(...campaign).code).toBe(0);
  expect(channel.mustRun('dispatch')).toMatchObject({ sent: 0, recovered: [] });
  const { items } = channel.mustRun('doctor') as { readonly items: readonly { readonly check: string; readonly result: string }[] };
  expect(items.find(({ check }) => check === 'workers')).toMatchObject({ result: 'good' });
  expect(states()).toEqual(['sending']);
  await wait(2_000); // the answers come, and nobody reads them
  expect(states()).toEqual(['sending']);
  stopped.kill('SIGCONT');
  await once(stopped, 'exit');

  expect(JSON.parse(out)).toMatchObject({ counts: { accepted: 5, unknown: 0 } });
  expect((await channel.emulator('/state'))['messages']).toMatchObject({ total: 5 });
});

test('three senders that are stopped again and again send each message once', async () => {
  const rows = 1_200;
  channel = await openChannel({ scenario: { latency_ms: [5, 50] }, rate: 200 });
  const { numbers, campaign } = prepareCampaign(channel, rows);
  channel.mustRun(...campaign, '--queue');
  const senders = [campaign, ['dispatch', '--json'], ['dispatch', '--json']].map((args) => channel.start(...args));
  for (let turn = 0; turn < 12 && !isSent(channel.db, rows); turn += 1) {
    const sender = senders[turn % senders.length];
    await wait(100 + 37 * turn);
    sender?.kill('SIGSTOP');
    await wait(100 + 61 * turn);
    // One of them dies while it is stopped, the way the system ends what is frozen.
    sender?.kill(turn === 7 ? 'SIGKILL' : 'SIGCONT');
  }
  const alive = senders.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(alive.map((sender) => once(sender, 'exit')));

  await finishCampaign(channel, campaign, rows);
  expect(await compare(channel, numbers)).toMatchObject({ ...AS_IT_SHOULD_BE, unknown: { all: 0 } });
});
