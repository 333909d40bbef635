// The budget commands, run as a user runs them. That a cap holds is tested where messages are admitted.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

async function items(...argv: readonly string[]) {
  return (await world.run('budget', 'list', ...argv, '--json')).json()['items'] as readonly { readonly id: string; readonly cap: string }[];
}

describe('budget set', () => {
  it('sets one cap for each period, category and cost centre, as often as it is run', async () => {
    const set = async (...argv: readonly string[]) => (await world.run('budget', 'set', ...argv, '--json')).json()['item'];
    expect(await set('12.5', '--per', 'day')).toMatchObject({
      per: 'day',
      category: null,
      cost_center: null,
      currency: 'USD',
      cap: '12.500000',
      used: '0.000000',
      left: '12.500000',
      result: 'added',
    });
    expect(await set('12.5', '--per', 'day')).toMatchObject({ result: 'unchanged' });
    expect(await set('20', '--per', 'day')).toMatchObject({ cap: '20.000000', result: 'updated' });
    expect(await set('7', '--per', 'day', '--category', 'marketing')).toMatchObject({ category: 'marketing', result: 'added' });
    expect(await set('7', '--per', 'day', '--cost-center', 'EU')).toMatchObject({ cost_center: 'EU', result: 'added' });
    expect(await set('0', '--per', 'campaign')).toMatchObject({ cap: '0.000000', result: 'added' });
    expect(await items()).toHaveLength(4);
  });

  it('keeps its mode and thresholds when the cap alone is set anew, and takes others', async () => {
    const set = async (...argv: readonly string[]) => (await world.run('budget', 'set', ...argv, '--per', 'day', '--json')).json()['item'];
    expect(await set('5')).toMatchObject({ mode: 'hard', warn: [50, 80, 100], period: '2026-11-22', reached: [] });
    expect(await set('5', '--mode', 'warn', '--warn', '120, 90')).toMatchObject({ mode: 'warn', warn: [90, 120], result: 'updated' });
    expect(await set('6')).toMatchObject({ mode: 'warn', warn: [90, 120], result: 'updated' });
    expect(await set('6', '--warn', 'none', '--mode', 'hard')).toMatchObject({ mode: 'hard', warn: [], result: 'updated' });
    expect((await world.run('budget', 'set', '7', '--per', 'day')).out).toMatch(/ left; mode hard, no thresholds\n$/);
  });

  it('caps the sender that is named, in its currency', async () => {
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox', '--currency', 'EUR');
    const { out } = await world.run('budget', 'set', '5', '--per', 'month', '--sender', 'shop');
    expect(out).toMatch(/^added \w+: 5\.000000 EUR per month, 0\.000000 used, 5\.000000 left; mode hard, thresholds 50, 80, 100 %\n$/);
    expect(await items()).toEqual([]);
    expect(await items('--sender', 'shop')).toMatchObject([{ cap: '5.000000' }]);
  });

  it.each([
    ['a comma', ['12,5', '--per', 'day'], /not an amount/],
    ['a sign', ['--per', 'day', '--', '-1'], /not an amount/],
    ['a fraction of a micro-unit', ['0.0000001', '--per', 'day'], /not an amount/],
    ['no period', ['5'], /day, month, campaign/],
    ['an unknown period', ['5', '--per', 'week'], /day, month, campaign/],
    ['an unknown category', ['5', '--per', 'day', '--category', 'fun'], /marketing/],
    ['an unknown mode', ['5', '--per', 'day', '--mode', 'soft'], /hard, warn/],
    ['a percent sign', ['5', '--per', 'day', '--warn', '80%'], /not percents of the cap: 80%/],
    ['a threshold of nothing', ['5', '--per', 'day', '--warn', '0,50'], /not percents/],
    ['an empty cost centre', ['5', '--per', 'day', '--cost-center', ''], /empty/],
  ])('refuses %s and writes nothing', async (_, argv, message) => {
    const { code, err } = await world.run('budget', 'set', ...argv);
    expect(code).toBe(2);
    expect(err).toMatch(/^error\[invalid_input\]/);
    expect(err).toMatch(message);
    expect(existsSync(world.db)).toBe(false);
  });
});

describe('budget list and remove', () => {
  it('shows nothing without a store, and makes none', async () => {
    expect((await world.run('budget', 'list', '--json')).json()).toEqual({ schema: 'tollbell.budget-list/1', items: [], next: null });
    expect((await world.run('budget', 'list')).out).toBe('No budgets.\n');
    expect(existsSync(world.db)).toBe(false);
  });

  it('takes a budget back once', async () => {
    await world.run('budget', 'set', '5', '--per', 'day');
    const [budget] = await items();
    expect((await world.run('budget', 'list')).out).toMatch(
      /^ID +PER +CATEGORY.*\n\w+ +day +all +all +5\.000000 +0\.000000 +5\.000000 +USD +hard\n$/,
    );
    expect((await world.run('budget', 'remove', budget?.id ?? '', '--json')).json()).toEqual({
      schema: 'tollbell.budget-remove/1',
      item: { id: budget?.id, removed: true },
    });
    expect(await items()).toEqual([]);
    expect(await world.failure('budget', 'remove', budget?.id ?? '')).toMatchObject({ exit: 2, code: 'unknown_budget' });
  });

  it('says what it removed', async () => {
    await world.run('budget', 'set', '5', '--per', 'day');
    const [budget] = await items();
    expect((await world.run('budget', 'remove', budget?.id ?? '')).out).toBe(`removed ${budget?.id}\n`);
  });
});

describe('a budget that is used up', () => {
  const send = (...argv: readonly string[]) =>
    world.run('send', 'order_shipped', '--to', '+4915112345678', '--param', 'name=Ada', '--param', 'order=A-17', ...argv);

  beforeEach(async () => {
    await world.run('init', '-y');
    await world.run('contact', 'add', '+4915112345678', '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  });

  it('is told of by the send that reaches a threshold, on standard error and in its JSON, and by no other', async () => {
    await world.run('budget', 'set', '0.11', '--per', 'month', '--category', 'utility', '--cost-center', 'shop');
    const first = await send('--cost-center', 'shop');
    expect(first.err).toMatch(/^Budget \w+ \(2026-11, utility, cost centre shop\): 50 % of 0\.110000 USD reached, 0\.055000 used\.\n$/);
    const second = await send('--cost-center', 'shop', '--json');
    expect(second.json()['budget_warnings']).toMatchObject([
      { per: 'month', period: '2026-11', category: 'utility', cost_center: 'shop', mode: 'hard', threshold: 80, used: '0.110000' },
      { threshold: 100, cap: '0.110000', currency: 'USD', at: '2026-11-22T12:00:00Z' },
    ]);
    const refused = await send('--cost-center', 'shop', '--json');
    expect(refused).toMatchObject({ code: 4, err: '' });
    expect(refused.json()['budget_warnings']).toEqual([]);
  });

  it('refuses nothing where it only warns', async () => {
    await world.run('budget', 'set', '0.01', '--per', 'campaign', '--mode', 'warn', '--warn', '100');
    const { code, err } = await send('--campaign', 'autumn');
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('(autumn): 100 % of 0.010000 USD reached, 0.055000 used.'),
    });
    expect((await world.run('budget', 'list')).out).toMatch(/ warn +100 %\n$/);
  });

  it('is told of by budget set where a threshold is reached already, and not again by the next one', async () => {
    await send();
    const { err, json } = await world.run('budget', 'set', '0.1', '--per', 'day', '--json');
    expect(err).toContain('50 % of 0.100000 USD reached');
    expect(json()['budget_warnings']).toMatchObject([{ threshold: 50 }]);
    expect(await world.run('budget', 'set', '0.11', '--per', 'day')).toMatchObject({ code: 0, err: '' });
  });

  it('is told of by budget check once, with exit code 4', async () => {
    await world.run('budget', 'set', '0.1', '--per', 'day');
    expect(await world.run('budget', 'check')).toMatchObject({ code: 0, out: 'Nothing new.\n' });
    await send('-q');
    const told = await world.run('budget', 'check');
    expect(told.code).toBe(4);
    expect(told.out).toMatch(/^Budget \w+ \(2026-11-22\): 50 % of 0\.100000 USD reached, 0\.055000 used\.\n$/);
    expect(await world.run('budget', 'check', '--json')).toMatchObject({ code: 0 });
  });

  it('is told of by message retry too', async () => {
    const queued = (await send('--queue', '--json')).json()['messages'] as readonly { readonly id: string }[];
    const id = queued[0]?.id ?? '';
    await world.run('message', 'cancel', id);
    await world.run('budget', 'set', '0.1', '--per', 'day');
    const { err, json } = await world.run('message', 'retry', id, '--json');
    expect(err).toContain('50 % of');
    expect(json()['budget_warnings']).toMatchObject([{ threshold: 50 }]);
  });
});

it('budget check looks at nothing and makes nothing where there is no store', async () => {
  expect((await world.run('budget', 'check', '--json')).json()).toEqual({ schema: 'tollbell.budget-check/1', items: [], next: null });
  expect(existsSync(world.db)).toBe(false);
});
