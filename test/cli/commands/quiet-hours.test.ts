// The commands of quiet hours, run as a user runs them. What they hold is tested where messages are sent.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

async function set(...argv: readonly string[]) {
  return (await world.run('quiet-hours', 'set', ...argv, '--json')).json()['item'];
}

it('are set for all countries or for one, for marketing or for utility, as often as it is said', async () => {
  expect(await set('21:00-08:00')).toMatchObject({
    category: 'marketing',
    country: null,
    mode: 'quiet',
    hours: '21:00-08:00',
    result: 'added',
  });
  expect(await set('21:00-08:00')).toMatchObject({ result: 'unchanged' });
  expect(await set(' Mon-Sat 10:00-20:00 ', '--allowed')).toMatchObject({
    mode: 'allowed',
    hours: 'mon-sat 10:00-20:00',
    result: 'updated',
  });
  expect(await set('20:00-10:00,sun', '--country', 'fr')).toMatchObject({ country: 'FR', hours: '20:00-10:00, sun', result: 'added' });
  expect(await set('none', '--country', 'US', '--category', 'utility')).toMatchObject({
    category: 'utility',
    country: 'US',
    hours: 'none',
  });
  const { out } = await world.run('quiet-hours', 'list');
  expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['CATEGORY', 'COUNTRY', 'MODE', 'HOURS'],
    ['marketing', 'all others', 'allowed', 'mon-sat 10:00-20:00'],
    ['marketing', 'FR', 'quiet', '20:00-10:00, sun'],
    ['utility', 'US', 'quiet', 'none'],
    [''],
  ]);
});

it('are listed in pages, and empty where there is no store', async () => {
  expect((await world.run('quiet-hours', 'list')).out).toBe('No quiet hours.\n');
  expect(existsSync(world.db)).toBe(false);
  await set('21:00-08:00');
  await set('21:00-08:00', '--country', 'FR');
  const first = (await world.run('quiet-hours', 'list', '--limit', '1', '--json')).json();
  expect(first).toMatchObject({ items: [{ country: null }], next: 'marketing-all' });
  expect((await world.run('quiet-hours', 'list', '--after', 'marketing-all', '--json')).json()).toMatchObject({
    items: [{ country: 'FR' }],
    next: null,
  });
});

it('are taken back once', async () => {
  await set('21:00-08:00', '--country', 'FR');
  expect((await world.run('quiet-hours', 'remove', '--country', 'FR')).out).toBe('removed marketing in FR\n');
  expect(await world.failure('quiet-hours', 'remove', '--country', 'FR')).toMatchObject({ exit: 2, code: 'unknown_quiet_hours' });
});

it('say where no hour suits every zone of a country', async () => {
  expect((await world.run('quiet-hours', 'set', '10:00-18:00', '--allowed')).err).toContain('In RU no hour suits every zone');
  expect((await world.run('quiet-hours', 'set', '10:00-18:00', '--allowed', '--country', 'FR')).err).toBe('');
});

it.each([
  [['21-08'], 'hours: not hours: 21-08'],
  [['mon-sun'], 'hours: no hour of the week is left to send in.'],
  [['none', '--allowed'], 'hours: no hour of the week is left to send in.'],
  [['21:00-08:00', '--country', 'XX'], 'country: not a country: XX'],
  [['21:00-08:00', '--category', 'authentication'], 'category: one of marketing, utility; nothing else is held'],
])('are not %j', async (argv, message) => {
  expect(await world.failure('quiet-hours', 'set', ...argv)).toMatchObject({ exit: 2, code: 'invalid_input', message });
});

it('go by the zone that a contact was given', async () => {
  const add = (...options: readonly string[]) => world.run('contact', 'add', '+4915112340001', ...options, '--json');
  expect((await add('--time-zone', 'Asia/Tokyo')).json()['item']).toMatchObject({ attributes: { time_zone: 'Asia/Tokyo' } });
  expect((await add('--attr', 'time_zone=Europe/Paris')).json()['item']).toMatchObject({ attributes: { time_zone: 'Europe/Paris' } });
  expect(await world.failure('contact', 'add', '+4915112340001', '--time-zone', 'Tokyo')).toMatchObject({ code: 'invalid_input' });
  expect(await world.failure('contact', 'add', '+4915112340001', '--attr', 'time_zone=Tokyo')).toMatchObject({ code: 'invalid_input' });
});
