// Working through the outbox, as a user runs it: how much of it at a time, and how it ends.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BATCH_MAX } from '../../../src/values/batch.ts';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
});
afterEach(() => world.close());

// Numbers that end in 1234 to 9999 mean nothing to the sandbox: they are delivered.
async function queue(count: number, firstEnding = 1234): Promise<void> {
  const phones = Array.from({ length: count }, (_, index) => `+4915112${String(firstEnding + index).padStart(6, '0')}`);
  const people = join(world.directory, 'people.csv');
  writeFileSync(people, `phone,language,opt_in,source\n${phones.map((phone) => `${phone},en_US,utility,web\n`).join('')}`);
  await world.run('contact', 'import', people);
  const orders = join(world.directory, 'orders.csv');
  writeFileSync(orders, `to,name,order\n${phones.map((phone) => `${phone},Ada,A-17\n`).join('')}`);
  await world.run('send', 'order_shipped', '--from', orders, '--campaign', 'autumn', '--queue');
}

const dispatch = async (...options: readonly string[]) => (await world.run('dispatch', '--json', ...options)).json();

describe('dispatch', () => {
  it('sends everything, and then nothing', async () => {
    await queue(3);
    expect(await dispatch()).toMatchObject({
      schema: 'tollbell.dispatch/1',
      sender: 'sandbox',
      sent: 3,
      counts: { accepted: 0, delivered: 3, failed: 0, unknown: 0 },
      charged: '0.165000',
      currency: 'USD',
    });
    expect(await dispatch()).toMatchObject({ sent: 0, charged: '0.000000' });
  });

  it('has all its counts in CSV', async () => {
    await queue(1);
    expect((await world.run('dispatch', '--format', 'csv')).out.split('\n').slice(0, 2)).toEqual([
      'sender,sent,counts.accepted,counts.delivered,counts.failed,counts.unknown,counts.stopped,charged,currency,next_due_at,paused',
      'sandbox,1,0,1,0,0,0,0.055000,USD,,false',
    ]);
  });

  it('--max stops after so many', async () => {
    await queue(3);
    expect(await dispatch('--max', '2')).toMatchObject({ sent: 2 });
    expect(await dispatch('--max', '2')).toMatchObject({ sent: 1 });
    expect(await world.failure('dispatch', '--max', '0')).toMatchObject({ exit: 2, code: 'invalid_input' });
  });

  it('--once sends one batch', async () => {
    await queue(BATCH_MAX + 1);
    expect(await dispatch('--once')).toMatchObject({ sent: BATCH_MAX });
    expect(await dispatch('--once')).toMatchObject({ sent: 1 });
  });

  it.each([
    [2, 5],
    [4, 6],
  ])('ends with the code of what happened (000%d: exit %d)', async (ending, code) => {
    await queue(1, ending);
    expect((await world.run('dispatch')).code).toBe(code);
  });

  it('--quiet tells what was done, and nothing of what to do next', async () => {
    await queue(1, 4);
    expect((await world.run('dispatch', '-q')).out).toBe(
      '1 sent: 0 delivered, 0 accepted, 0 failed, 1 unknown, 0 stopped; charged 0.000000 USD\n',
    );
    await queue(1, 1234);
    await world.run('campaign', 'pause', 'autumn');
    expect((await world.run('dispatch', '-q')).out).toMatch(/^0 sent: .* charged 0\.000000 USD\n$/);
  });
});
