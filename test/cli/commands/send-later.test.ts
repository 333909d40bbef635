// Sending later, as a user sees it: what is scheduled, until when quiet hours hold what, and how it is sent then.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

const ADA = '+4915112340001';
const BEA = '+33612340001';
const EVENING = '2026-11-26T21:30:00Z';

let world: World;

beforeEach(async () => {
  world = createWorld();
  world.setClock(EVENING);
  await world.run('init', '-y');
  for (const phone of [ADA, BEA])
    await world.run('contact', 'add', phone, '--language', 'en_US', '--opt-in', 'utility,marketing', '--source', 'web');
});
afterEach(() => world.close());

const send = (...options: readonly string[]) => world.run('send', 'hello_world', ...options);

function file(text: string): string {
  const path = join(world.directory, 'list.csv');
  writeFileSync(path, text);
  return path;
}

describe('--at', () => {
  it('schedules, says who sends it, and ends with 0; a dispatcher sends it when it is due', async () => {
    const { code, json } = await send('--to', ADA, '--at', '2026-12-01T09:00+01:00', '--json');
    expect([code, json()]).toMatchObject([
      0,
      {
        status: 'success',
        counts: { read: 1, queued: 1 },
        scheduled: { units: 1, quiet_hours: 0, first_at: '2026-12-01T08:00:00Z', last_at: '2026-12-01T08:00:00Z' },
        messages: [{ status: 'scheduled', reason: null, due_at: '2026-12-01T08:00:00Z' }],
      },
    ]);
    expect((await send('--to', ADA, '--at', '2026-12-02T09:00Z')).out).toContain(
      '1 read, 1 scheduled\ncharged 0.000000 USD, reserved 0.055000 USD\n' +
        '1 is scheduled for 2026-12-02T09:00:00Z. tollbell dispatch sends it then, or a running tollbell serve --dispatch.',
    );
    expect((await world.run('dispatch', '--json')).json()).toMatchObject({ sent: 0, next_due_at: '2026-12-01T08:00:00Z' });
    world.setClock('2026-12-01T08:00:00Z');
    expect((await world.run('dispatch', '--json')).json()).toMatchObject({ sent: 1, next_due_at: '2026-12-02T09:00:00Z' });
  });

  it.each([
    ['2026-12-01T09:00', "at: '2026-12-01T09:00': the time has no zone; write it like 2026-12-01T09:00+01:00, or with Z for UTC."],
    ['soon', "at: 'soon': not a time with its zone, such as 2026-12-01T09:00+01:00."],
    ['2026-11-31T09:00Z', "at: '2026-11-31T09:00Z': there is no such date or time."],
    ['2026-11-30T25:00Z', "at: '2026-11-30T25:00Z': there is no such date or time."],
    ['2026-11-31T09:00', "at: '2026-11-31T09:00': there is no such date or time."],
    ['2028-12-01T09:00Z', "at: '2028-12-01T09:00Z': more than a year ahead."],
    ['2025-12-01T09:00Z', 'at: 2025-12-01T09:00Z is past; it is 2026-11-26T21:30:00Z now.'],
  ])('is not %s', async (at, message) => {
    expect(await world.failure('send', 'hello_world', '--to', ADA, '--at', at)).toMatchObject({
      exit: 2,
      code: 'invalid_input',
      message,
      details: { option: 'at' },
    });
  });

  it('sends at once what is due by now, and waits for no delivery of what is not', async () => {
    expect((await send('--to', ADA, '--at', '2026-11-26T21:26:00Z', '--json')).json()).toMatchObject({
      counts: { delivered: 1 },
      scheduled: null,
    });
    expect(await world.failure('send', 'hello_world', '--to', ADA, '--at', '2026-12-01T09:00Z', '--wait', 'delivered')).toMatchObject({
      exit: 2,
      code: 'usage',
    });
  });

  it('of a row comes before that of the command; a file sends the others now, and can be run again after its time', async () => {
    const path = file(`to,at\n${ADA},2026-12-05T09:00Z\n${BEA},\n`);
    const run = (...options: readonly string[]) => send('--from', path, '--campaign', 'c', '--json', ...options);
    expect((await run('--dry-run')).json()).toMatchObject({ counts: { queued: 2 }, scheduled: { units: 1 } });
    expect((await run('--at', '2026-12-01T09:00Z', '--dry-run')).json()).toMatchObject({
      scheduled: { units: 2, first_at: '2026-12-01T09:00:00Z', last_at: '2026-12-05T09:00:00Z' },
    });
    const first = await run();
    expect([first.code, first.json()]).toMatchObject([
      0,
      { counts: { queued: 1, delivered: 1 }, scheduled: { units: 1, last_at: '2026-12-05T09:00:00Z' } },
    ]);
    expect((await run()).json()).toMatchObject({ counts: { queued: 1, duplicate: 1 }, scheduled: { units: 1 } });
    world.setClock('2026-12-06T09:00:00Z');
    const late = await run();
    expect([late.code, late.json()]).toMatchObject([0, { counts: { delivered: 1, duplicate: 1, refused: 0 }, scheduled: null }]);
    file(`to,at\n${ADA},2026-12-04T09:00Z\n`);
    const other = await send('--from', path, '--campaign', 'd', '--json');
    expect([other.code, other.json()]).toMatchObject([3, { refusals: { too_late: 1 } }]);
  });

  it('does not move what is scheduled already, and says so', async () => {
    const path = file(`to\n${ADA}\n`);
    const run = (...options: readonly string[]) => send('--from', path, '--campaign', 'c', ...options);
    await run('--at', '2026-12-01T09:00Z');
    const kept = '\n1 was scheduled before and keeps the time that it had.\n';
    expect((await run('--at', '2026-12-01T10:00+01:00')).out).not.toContain('keeps the time');
    file(`to\n${ADA}\n${BEA}\n`);
    expect((await run('--at', '2026-12-02T09:00Z', '--dry-run')).out).toContain(kept);
    const { code, out } = await run('--at', '2026-12-02T09:00Z');
    expect([code, out]).toEqual([0, expect.stringContaining(kept)]);
    expect(out).toContain('2 are scheduled from 2026-12-01T09:00:00Z to 2026-12-02T09:00:00Z.');
    expect((await run('--at', '2026-12-03T09:00Z', '--queue')).out).toContain(
      '\n2 were scheduled before and keep the time that they had.\n',
    );
    expect((await run()).out).toContain('2 were scheduled before');
    expect((await run('--at', '2026-12-03T09:00Z', '-q')).out).not.toContain('scheduled before');
  });

  it('is shown by the list, and can be cancelled', async () => {
    await send('--to', ADA, '--at', '2026-12-01T09:00Z', '--expires-in', '8h', '--campaign', 'c');
    const items = (await world.run('message', 'list', '--state', 'scheduled', '--json')).json()['items'];
    expect(items).toMatchObject([{ status: 'scheduled', due_at: '2026-12-01T09:00:00Z', expires_at: '2026-12-01T17:00:00Z' }]);
    await send('--to', BEA, '--queue');
    const { out: both } = await world.run('message', 'list');
    expect(both).toMatch(/STATUS +REASON +DUE +PRICE/);
    expect(both).toMatch(new RegExp(`${ADA.replace('+', '\\+')} .* scheduled +2026-12-01T09:00:00Z +0\\.055000`));
    expect((await world.run('message', 'list', '--to', BEA)).out).not.toContain('DUE');
    expect((await world.run('message', 'list', '--to', ADA, '--format', 'csv')).out).toMatch(/due_at,expires_at\n.*,2026-12-01T09:00:00Z,/);
    expect((await world.run('message', 'cancel', '--campaign', 'c', '--json')).code).toBe(0);
    expect((await world.run('message', 'list', '--to', ADA, '--json')).json()['items']).toMatchObject([
      { status: 'cancelled', due_at: null, expires_at: null },
    ]);
    expect((await world.run('verify')).code).toBe(0);
  });
});

describe('--expires-in', () => {
  it.each([
    ['25d', 'expires-in: longer than 24d: 25d'],
    ['24', 'expires-in: not a duration: 24'],
  ])('is not %s', async (time, message) => {
    const { exit, message: said } = await world.failure('send', 'hello_world', '--to', ADA, '--expires-in', time);
    expect([exit, said]).toEqual([2, message]);
  });

  it('gives up what could not be sent in time, and releases what was reserved', async () => {
    await send('--to', ADA, '--at', '2026-12-01T09:00Z', '--expires-in', '30m');
    await send('--to', ADA, '--queue', '--expires-in', '30m');
    world.setClock('2026-12-01T09:30:00Z');
    expect((await world.run('dispatch', '--json')).json()).toMatchObject({ sent: 0, counts: { stopped: 2 } });
    expect((await world.run('message', 'list', '--json')).json()['items']).toMatchObject([{ status: 'expired' }, { status: 'expired' }]);
    expect((await world.run('bill-report', '--from', '2026-11-01', '--to', '2026-12-31', '--json')).json()['totals']).toMatchObject([
      { reserved: '0.000000', charged: '0.000000' },
    ]);
    expect((await world.run('verify')).code).toBe(0);
  });
});

describe('quiet hours', () => {
  beforeEach(async () => {
    await world.run('quiet-hours', 'set', '21:00-08:00', '--category', 'utility');
    await world.run('quiet-hours', 'set', '20:00-10:00, sun', '--country', 'fr', '--category', 'utility');
  });

  it('are said by the dry run, and by the send, which ends with 10; the same command goes on afterwards', async () => {
    const path = file(`to\n${ADA}\n${BEA}\n`);
    const scheduled = { units: 2, quiet_hours: 2, first_at: '2026-11-27T07:00:00Z', last_at: '2026-11-27T09:00:00Z' };
    expect((await send('--from', path, '--campaign', 'c', '--dry-run', '--json')).json()).toMatchObject({
      scheduled,
      counts: { queued: 2 },
    });
    const held = await send('--from', path, '--campaign', 'c');
    expect([held.code, held.out]).toEqual([
      10,
      '2 read, 2 scheduled\ncharged 0.000000 USD, reserved 0.085000 USD\n' +
        '2 are scheduled from 2026-11-27T07:00:00Z to 2026-11-27T09:00:00Z, held by quiet hours. ' +
        'tollbell dispatch sends them then, or a running tollbell serve --dispatch.\n',
    ]);
    world.setClock('2026-11-27T07:00:00Z');
    const first = await send('--from', path, '--campaign', 'c', '--json');
    expect([first.code, first.json()]).toMatchObject([
      10,
      { status: 'partial', counts: { delivered: 1, queued: 1 }, scheduled: { units: 1, quiet_hours: 1 } },
    ]);
    world.setClock('2026-11-27T09:00:00Z');
    const last = await send('--from', path, '--campaign', 'c', '--json');
    expect([last.code, last.json()]).toMatchObject([0, { counts: { delivered: 1, duplicate: 1 }, scheduled: null }]);
  });

  it('are no surprise to whoever asked for later: --queue and --at end with 0', async () => {
    expect((await send('--to', ADA, '--queue')).code).toBe(0);
    expect((await send('--to', ADA, '--at', '2026-11-28T06:00:00Z')).code).toBe(0);
  });

  it('refuse what would not outlive them', async () => {
    const { code, json } = await send('--to', ADA, '--expires-in', '2h', '--json');
    expect([code, json()]).toMatchObject([3, { refusals: { quiet_hours: 1 }, messages: [{ status: 'refused', reason: 'quiet_hours' }] }]);
  });

  it('wait for no delivery of what they hold', async () => {
    const { code, json } = await send('--to', ADA, '--wait', 'delivered', '--json');
    expect([code, json()]).toMatchObject([10, { counts: { queued: 1 }, scheduled: { quiet_hours: 1 } }]);
  });
});
