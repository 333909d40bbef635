// Setting up, as a user runs it: what it says comes next is what works.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

// The commands after `Next:`, as a shell would take them apart.
function nextOf(out: string): readonly (readonly string[])[] {
  const lines = out
    .slice(out.indexOf('Next: ') + 'Next: '.length)
    .trim()
    .split('\n');
  return lines.map((line) => (line.match(/"[^"]*"|\S+/g) ?? []).slice(1).map((word) => word.replaceAll('"', '')));
}

it.each([[['-y']], [['-y', '--phone', '+4915112345679']], [['--name', 'shop', '--currency', 'EUR', '--time-zone', 'Europe/Berlin', '-y']]])(
  '%j: what comes next works',
  async (options) => {
    const { code, out, err } = await world.run('init', ...options);
    expect([code, err, out.startsWith('ready ')]).toEqual([0, '', true]);
    const steps = nextOf(out);
    expect(steps).toHaveLength(options.includes('--phone') ? 1 : 2);
    for (const step of steps) expect(await world.run(...step)).toMatchObject({ code: 0 });
  },
);

it('says that a currency has no prices', async () => {
  const { code, out, err } = await world.run('init', '--name', 'shop', '--currency', 'ARS', '--time-zone', 'UTC', '-y');
  expect(code).toBe(0);
  expect(out).toMatch(/^no prices shop/);
  expect(err).toBe('No ARS prices come with this version, and what has no price is not sent: bring a card with tollbell price import.\n');
});

it('keeps the cards that are there', async () => {
  await world.run('init', '-y');
  const before = (await world.run('price', 'list', '--json')).json()['items'];
  expect((await world.run('init', '-y', '--json')).json()).toMatchObject({ price_cards: 2 });
  expect((await world.run('price', 'list', '--json')).json()['items']).toEqual(before);
});

it('does not name a blocked person as the one to send to', async () => {
  await world.run('block', '+4915112345679');
  const { out, err } = await world.run('init', '-y', '--phone', '+4915112345679');
  expect(err).toContain('The opt-in was not recorded');
  expect(nextOf(out)[0]).toContain('+4915112345678');
});
