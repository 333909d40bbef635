// A disk that fills up in the middle of a campaign, while it is admitted or while it is sent: a clear error, nothing half done, and the same command goes on
// once there is room. Needs the right to mount a small file system in memory; where there is none, the cases are skipped and say so.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { auditBooks } from '../audit.ts';
import { openChannel, until } from '../channel.ts';
import { finishCampaign, prepareCampaign } from './campaign.ts';
import { AS_IT_SHOULD_BE, askStore, compare } from './truth.ts';

const ROWS = 4_000;
const LAUNCHER = join(import.meta.dirname, '../../bin/tollbell.js');

const directory = mkdtempSync(join(tmpdir(), 'tollbell-full-'));
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', directory]).status === 0;

afterAll(() => {
  if (canMount) spawnSync('umount', ['-l', directory]);
  rmSync(directory, { recursive: true, force: true });
});

const db = join(directory, 't.db');
const files = mkdtempSync(join(tmpdir(), 'tollbell-full-files-'));
afterAll(() => rmSync(files, { recursive: true, force: true }));

const phone = (index: number): string => `+49151${String(10_000_000 + index * 10 + 9)}`;

function tollbell(...args: readonly string[]) {
  const env = { ...process.env, HOME: files, XDG_CACHE_HOME: join(files, 'cache') };
  return spawnSync(process.execPath, [LAUNCHER, ...args, '--db', db, '--json'], { encoding: 'utf8', env });
}

test.skipIf(!canMount)('a full disk is store_full; with room again the same command ends the work', () => {
  const rows = Array.from({ length: ROWS }, (_, index) => phone(index));
  writeFileSync(join(files, 'people.csv'), `phone,opt_in,source\n${rows.map((to) => `${to},utility,t`).join('\n')}\n`);
  writeFileSync(join(files, 'orders.csv'), `to,name,order\n${rows.map((to) => `${to},Ada,A-1`).join('\n')}\n`);
  const send = ['send', 'order_shipped', '--from', join(files, 'orders.csv'), '--campaign', 'c', '--language', 'en_US'];

  expect(tollbell('init', '-y').status).toBe(0);
  const imported = tollbell('contact', 'import', join(files, 'people.csv'));
  const full = imported.status === 0 ? tollbell(...send) : imported;
  expect(full.status).toBe(8);
  expect(JSON.parse(full.stderr)).toMatchObject({ error: { code: 'store_full', retryable: true } });

  expect(spawnSync('mount', ['-o', 'remount,size=64m', directory]).status).toBe(0);
  expect(auditBooks(db)).toEqual([]);
  expect(tollbell('contact', 'import', join(files, 'people.csv')).status).toBe(0);
  const sent = tollbell(...send);
  expect(sent.stderr).toBe('');
  expect(sent.status).toBe(0);
  expect(auditBooks(db)).toEqual([]);
});

test.skipIf(!canMount)(
  'a disk that fills up while requests are under way ends the sender; with room again the campaign ends, each message sent once',
  async () => {
    const rows = 1_000;
    const place = mkdtempSync(join(tmpdir(), 'tollbell-full-channel-'));
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', place]).status).toBe(0);
    const channel = await openChannel({ directory: place, scenario: { latency_ms: [5, 50] }, rate: 200 });
    onTestFinished(async () => {
      spawnSync('umount', ['-l', place]);
      await channel.close();
    });
    const { numbers, campaign } = prepareCampaign(channel, rows);
    const filler = join(place, 'filler');
    const sender = channel.start(...campaign);
    let err = '';
    sender.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await until(() => askStore(channel.db, "SELECT 1 FROM message WHERE state = 'accepted' LIMIT 1").length > 0);
    fill(place, filler);
    const [code] = (await once(sender, 'exit')) as [number | null];
    expect([code, JSON.parse(err)]).toMatchObject([8, { error: { code: 'store_full' } }]);
    expect(channel.run('dispatch').code).toBe(8);

    unlinkSync(filler);
    await finishCampaign(channel, campaign, rows);
    expect(await compare(channel, numbers)).toMatchObject({
      ...AS_IT_SHOULD_BE,
      unknown: { ofThemSent: 0 },
    });
  },
);

function fill(place: string, filler: string): void {
  const { bavail, bsize } = statfsSync(place);
  try {
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
  } catch {
    // the store took some of the room meanwhile, and the file has the rest
  }
}
