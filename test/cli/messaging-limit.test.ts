// The messaging limit from end to end, over HTTP: what a sender knows of it, and campaigns that keep to it, so that the provider never refuses a message for it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../world.ts';
import { type EmulatedShop, openShop } from './emulated-shop.ts';
import { customerWrites } from './inbound.ts';

const LIMIT = 3;
const START = '2026-11-22T12:00:00Z';
const NEXT_DAY = '2026-11-23T12:05:00Z';

let world: World;
let shop: EmulatedShop;

beforeEach(async () => {
  world = createWorld();
  world.setClock(START);
  shop = await openShop(world, { scenario: { account: { messaging_limit: `TIER_${LIMIT}` } } });
  await world.run('sender', 'default', 'shop');
  await shop.run('template', 'sync');
  await world.run(
    'contact',
    'import',
    file(
      'people.csv',
      `phone,language,opt_in,source\n${numbers(8)
        .map((to) => `${to},en_US,utility,web\n`)
        .join('')}`,
    ),
  );
});
afterEach(async () => {
  await shop.close();
  world.close();
});

const numbers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `+49151234${String(10_109 + index * 10)}`);

function file(name: string, content: string): string {
  const path = join(world.directory, name);
  writeFileSync(path, content);
  return path;
}

const campaign = (count: number, ...options: readonly string[]) =>
  shop.run('send', 'hello_world', '--from', file('all.csv', `to\n${numbers(count).join('\n')}\n`), '--campaign', 'autumn', ...options);

type Sent = { readonly to: string; readonly statuses: readonly { readonly status: string }[] };

async function provided(): Promise<readonly (readonly [string, string | undefined])[]> {
  const { messages } = (await (await fetch(`${shop.adminUrl}/messages`)).json()) as { readonly messages: readonly Sent[] };
  return messages.map(({ to, statuses }) => [to, statuses.at(-1)?.status]);
}

it('is found by the check, and taken over when that is asked for', async () => {
  const limitOf = async (...options: readonly string[]) =>
    ((await world.run('sender', 'check', ...options, '--json')).json()['items'] as readonly { readonly check: string }[]).find(
      ({ check }) => check === 'limit',
    );
  expect(await limitOf()).toMatchObject({ result: 'warning', message: expect.stringMatching(/3 people .* here it is: not known/) });
  expect(await limitOf('--apply')).toMatchObject({ result: 'good', message: expect.stringContaining('It is taken over') });
  expect(await limitOf()).toMatchObject({ result: 'good', message: expect.stringContaining('0 in the last day') });
  expect((await shop.run('sender', 'show', '--json')).json()['item']).toMatchObject({
    messaging_limit: { limit: 3, told_at: START, reached: 0, room_at: null },
  });
  expect(await world.failure('sender', 'check', '--apply', '--offline')).toMatchObject({ code: 'usage' });
});

it('is set by hand for all senders of the business, and kept where it is left out', async () => {
  const { phoneNumberId, wabaId, url } = shop;
  const add = (...more: readonly string[]) =>
    world.run(
      'sender',
      'add',
      'shop',
      '--transport',
      'whatsapp',
      '--phone-number-id',
      phoneNumberId,
      '--waba-id',
      wabaId,
      '--api-base',
      url,
      ...SECRETS,
      ...more,
      '--json',
    );
  expect((await add('--messaging-limit', '2k')).json()['item']).toMatchObject({ result: 'updated' });
  expect((await add()).json()['item']).toMatchObject({ result: 'unchanged' });
  const { out } = await shop.run('sender', 'show');
  expect(out).toContain('2,000 people in 24 hours; 0 in the last day');
  expect(await world.failure('sender', 'add', 'x', '--transport', 'whatsapp', '--messaging-limit', 'many')).toMatchObject({
    code: 'invalid_input',
  });
});

const SECRETS = ['--token-env', 'SHOP_TOKEN', '--app-secret-env', 'SHOP_SECRET', '--verify-token-env', 'SHOP_VERIFY'];

it('is kept by a campaign of three days: the dry run and the summary say what waits, and the provider refuses none', async () => {
  await world.run('sender', 'check', '--apply');
  const [ada = ''] = numbers(1);
  await customerWrites(world, ada, 'Hello'); // in her window she does not count
  await shop.act('inbound', { from: ada, type: 'text', text: 'Hello' });

  const dry = await campaign(8, '--dry-run', '--json');
  expect(dry.json()['messaging_limit']).toEqual({ limit: LIMIT, reached: 0, newcomers: 7, held_back: 4, room_at: null });
  expect((await campaign(8, '--dry-run')).out).toMatch(/4 of these would wait/);

  const first = await campaign(8);
  expect(first.code).toBe(10);
  expect(first.out).toMatch(/4 are still queued and due at 2026-11-23T12:01/);
  expect(first.out).toMatch(/limit of the business, 3 people in 24 hours, is reached: nobody new is messaged before 2026-11-23T12:01/);
  expect(await provided()).toHaveLength(4);
  const listed = (await shop.run('message', 'list', '--state', 'queued', '--json')).json()['items'];
  expect(listed).toMatchObject(Array.from({ length: 4 }, () => ({ reason: 'messaging_limit' })));

  await later(NEXT_DAY);
  const second = await shop.run('dispatch', '--json');
  expect(second.json()).toMatchObject({ sent: 3, next_due_at: expect.stringMatching(/^2026-11-24T12:0/) as string });
  await later('2026-11-24T12:10:00Z');
  const third = await campaign(8, '--json');
  expect(third.json()).toMatchObject({ counts: { accepted: 1, queued: 0 }, next_due_at: null });

  await shop.act('clock', { advance: '1h' });
  const all = await provided();
  expect(new Set(all.map(([to]) => to)).size).toBe(8);
  expect(all.map(([, status]) => status)).toEqual(Array.from({ length: 8 }, () => 'delivered'));
});

// Without our pacing the emulator does refuse: the test before this one could fail.
it('is the provider’s to refuse where the sender does not know it', async () => {
  await campaign(8);
  await shop.act('clock', { advance: '1h' });
  expect((await provided()).filter(([, status]) => status === 'failed')).toHaveLength(8 - LIMIT);
});

async function later(time: string): Promise<void> {
  world.setClock(time);
  await shop.act('clock', { set: time });
}
