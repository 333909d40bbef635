// A provider that refuses everything while a command sends: what was admitted is shown, and the error says how to go on without doing anything twice.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { turn } from '../../conformance/store/crowd.ts';
import { ids, instant } from '../../conformance/store/fixture.ts';
import { createWorld, type Ran, type World } from '../../world.ts';
import { type EmulatedShop, openShop } from '../emulated-shop.ts';

let world: World;
let shop: EmulatedShop;
beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  shop = await openShop(world);
  await shop.run('template', 'sync');
  for (const ending of ['5678', '5679'])
    await shop.run('contact', 'add', `+491511234${ending}`, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
});
afterEach(async () => {
  await shop.close();
  world.close();
});

const send = (...options: readonly string[]) => shop.run('send', 'hello_world', '--to', '+4915112345678', '--json', ...options);
const errorOf = ({ err }: Ran) => (JSON.parse(err) as { error: Record<string, unknown> }).error;
const loseToken = () => (world.env['SHOP_TOKEN'] = 'no-such-token');

it('send shows the message that is queued, and that the same send would be another', async () => {
  loseToken();
  const ran = await send();
  expect([ran.code, ran.json()]).toMatchObject([
    9,
    { status: 'partial', counts: { read: 1, queued: 1 }, messages: [{ status: 'queued', id: expect.any(String) }] },
  ]);
  expect(errorOf(ran)).toMatchObject({ code: 'token_rejected', retryable: false, details: { queued: 1 } });
  expect(errorOf(ran)['hint']).toMatch(/Go on with: tollbell dispatch --sender shop\. The same command again would be a new message\.$/);
});

it('a file is gone on with by the same command too, and its list of errors is whole', async () => {
  const [file, errors] = ['orders.csv', 'errors.csv'].map((name) => join(world.directory, name)) as [string, string];
  writeFileSync(file, 'to\n+4915112345678\n+4915112345679\n+4915112349999\n12\n');
  const options = [
    'send',
    'hello_world',
    '--from',
    file,
    '--language',
    'en_US',
    '--campaign',
    'autumn',
    '--skip-invalid',
    '--errors',
    errors,
  ];
  loseToken();
  const ran = await shop.run(...options, '--json');
  expect([ran.code, ran.json()['counts']]).toMatchObject([3, { read: 4, invalid: 1, refused: 1, queued: 2 }]);
  expect(errorOf(ran)['hint']).toContain('Go on with: the same command, or tollbell campaign resume');
  expect(readFileSync(errors, 'utf8').split('\n')).toHaveLength(4);
});

it('dispatch and message retry show what they did before they say what failed', async () => {
  await send('--queue');
  loseToken();
  const dispatched = await shop.run('dispatch', '--json');
  expect([dispatched.code, dispatched.json()]).toMatchObject([9, { sent: 0, counts: { failed: 0 } }]);
  expect(errorOf(dispatched)['hint']).toContain('Go on with: tollbell dispatch --sender shop');
  const { json } = await world.run('message', 'list', '--sender', 'shop', '--json');
  const [queued] = json()['items'] as readonly { readonly id: string }[];
  await world.run('message', 'cancel', queued?.id ?? '');
  const retried = await world.run('message', 'retry', queued?.id ?? '', '--json');
  expect([retried.code, retried.json()['messages']]).toMatchObject([9, [{ status: 'queued' }]]);
  expect(errorOf(retried)).toMatchObject({ details: { queued: 1 } });
});

it.each(['dispatch', 'send'])('%s names what a dead process left behind, and ends with 6', async (command) => {
  const queued = await send('--queue');
  const [message] = queued.json()['messages'] as readonly { readonly id: string }[];
  const dying = await openSqliteStore({ path: world.db, readOnly: false, busyTimeoutMs: 1_000 });
  const sender = (await dying.listSenders('default' as never)).find(({ name }) => name === 'shop');
  if (sender === undefined) throw new Error('the shop is there');
  const at = instant(world.env['TOLLBELL_NOW'] ?? '');
  await turn(dying, sender.id, { at, workerId: ids.sortable<'worker'>(at) });
  await dying.close();
  const options = command === 'send' ? ['send', 'hello_world', '--to', '+4915112345679'] : ['dispatch'];
  const ran = await shop.run(...options);
  expect([ran.code, ran.out]).toEqual([6, expect.stringContaining(`unknown now: ${message?.id}.\n`)]);
  expect(ran.out).toContain(`tollbell message resolve ${message?.id} --as`);
  const again = await shop.run(...options, '--json');
  expect([again.code, again.json()['recovered']]).toEqual([0, []]);
});

it('a cancelled campaign names the state of its messages', async () => {
  const file = join(world.directory, 'orders.csv');
  writeFileSync(file, 'to\n+4915112345678\n+4915112345679\n');
  const run = (...options: readonly string[]) => shop.run('send', 'hello_world', '--from', file, '--campaign', 'autumn', ...options);
  await run('--queue');
  await shop.run('message', 'cancel', '--campaign', 'autumn');
  const ran = await run();
  expect([ran.code, ran.out]).toEqual([
    5,
    expect.stringContaining('tollbell message list --state cancelled --campaign autumn --sender shop tells why'),
  ]);
});
