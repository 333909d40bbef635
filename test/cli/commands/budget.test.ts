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

  it('caps the sender that is named, in its currency', async () => {
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox', '--currency', 'EUR');
    const { out } = await world.run('budget', 'set', '5', '--per', 'month', '--sender', 'shop');
    expect(out).toMatch(/^added \w+: 5\.000000 EUR per month, 0\.000000 used, 5\.000000 left\n$/);
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
      /^ID +PER +CATEGORY.*\n\w+ +day +all +all +5\.000000 +0\.000000 +5\.000000 +USD\n$/,
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
