// A campaign takes all that its number may send, and codes for logins are sent meanwhile by processes of their own, with the built command against the emulator
// over HTTP: each code goes at once, and the number stays within its rate. How the rule works where the campaign is always the quicker one: the exam of stores.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Channel, openChannel, until } from '../channel.ts';
import { behind } from '../store/behind.ts';

const RATE = 80;
const ROWS = 1_200;
const CODES = 6;

let channel: Channel;

const phone = (index: number): string => `+49151${String(20_000_000 + index * 10 + 9)}`;

beforeAll(async () => {
  channel = await openChannel({ rate: RATE, scenario: { requests_per_second: RATE } });
  const { directory, mustRun } = channel;
  const people = Array.from({ length: ROWS }, (_, index) => `${phone(index)},en_US,marketing authentication,web\n`).join('');
  writeFileSync(join(directory, 'people.csv'), `phone,language,opt_in,source\n${people}`);
  mustRun('contact', 'import', join(directory, 'people.csv'));
  addTemplate('sale', 'MARKETING', [{ type: 'BODY', text: 'All for half the price.' }]);
  addTemplate('code', 'AUTHENTICATION', [
    { type: 'BODY' },
    { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', text: 'Copy' }] },
  ]);
  mustRun('template', 'push');
}, 120_000);
afterAll(() => channel.close());

function addTemplate(name: string, category: string, components: readonly object[]): void {
  const path = join(channel.directory, `${name}.json`);
  writeFileSync(path, JSON.stringify({ name, language: 'en_US', category, components }));
  channel.mustRun('template', 'add', path);
}

type Claim = readonly [category: string, createdAt: number, claimedAt: number];

const claims = (): readonly Claim[] =>
  behind(channel.db, (db) =>
    db.prepare('SELECT category, created_at, claimed_at FROM message WHERE claimed_at IS NOT NULL ORDER BY claimed_at').raw().all(),
  ) as readonly Claim[];

test('codes for logins wait for nothing of a campaign', { timeout: 240_000 }, async () => {
  const file = join(channel.directory, 'sale.csv');
  writeFileSync(file, `to\n${Array.from({ length: ROWS }, (_, index) => phone(index)).join('\n')}\n`);
  const campaign = channel.start('send', 'sale', '--from', file, '--campaign', 'sale', '--json');
  let out = '';
  campaign.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until(() => claims().length > 100);
  for (let index = 0; index < CODES; index += 1) {
    channel.mustRun('send', 'code', '--to', phone(index), '--param', `1=20461${index}`);
  }
  expect(campaign.exitCode).toBeNull(); // it went on all the time
  await until(() => campaign.exitCode !== null);
  expect(JSON.parse(out)).toMatchObject({ counts: { queued: 0, failed: 0 } });

  const all = claims();
  const codes = all.filter(([category]) => category === 'authentication');
  expect(codes).toHaveLength(CODES);
  // Counted in messages of the campaign and not in time: a process that starts on a busy machine takes its time, and that is not what this is about.
  const ahead = codes.map(([, createdAt, claimedAt]) => all.filter(([, , at]) => at > createdAt && at < claimedAt).length);
  const halfway = ahead.toSorted((left, right) => left - right)[CODES / 2] ?? 0;
  expect(halfway).toBeLessThan(RATE / 2);
  expect(Math.max(...ahead)).toBeLessThan(2 * RATE);
  const inOneSecond = all.map(([, , from]) => all.filter(([, , at]) => at >= from && at < from + 1_000).length);
  expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(RATE);
});
