// Campaigns that are paused, resumed and cancelled by other processes while one sends them over HTTP, with kill -9 between: nobody gets a message twice, nobody is
// forgotten, nothing leaves while it is paused or after it was cancelled, and the books are right.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Channel, openChannel, until } from '../channel.ts';

const ROWS = 1_200;
const TURNS = 8;

let channel: Channel;

const phone = (index: number): string => `+49151${String(10_000_000 + index * 10 + 9)}`;
const send = (name: string, ...more: readonly string[]) => ['send', 'hello_world', '--from', file, '--campaign', name, ...more];
let file: string;

beforeAll(async () => {
  channel = await openChannel({ rate: 300 });
  file = join(channel.directory, 'people.csv');
  const people = join(channel.directory, 'contacts.csv');
  const phones = Array.from({ length: ROWS }, (_, index) => phone(index));
  writeFileSync(people, `phone,language,opt_in,source\n${phones.map((number) => `${number},en_US,utility,test\n`).join('')}`);
  writeFileSync(file, `to\n${phones.join('\n')}\n`);
  channel.mustRun('contact', 'import', people);
  channel.mustRun('template', 'sync');
});

afterAll(() => channel.close());

type Item = { readonly status: string; readonly counts: Readonly<Record<string, number>>; readonly unfinished: readonly string[] };

function show(name: string): Item {
  return channel.mustRun('campaign', 'show', name)['item'] as Item;
}

/** How often the provider accepted something for each number, since the emulator was set back. */
async function acceptedBy(): Promise<ReadonlyMap<string, number>> {
  const { messages } = (await channel.emulator('/messages')) as { readonly messages: readonly { readonly to: string }[] };
  const counts = new Map<string, number>();
  for (const { to } of messages) counts.set(to, (counts.get(to) ?? 0) + 1);
  return counts;
}

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly out: string }> {
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}

const isUnderWay = (name: string) => async (): Promise<boolean> => (await acceptedBy()).size > 30 && show(name).counts['queued'] !== 0;

describe('a campaign that is paused and resumed from outside', () => {
  test('stops at once, says how to go on, and is gone on with where it stopped', { timeout: 240_000 }, async () => {
    const sender = channel.start(...send('autumn'));
    const end = ended(sender);
    await until(isUnderWay('autumn'));
    channel.mustRun('campaign', 'pause', 'autumn', '--reason', 'wrong price', '--by', 'ada');
    const { code, out } = await end;
    expect(code).toBe(10);
    expect(out).toContain('The campaign is paused');
    expect(out).toContain('tollbell campaign resume autumn');

    const left = (await acceptedBy()).size;
    expect(left).toBeLessThan(ROWS);
    const { code: idle, out: said } = channel.run('dispatch');
    expect([idle, JSON.parse(said)]).toMatchObject([0, { sent: 0, paused: true }]);
    expect((await acceptedBy()).size).toBe(left);
  });

  test('is neither lost nor sent twice by processes that are killed between', { timeout: 280_000 }, async () => {
    const ways = [['campaign', 'resume', 'autumn'], send('autumn'), ['dispatch']] as const;
    for (let turn = 0; turn < TURNS; turn += 1) {
      channel.mustRun('campaign', 'resume', 'autumn', '--queue');
      const worker = channel.start(...(ways[turn % ways.length] ?? ['dispatch']));
      const gone = once(worker, 'close');
      await wait(400 + 150 * turn);
      const other = channel.start('campaign', turn % 2 === 0 ? 'pause' : 'resume', 'autumn', ...(turn % 2 === 0 ? [] : ['--queue']));
      const otherGone = once(other, 'close');
      await wait(60 * turn);
      other.kill('SIGKILL');
      worker.kill('SIGKILL');
      await Promise.all([gone, otherGone]);
    }
    const { code } = channel.run('campaign', 'resume', 'autumn');
    expect([0, 6]).toContain(code);
    expect(show('autumn')).toMatchObject({ counts: { queued: 0, sending: 0, failed: 0, cancelled: 0 }, unfinished: [] });
    await until(() => show('autumn').counts['accepted'] === 0); // the statuses come by webhook

    const accepted = await acceptedBy();
    const { delivered = 0, unknown = 0 } = show('autumn').counts;
    expect([...accepted.values()].filter((times) => times > 1)).toEqual([]);
    expect(accepted.size).toBe(delivered);
    expect(delivered + unknown).toBe(ROWS); // what was claimed by a process that was killed before it left is unknown, and named
    expect(delivered).toBeGreaterThan(ROWS / 2);
    expect(channel.run('verify').code).toBe(0);
  });
});

describe('a campaign that is cancelled while somebody sends it', () => {
  test('ends, also where who cancels is killed and starts again', { timeout: 240_000 }, async () => {
    await channel.emulator('/reset', {});
    const sender = channel.start(...send('winter'));
    const end = ended(sender);
    await until(isUnderWay('winter'));
    for (const delayMs of [150, 300, 450]) {
      const killed = channel.start('campaign', 'cancel', 'winter', '--yes');
      const gone = once(killed, 'close');
      await wait(delayMs);
      killed.kill('SIGKILL');
      await gone;
    }
    channel.mustRun('campaign', 'cancel', 'winter', '--yes');
    expect((await end).code).toBe(5); // what was queued is cancelled
    channel.mustRun('campaign', 'cancel', 'winter', '--yes');
    await until(() => show('winter').counts['accepted'] === 0);

    const accepted = await acceptedBy();
    const { status, counts } = show('winter');
    expect([status, counts['queued'], counts['sending']]).toEqual(['cancelled', 0, 0]);
    expect([...accepted.values()].filter((times) => times > 1)).toEqual([]);
    expect(counts['delivered']).toBe(accepted.size);
    expect([counts['failed'], counts['cancelled']]).toEqual([0, ROWS - accepted.size]);
    expect(channel.run(...send('winter'))).toMatchObject({ code: 2, err: expect.stringContaining('campaign_cancelled') as string });
    expect(channel.run('verify').code).toBe(0);
  });
});
