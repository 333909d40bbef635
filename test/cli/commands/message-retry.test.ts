// Sending again, as a user runs it: a new message for one that is over, once, through the whole gate; never while the old one may arrive.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditBooks } from '../../audit.ts';
import { createWorld, type Ran, type World } from '../../world.ts';
import { providerTells } from '../inbound.ts';

let world: World;

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
});
afterEach(() => {
  const problems = auditBooks(world.db);
  world.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

type Row = { readonly id: string; readonly status: string; readonly duplicate_of: string | null };
const rowOf = ({ json }: Ran): Row => (json()['messages'] as readonly Row[])[0] as Row;

async function send(ending: string, ...options: readonly string[]): Promise<Row> {
  const to = `+491511234${ending}`;
  await world.run('contact', 'add', to, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  return rowOf(await world.run('send', 'order_shipped', '--to', to, '--param', 'name=Ada', '--param', 'order=A-17', ...options, '--json'));
}

const retry = (id: string, ...options: readonly string[]) => world.run('message', 'retry', id, '--json', ...options);
const show = async (id: string) => (await world.run('message', 'show', id, '--json')).json()['item'] as Record<string, unknown>;

it('sends what was cancelled again as a new message, filed as the old one', async () => {
  const first = await send('0001', '--queue', '--campaign', 'autumn', '--cost-center', 'north', '--tag', 'vip,new');
  await world.run('message', 'cancel', first.id);
  const ran = await retry(first.id);
  expect(ran.code).toBe(0);
  expect(ran.json()).toMatchObject({
    schema: 'tollbell.message-retry/1',
    retry_of: first.id,
    status: 'success',
    campaign: 'autumn',
    counts: { read: 1, delivered: 1 },
    amounts: [{ currency: 'USD', reserved: '0.000000', charged: '0.055000' }],
    messages: [{ status: 'delivered', duplicate_of: null }],
  });
  const again = rowOf(ran).id;
  expect(await show(again)).toMatchObject({
    retry_of: first.id,
    retried_by: null,
    cost_center: 'north',
    tags: ['new', 'vip'],
    campaign: 'autumn',
  });
  expect(await show(first.id)).toMatchObject({ status: 'cancelled', retry_of: null, retried_by: again });
});

it('happens once: the second time it answers with the first, and with its exit code', async () => {
  const { id } = await send('0003');
  const first = rowOf(await retry(id));
  const second = await retry(id);
  expect([second.code, rowOf(second)]).toMatchObject([5, { id: first.id, status: 'failed', duplicate_of: first.id }]);
  expect(second.json()).toMatchObject({ counts: { duplicate: 1, failed: 0 } });
  expect((await world.run('message', 'retry', id)).out).toContain(`It was sent again before, as ${first.id}`);
  expect(rowOf(await retry(first.id))).toMatchObject({ status: 'failed', duplicate_of: null });
});

it('--queue leaves it in the outbox, and the same command without it sends that one', async () => {
  const { id } = await send('0001', '--queue');
  await world.run('message', 'cancel', id);
  const queued = rowOf(await retry(id, '--queue'));
  expect(queued.status).toBe('queued');
  expect(rowOf(await retry(id))).toMatchObject({ id: queued.id, status: 'delivered', duplicate_of: null });
});

it('passes the whole gate again', async () => {
  const { id } = await send('0001', '--queue');
  await world.run('message', 'cancel', id);
  await world.run('budget', 'set', '0.01', '--per', 'month');
  expect((await retry(id)).code).toBe(4);
  await world.run('block', '+4915112340001');
  const refused = await retry(id);
  expect([refused.code, refused.json()['refusals']]).toMatchObject([3, { blocked: 1 }]);
  await world.run('unblock', '+4915112340001');
});

it('follows a decision that an unknown one was not sent', async () => {
  const { id } = await send('0004');
  expect(await world.failure('message', 'retry', id)).toMatchObject({
    exit: 2,
    code: 'not_retryable',
    hint: `Find out what became of it, and say so first: tollbell message resolve ${id} --as not_sent --reason "…"`,
    details: { status: 'unknown' },
  });
  await world.run('message', 'resolve', id, '--as', 'not_sent', '--reason', 'not in the history');
  expect((await retry(id)).code).toBe(6);
});

describe('is refused', () => {
  it.each([
    ['queued', '0001', ['--queue']],
    ['accepted', '0007', []],
    ['delivered', '0001', []],
    ['read', '0000', []],
    ['unknown', '0004', []],
  ])('while a message is %s', async (status, ending, options) => {
    const { id } = await send(ending, ...options);
    expect(await world.failure('message', 'retry', id)).toMatchObject({ exit: 2, code: 'not_retryable', details: { id, status } });
    expect((await world.run('message', 'list', '--json')).json()['items']).toHaveLength(1);
  });

  it('where a late status told that it arrived after all', async () => {
    const { id } = await send('0003');
    await providerTells(world, id, 'delivered');
    expect(await world.failure('message', 'retry', id)).toMatchObject({ code: 'not_retryable', details: { status: 'delivered' } });
  });

  it('for an id that no message has, and makes no store for it', async () => {
    expect(await world.failure('message', 'retry', '01j9z3abcdefghjkmnpq')).toMatchObject({ exit: 2, code: 'unknown_message' });
    expect(await world.failure('message', 'retry', 'x', '--db', 'nowhere.db')).toMatchObject({ exit: 2, code: 'unknown_message' });
  });
});
