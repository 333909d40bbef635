// A person's word on an unknown outcome, as a user runs it: what it moves, who said it, and that late truth wins.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditBooks } from '../../audit.ts';
import { createWorld, type World } from '../../world.ts';
import { openShop } from '../emulated-shop.ts';
import { providerTells } from '../inbound.ts';

let world: World;
let id: string;

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  await world.run('contact', 'add', '+4915112340004', '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  const sent = await world.run('send', 'hello_world', '--to', '+4915112340004', '--json');
  id = (sent.json()['messages'] as readonly { readonly id: string }[])[0]?.id ?? '';
});
afterEach(() => {
  const problems = auditBooks(world.db);
  world.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

const resolve = (as: string, ...options: readonly string[]) =>
  world.run('message', 'resolve', id, '--as', as, '--reason', 'seen in the history', ...options);
const show = async () => (await world.run('message', 'show', id, '--json')).json()['item'];

describe('moves state and money', () => {
  it.each([
    ['not_sent', 'expired', 'not_sent', '0.000000', '0.055000'],
    ['failed', 'failed', 'resolved', '0.000000', '0.055000'],
    ['delivered', 'delivered', null, '0.055000', '0.000000'],
    ['accepted', 'accepted', 'resolved', '0.000000', '0.000000'],
  ])('as %s: it is %s', async (as, status, reason, charged, released) => {
    const ran = await resolve(as, '--by', 'ada', '--json');
    expect([ran.code, ran.json()]).toEqual([
      0,
      {
        schema: 'tollbell.message-resolve/1',
        item: {
          id,
          to: '+4915112340004',
          resolved_as: as,
          status,
          by: 'ada',
          reason: 'seen in the history',
          currency: 'USD',
          charged,
          released,
          retry_from: as === 'not_sent' || as === 'failed' ? '2026-11-22T12:00:00Z' : null,
        },
      },
    ]);
    expect(await show()).toMatchObject({ status, reason, resolutions: [{ attempt: 1, by: 'ada', reason: 'seen in the history' }] });
  });
});

it('keeps the operator where nobody is named, and shows the decision to people', async () => {
  expect((await resolve('not_sent')).out).toBe(
    `not_sent, decided by operator: ${id} is expired; charged 0.000000 USD, released 0.055000 USD\nTo send it again: tollbell message retry ${id}\n`,
  );
  const { out } = await world.run('message', 'show', id);
  expect(out).toMatch(/^status +expired \(not_sent, decided by a person\)$/m);
  expect(out).toContain('operator decided not_sent at 2026-11-22T12:00:00Z: seen in the history');
});

it('says from when on it can be sent again, where its request may still be under way', async () => {
  const shop = await openShop(world, { scenario: { rules: [{ fault: 'reset_after' }] } });
  await shop.run('template', 'sync');
  await shop.run('contact', 'add', '+4915112341234', '--opt-in', 'utility', '--source', 'web');
  id =
    (
      (await shop.run('send', 'hello_world', '--to', '+4915112341234', '--json')).json()['messages'] as readonly { readonly id: string }[]
    )[0]?.id ?? '';
  await shop.close();
  expect((await resolve('not_sent')).out).toContain(`retry ${id}, from 2026-11-22T12:01:00Z on`);
  expect(await world.failure('message', 'retry', id)).toMatchObject({ hint: expect.stringContaining('after 2026-11-22T12:01:00Z') });
});

it('leaves what is accepted reserved', async () => {
  expect((await resolve('accepted')).out).toBe(`accepted, decided by operator: ${id} is accepted; what was reserved stays reserved\n`);
  expect((await world.run('bill-report', '--json')).json()).toMatchObject({ totals: [{ reserved: '0.055000', charged: '0.000000' }] });
});

it('gives way to what the provider tells later', async () => {
  await resolve('not_sent');
  await providerTells(world, id, 'delivered');
  expect(await show()).toMatchObject({ status: 'delivered', resolutions: [{ resolved_as: 'not_sent', outcome: 'expired' }] });
  expect((await world.run('bill-report', '--json')).json()).toMatchObject({ totals: [{ reserved: '0.000000', charged: '0.055000' }] });
});

describe('is refused', () => {
  it('where the outcome is known', async () => {
    await resolve('failed');
    expect(await world.failure('message', 'resolve', id, '--as', 'delivered', '--reason', 'x')).toMatchObject({
      exit: 2,
      code: 'not_resolvable',
      details: { id, status: 'failed' },
    });
    expect(await show()).toMatchObject({ status: 'failed', resolutions: [{ outcome: 'failed' }] });
  });

  it('for an id that no message has', async () => {
    const failure = await world.failure('message', 'resolve', '01j9z3abcdefghjkmnpq', '--as', 'failed', '--reason', 'x');
    expect(failure).toMatchObject({ exit: 2, code: 'unknown_message' });
  });

  it.each([
    [['--as', 'lost', '--reason', 'x'], 'invalid_input'],
    [['--as', 'failed', '--reason', ' '], 'invalid_input'],
    [['--as', 'failed'], 'usage'],
    [['--reason', 'x'], 'usage'],
  ])('with %j: %s', async (options, code) => {
    expect(await world.failure('message', 'resolve', id, ...options)).toMatchObject({ exit: 2, code });
  });
});
