// How long `send` waits, as a user sees it: the counts, the exit code, and what it says on how to go on. A minute of waiting is cut short.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { openShop } from '../emulated-shop.ts';
import { providerTells } from '../inbound.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
});
afterEach(() => world.close());

async function send(ending: string, ...options: readonly string[]) {
  const to = `+491511234${ending}`;
  await world.run('contact', 'add', to, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  return world.run('send', 'hello_world', '--to', to, ...options);
}

describe('--wait delivered', () => {
  it.each([
    ['0000', 0, { delivered: 1 }],
    ['0001', 0, { delivered: 1 }],
    ['0003', 5, { failed: 1 }],
    ['0007', 10, { accepted: 1 }],
    ['0004', 6, { unknown: 1 }],
  ])('ends for %s with %d', async (ending, code, counts) => {
    const ran = await send(ending, '--wait', 'delivered', '--timeout', '150ms', '--json');
    expect([ran.code, ran.json()['counts']]).toMatchObject([code, counts]);
    expect(ran.json()['status']).toBe(code === 0 ? 'success' : code === 10 ? 'partial' : 'failed');
  });

  it('says how to go on when the time is up', async () => {
    expect((await send('0007', '--wait', 'delivered', '--timeout', '150ms')).out).toContain(
      'The time is up. tollbell message list shows what becomes of those that left.',
    );
  });

  it('goes on with the same command under a key', async () => {
    const first = await send('0007', '--wait', 'delivered', '--timeout', '150ms', '--key', 'k', '--json');
    const [message] = first.json()['messages'] as readonly { readonly id: string }[];
    const again = await send('0007', '--wait', 'delivered', '--timeout', '150ms', '--key', 'k', '--json');
    expect([again.code, again.json()['counts']]).toMatchObject([10, { duplicate: 1 }]);
    await providerTells(world, message?.id ?? '', 'delivered');
    const last = await send('0007', '--wait', 'delivered', '--timeout', '150ms', '--key', 'k', '--json');
    expect([last.code, last.json()['messages']]).toMatchObject([0, [{ status: 'delivered', duplicate_of: message?.id }]]);
  });

  it('has nothing to wait for where nothing was admitted', async () => {
    expect(
      (await world.run('send', 'hello_world', '--to', '+4915112349999', '--language', 'en_US', '--wait', 'delivered', '--timeout', '150ms'))
        .code,
    ).toBe(3);
  });
});

it('--timeout leaves time enough for what takes none', async () => {
  const ran = await send('0001', '--timeout', '30s', '--json');
  expect([ran.code, ran.json()['counts']]).toMatchObject([0, { delivered: 1 }]);
});

it('Ctrl-C before the end of its time is an interruption, not a timeout', async () => {
  world.interrupt();
  expect((await send('0001')).code).toBe(0);
  world.interrupt();
  const { code, err } = await world.run('send', 'hello_world', '--to', '+4915112340001', '--timeout', '30s', '--json');
  expect([code, JSON.parse(err)]).toMatchObject([130, { error: { code: 'interrupted' } }]);
});

describe('Ctrl-C shows what happened until then', () => {
  /** Interrupts as soon as the provider has the first message. */
  const interruptLater = async (...options: readonly string[]): Promise<void> => {
    const accepted = async () =>
      (await world.run('message', 'list', '--state', 'accepted', '--format', 'ndjson', ...options)).out.split('\n').length;
    await expect.poll(accepted, { timeout: 10_000 }).toBeGreaterThan(2);
    world.interrupt();
  };

  it('and where all left and only the delivery is waited for, how to look at it', async () => {
    const [{ out, err, code }] = await Promise.all([send('0007', '--wait', 'delivered'), interruptLater()]);
    expect(code).toBe(130);
    expect(out).toContain('1 read, 1 accepted\ncharged 0.000000 USD, reserved 0.055000 USD\n');
    const [, id] = /(\S{20})\n1 read/.exec(out) ?? [];
    expect(err).toContain('error[interrupted]');
    expect(err).toContain(`Nothing is left to send; tollbell message show ${id} shows what becomes of what left.`);
  });

  it('as JSON too, with the error beside it', async () => {
    const sending = send('0007', '--wait', 'delivered', '--json', '--campaign', 'autumn');
    const [{ json, err, code }] = await Promise.all([sending, interruptLater()]);
    expect([code, json()]).toMatchObject([
      130,
      { status: 'partial', counts: { read: 1, accepted: 1 }, amounts: [{ reserved: '0.055000' }] },
    ]);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'interrupted' } });
  });

  it('and where something is queued yet, what sends it', async () => {
    const [file, people] = ['orders.csv', 'people.csv'].map((name) => join(world.directory, name)) as [string, string];
    const phones = Array.from({ length: 300 }, (_, index) => `+49151123${45_000 + index}`);
    writeFileSync(people, `phone,language,opt_in,source\n${phones.map((phone) => `${phone},en_US,utility,web\n`).join('')}`);
    writeFileSync(file, `to\n${phones.map((phone) => `${phone}\n`).join('')}`);
    const shop = await openShop(world);
    await shop.run('template', 'sync');
    await shop.run('contact', 'import', people);
    const sending = shop.run('send', 'hello_world', '--from', file, '--campaign', 'autumn', '--json');
    const [{ json, err, code }] = await Promise.all([sending, interruptLater('--sender', 'shop')]);
    await shop.close();
    const { queued, accepted } = json()['counts'] as Readonly<Record<string, number>>;
    expect([code, json()]).toMatchObject([130, { counts: { read: 300 } }]);
    expect([queued, Number(queued) + Number(accepted)]).toEqual([expect.any(Number), 300]);
    expect(JSON.parse(err)).toMatchObject({
      error: { hint: 'Go on with: the same command, or tollbell campaign resume autumn --sender shop' },
    });
  });

  it('and where it came to nobody, that the same command goes on', async () => {
    const file = join(world.directory, 'orders.csv');
    writeFileSync(file, 'to\n+4915112340001\n+4915112340002\n');
    world.interrupt();
    const { json, err, code } = await world.run('send', 'hello_world', '--from', file, '--campaign', 'autumn', '--json');
    expect([code, json()]).toMatchObject([130, { counts: { read: 0, queued: 0 } }]);
    expect(JSON.parse(err)).toMatchObject({
      error: { hint: 'Not all recipients were looked at. Go on with: the same command; what was admitted is not sent twice' },
    });
  });
});

it.each([
  [['--wait', 'read'], 'invalid_input'],
  [['--timeout', '30'], 'invalid_input'],
  [['--timeout', '0s'], 'invalid_input'],
  [['--timeout', '25d'], 'invalid_input'],
  [['--queue', '--wait', 'delivered'], 'usage'],
  [['--queue', '--timeout', '5s'], 'usage'],
  [['--at', '2026-12-01T09:00Z', '--timeout', '5s'], 'usage'],
])('refuses %j', async (options, code) => {
  expect(await world.failure('send', 'hello_world', '--to', '+4915112340001', ...options)).toMatchObject({ exit: 2, code });
});
