// Campaigns by command: what pausing, resuming and cancelling do to a send, what is told of it, and what is refused.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;
let orders: string;

const ROWS = 3;

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  const phones = Array.from({ length: ROWS }, (_, index) => `+491511200${1234 + index}`);
  const people = join(world.directory, 'people.csv');
  orders = join(world.directory, 'orders.csv');
  writeFileSync(people, `phone,language,opt_in,source\n${phones.map((phone) => `${phone},en_US,utility,web\n`).join('')}`);
  writeFileSync(orders, `to,name,order\n${phones.map((phone) => `${phone},Ada,A-17\n`).join('')}`);
  await world.run('contact', 'import', people);
});
afterEach(() => world.close());

const send = (...more: readonly string[]) => ['send', 'order_shipped', '--from', orders, '--campaign', 'autumn', ...more];
const json = async (...argv: readonly string[]) => {
  const ran = await world.run(...argv, '--json');
  return { code: ran.code, err: ran.err, ...(ran.json() as Record<string, unknown>) };
};

describe('campaign pause', () => {
  it('leaves queued what is sent under it, with the command that goes on', async () => {
    await world.run(...send('--queue'));
    expect(await json('campaign', 'pause', 'autumn', '--reason', 'wrong text', '--by', 'ada')).toMatchObject({
      schema: 'tollbell.campaign-pause/1',
      result: 'paused',
      item: { status: 'paused', counts: { queued: ROWS }, paused: { at: '2026-11-22T12:00:00Z', by: 'ada', reason: 'wrong text' } },
    });
    expect(await json(...send())).toMatchObject({ code: 10, status: 'partial', counts: { queued: ROWS, delivered: 0 } });
    expect((await world.run(...send('--wait', 'delivered'))).out).toContain(
      'The campaign is paused: 3 are still queued. They are sent by tollbell campaign resume autumn.',
    );
    expect(await json('dispatch')).toMatchObject({ code: 0, sent: 0, paused: true, next_due_at: null });
    expect((await world.run('dispatch')).out).toContain('tollbell campaign list --status paused');
    expect(await json('campaign', 'pause', 'autumn')).toMatchObject({ code: 0, result: 'unchanged', item: { paused: { by: 'ada' } } });
  });

  it('holds single sends of the campaign too, and no other one', async () => {
    await world.run(...send('--queue'));
    await world.run('campaign', 'pause', 'autumn');
    const one = ['send', 'hello_world', '--to', '+4915112001234', '--language', 'en_US'];
    expect(await json(...one, '--campaign', 'autumn')).toMatchObject({ code: 10, counts: { queued: 1 } });
    expect(await json(...one, '--campaign', 'spring')).toMatchObject({ code: 0, counts: { delivered: 1 } });
    expect(await json('dispatch')).toMatchObject({ sent: 0, paused: true });
  });

  it('refuses a name that nobody sent under', async () => {
    expect(await world.failure('campaign', 'pause', 'winter')).toMatchObject({ exit: 2, code: 'unknown_campaign' });
    expect(await world.failure('campaign', 'show', 'winter')).toMatchObject({ exit: 2, code: 'unknown_campaign' });
  });
});

describe('campaign resume', () => {
  it('says when the rest is due that is scheduled, and who sends it; only what quiet hours hold is less than was asked', async () => {
    await world.run(...send('--at', '2026-12-24T09:00+01:00'));
    const scheduled = { units: ROWS, quiet_hours: 0, first_at: '2026-12-24T08:00:00Z', last_at: '2026-12-24T08:00:00Z' };
    expect(await json('campaign', 'resume', 'autumn')).toMatchObject({ code: 0, sent: 0, scheduled });
    const { code, out } = await world.run('campaign', 'resume', 'autumn');
    expect(code).toBe(0);
    expect(out).toContain('3 are scheduled for 2026-12-24T08:00:00Z. tollbell dispatch sends them then');
    expect(out).not.toContain('still queued');
    await world.run('quiet-hours', 'set', '21:00-08:00', '--category', 'utility');
    await world.run('campaign', 'pause', 'autumn');
    await world.run(...send('--queue'));
    world.setClock('2026-12-24T22:00:00Z');
    expect(await json('campaign', 'resume', 'autumn')).toMatchObject({
      code: 10,
      sent: 0,
      scheduled: { units: ROWS, quiet_hours: ROWS, first_at: '2026-12-25T07:00:00Z' },
    });
  });

  it('lifts the pause and sends what is queued', async () => {
    await world.run(...send('--queue'));
    await world.run('campaign', 'pause', 'autumn');
    expect(await json('campaign', 'resume', 'autumn', '--by', 'bob')).toMatchObject({
      schema: 'tollbell.campaign-resume/1',
      code: 0,
      result: 'resumed',
      sent: ROWS,
      stopped: 0,
      item: { status: 'done', counts: { delivered: ROWS }, charged: '0.165000', reserved: '0.000000', paused: null, unfinished: [] },
    });
    expect(await json('campaign', 'resume', 'autumn')).toMatchObject({ code: 0, result: 'unchanged', sent: 0 });
    expect(await json(...send())).toMatchObject({ code: 0, counts: { duplicate: ROWS } });
  });

  it('--queue only lifts the pause', async () => {
    await world.run(...send('--queue'));
    await world.run('campaign', 'pause', 'autumn');
    expect(await json('campaign', 'resume', 'autumn', '--queue')).toMatchObject({ code: 0, sent: 0, item: { status: 'active' } });
    expect(await json('dispatch')).toMatchObject({ sent: ROWS, paused: false });
  });

  it('--quiet tells how far it is, and nothing of what to do next', async () => {
    world.interrupt();
    await world.run(...send('--at', '2026-12-24T09:00+01:00'));
    expect((await world.run('campaign', 'resume', 'autumn')).out).toContain('Not admitted to the end');
    expect((await world.run('campaign', 'resume', 'autumn', '-q')).out.split('\n')).toEqual([
      'not paused; 0 sent, 0 stopped',
      expect.stringMatching(/^autumn of sandbox is /),
      expect.stringMatching(/messages/),
      'charged 0.000000 USD, reserved 0.000000 USD',
      '',
    ]);
    await world.run(...send('--at', '2026-12-24T09:00+01:00'));
    const { out } = await world.run('campaign', 'resume', 'autumn', '-q');
    expect(out).toContain('3 scheduled');
    expect(out).not.toContain('tollbell');
  });

  it('sends its own campaign alone, and tells what the gate stopped', async () => {
    await world.run(...send('--queue'));
    await world.run('send', 'order_shipped', '--from', orders, '--campaign', 'spring', '--queue');
    await world.pipe(
      JSON.stringify({ name: 'order_shipped', language: 'en_US', category: 'UTILITY', components: [{ type: 'BODY', text: 'New' }] }),
      'template',
      'add',
      '-',
    );
    expect(await json('campaign', 'resume', 'autumn')).toMatchObject({
      code: 3,
      sent: 0,
      stopped: ROWS,
      item: { counts: { failed: 0, cancelled: ROWS } },
    });
    expect(await json('campaign', 'show', 'spring')).toMatchObject({ item: { counts: { queued: ROWS } } });
  });

  it('names a file that was not admitted to its end, which only the same send brings in', async () => {
    world.interrupt();
    expect((await world.run(...send())).code).toBe(130);
    expect(await json('campaign', 'list', '--status', 'unfinished')).toMatchObject({
      items: [{ status: 'unfinished', unfinished: [orders] }],
    });
    expect((await world.run('campaign', 'list', '--format', 'csv')).out).toMatch(new RegExp(`,${orders}\n$`));
    const { out } = await world.run('campaign', 'resume', 'autumn');
    expect(out).toContain(`Not admitted to the end: ${orders}. Where nobody is at it any more, run that send again`);
    expect(await json(...send())).toMatchObject({ code: 0, counts: { delivered: ROWS } });
    expect(await json('campaign', 'show', 'autumn')).toMatchObject({
      item: {
        status: 'done',
        unfinished: [],
        runs: [
          { source: orders, admitted_at: null },
          { source: orders, admitted_at: '2026-11-22T12:00:00Z' },
        ],
      },
    });
  });
});

describe('campaign cancel', () => {
  it('cancels what is queued, releases it, and takes nothing on any more', async () => {
    await world.run(...send('--queue'));
    await world.run('campaign', 'pause', 'autumn');
    expect(await json('campaign', 'cancel', 'autumn', '--yes', '--reason', 'recalled', '--by', 'ada')).toMatchObject({
      schema: 'tollbell.campaign-cancel/1',
      code: 0,
      result: 'cancelled',
      cancelled_messages: ROWS,
      released: [{ currency: 'USD', amount: '0.165000' }],
      in_flight: [],
      item: { status: 'cancelled', counts: { queued: 0, failed: 0, cancelled: ROWS }, reserved: '0.000000', paused: null },
    });
    const refusal = { exit: 2, code: 'campaign_cancelled', details: { campaign: 'autumn' } };
    expect(await world.failure(...send())).toMatchObject(refusal);
    expect(await world.failure(...send('--dry-run'))).toMatchObject(refusal);
    expect(await world.failure('campaign', 'pause', 'autumn')).toMatchObject(refusal);
    expect(await world.failure('campaign', 'resume', 'autumn')).toMatchObject(refusal);
    expect(await json('campaign', 'cancel', 'autumn')).toMatchObject({ code: 0, result: 'unchanged', cancelled_messages: 0, released: [] });
    expect(await json('message', 'list')).toMatchObject({
      items: Array.from({ length: ROWS }, () => ({ status: 'cancelled', reason: 'campaign_cancelled' })),
    });
    expect((await world.run('campaign', 'show', 'autumn')).out).toContain('cancel by ada: recalled');
    expect((await world.run('verify')).code).toBe(0);
  });

  it('tells nobody to go on with a file that was not admitted to its end', async () => {
    world.interrupt();
    await world.run(...send());
    await world.run('campaign', 'cancel', 'autumn', '--yes');
    const { out } = await world.run('campaign', 'show', 'autumn');
    expect(out).toContain(`Not admitted to the end: ${orders}.\n`);
    expect(out).not.toContain('again');
  });

  it('is not done without an answer', async () => {
    await world.run(...send('--queue'));
    expect(await world.failure('campaign', 'cancel', 'autumn')).toMatchObject({ exit: 2, code: 'input_required' });
    expect(await json('campaign', 'show', 'autumn')).toMatchObject({ item: { status: 'active', counts: { queued: ROWS } } });
  });
});

describe('campaign show', () => {
  it('tells what waits for its time from what is queued, and when the first of it is due', async () => {
    await world.run(...send('--at', '2026-12-24T09:00+01:00'));
    await world.run('send', 'order_shipped', '--from', orders, '--campaign', 'spring', '--queue');
    expect(await json('campaign', 'show', 'autumn')).toMatchObject({
      item: { status: 'active', counts: { queued: 0, scheduled: ROWS }, scheduled: { units: ROWS, first_at: '2026-12-24T08:00:00Z' } },
    });
    expect(await json('campaign', 'show', 'spring')).toMatchObject({ item: { counts: { queued: ROWS, scheduled: 0 }, scheduled: null } });
    const { out } = await world.run('campaign', 'show', 'autumn');
    expect(out).toContain('3 messages: 3 scheduled\n');
    expect(out).toContain('3 are scheduled for 2026-12-24T08:00:00Z. tollbell dispatch sends them then');
    expect((await world.run('campaign', 'pause', 'autumn')).out).toContain('0 queued, 3 scheduled, 0 on their way');
    expect((await world.run('campaign', 'list')).out).toMatch(/UNKNOWN +SCHEDULED +RATE/);
    expect(await json('campaign', 'cancel', 'autumn', '--yes')).toMatchObject({
      cancelled_messages: ROWS,
      item: { counts: { cancelled: ROWS } },
    });
  });
});

describe('campaign list', () => {
  it('is empty where there is no store, and goes page by page', async () => {
    expect((await world.run('campaign', 'list', '--db', join(world.directory, 'none.db'))).out).toBe('No campaigns.\n');
    await world.run('budget', 'set', '1', '--per', 'campaign');
    await world.run(...send());
    world.setClock('2026-11-22T13:00:00Z');
    await world.run('send', 'order_shipped', '--from', orders, '--campaign', 'spring', '--queue');
    const first = await json('campaign', 'list', '--limit', '1');
    expect(first).toMatchObject({ items: [{ campaign: 'spring', status: 'active', cap: '1.000000', left: '0.835000' }], next: 'spring' });
    expect(await json('campaign', 'list', '--after', 'spring')).toMatchObject({
      items: [{ campaign: 'autumn', status: 'done' }],
      next: null,
    });
    expect(await json('campaign', 'list', '--status', 'done')).toMatchObject({ items: [{ campaign: 'autumn' }] });
    expect(await world.failure('campaign', 'list', '--after', 'winter')).toMatchObject({ exit: 2, code: 'invalid_input' });
    const [columns, ...rows] = (await world.run('campaign', 'list', '--format', 'csv')).out.trimEnd().split('\n');
    expect(columns).toMatch(/counts\.queued,counts\.scheduled,counts\.sending.*,left,unfinished$/);
    expect(rows).toEqual([expect.stringMatching(/^spring,.*,0\.835000,$/), expect.stringMatching(/^autumn,.*,0\.835000,$/)]);
  });
});
