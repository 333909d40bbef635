// Cancelling, as a user runs it: by id or by campaign, with the money that comes back, and what cannot be cancelled any more.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;
const ADA = '+4915112340001';
const BOB = '+4915112340011';

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  const people = join(world.directory, 'people.csv');
  writeFileSync(people, `phone,language,opt_in,source\n${ADA},en_US,utility,web\n${BOB},en_US,utility,web\n`);
  await world.run('contact', 'import', people);
});
afterEach(() => world.close());

async function queue(to: string): Promise<string> {
  const sent = await world.run('send', 'order_shipped', '--to', to, '--param', 'name=Ada', '--param', 'order=A', '--queue', '--json');
  const [message] = sent.json()['messages'] as readonly { readonly id: string }[];
  return message?.id ?? '';
}

it('takes messages out of the outbox and gives their reservations back', async () => {
  const [first, second] = [await queue(ADA), await queue(BOB)];
  expect((await world.run('message', 'cancel', first, second, '--json')).json()).toEqual({
    schema: 'tollbell.message-cancel/1',
    cancelled_messages: 2,
    released: [{ currency: 'USD', amount: '0.110000' }],
    messages: [first, second],
  });
  expect((await world.run('bill-report', '--json')).json()).toMatchObject({ totals: [{ reserved: '0.000000', charged: '0.000000' }] });
  expect((await world.run('dispatch', '--json')).json()).toMatchObject({ sent: 0 });
});

it('cancels what a campaign still has queued', async () => {
  const orders = join(world.directory, 'orders.csv');
  writeFileSync(orders, `to,name,order\n${ADA},Ada,1\n${BOB},Bob,2\n`);
  await world.run('send', 'order_shipped', '--from', orders, '--campaign', 'autumn', '--queue');
  await world.run('dispatch', '--max', '1');
  expect((await world.run('message', 'cancel', '--campaign', 'autumn')).out).toBe('1 messages cancelled, 0.055000 USD released\n');
  expect((await world.run('message', 'cancel', '--campaign', 'autumn')).out).toBe('0 messages cancelled\n');
});

it('refuses what is past that point, what is not there, and no choice at all', async () => {
  const id = await queue(ADA);
  await world.run('dispatch');
  expect(await world.failure('message', 'cancel', id)).toMatchObject({ exit: 2, code: 'not_cancellable' });
  expect(await world.failure('message', 'cancel', '01j9z3abcdefghjkmnpq')).toMatchObject({ exit: 2, code: 'unknown_message' });
  expect(await world.failure('message', 'cancel')).toMatchObject({ exit: 2, code: 'usage' });
  expect(await world.failure('message', 'cancel', id, '--campaign', 'autumn')).toMatchObject({ exit: 2, code: 'usage' });
  expect(await world.failure('message', 'cancel', '--campaign', 'spring')).toMatchObject({ exit: 2, code: 'unknown_campaign' });
});
