// Stop and start words, as a user runs them: the built-in list, the sender's own over it, and taking them back.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { customerWrites } from '../inbound.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

type Word = {
  readonly word: string;
  readonly language: string;
  readonly meaning: string;
  readonly origin: string;
  readonly in_force: boolean;
};
const list = async (...options: readonly string[]) =>
  (await world.run('word', 'list', '--json', ...options)).json()['items'] as readonly Word[];

describe('word list', () => {
  it('has the built-in words without a store', async () => {
    const words = await list();
    expect(words).toContainEqual({ word: 'stop', language: '*', meaning: 'opt_out', origin: 'built_in', in_force: true });
    expect(words.some(({ meaning }) => meaning === 'opt_in')).toBe(true);
    expect((await world.run('word', 'list')).out).toMatch(/^WORD +LANGUAGE +MEANING +ORIGIN/);
  });

  it('keeps to one language and to what counts in all', async () => {
    const languages = new Set((await list('--language', 'de')).map(({ language }) => language));
    expect([...languages].toSorted()).toEqual(['*', 'de']);
    expect(await world.failure('word', 'list', '--language', 'Klingon?')).toMatchObject({ exit: 2, code: 'invalid_input' });
  });

  it('comes in pages', async () => {
    const all = await list();
    const first = (await world.run('word', 'list', '--limit', '3', '--json')).json();
    expect(first).toMatchObject({ items: all.slice(0, 3) });
    expect(await list('--limit', '2', '--after', String(first['next']))).toEqual(all.slice(3, 5));
  });
});

describe('word add', () => {
  it('keeps a word in folded form, and says what it did', async () => {
    const add = (...options: readonly string[]) =>
      world.run('word', 'add', ' Schluß, damit! ', '--meaning', 'opt_out', '--json', ...options);
    const item = { word: 'schluss damit', language: 'de', meaning: 'opt_out', origin: 'own' };
    const { code, json } = await add('--language', 'de');
    expect([code, json()]).toEqual([0, { schema: 'tollbell.word-add/1', item: { ...item, result: 'added' } }]);
    expect((await add('--language', 'de')).json()).toMatchObject({ item: { result: 'unchanged' } });
    expect((await add()).json()).toMatchObject({ item: { language: '*', result: 'updated' } });
    expect((await list())[0]).toEqual({ ...item, language: '*', in_force: true });
  });

  it('takes a built-in word out with the meaning none', async () => {
    await world.run('word', 'add', 'END', '--meaning', 'none');
    expect((await list()).filter(({ word }) => word === 'end')).toMatchObject([
      { origin: 'own', meaning: 'none', in_force: true },
      { origin: 'built_in', meaning: 'opt_out', in_force: false },
    ]);
    expect((await world.run('word', 'list')).out).toContain('replaced by your own');
  });

  it('says that a stop word of law or practice still waits for a person, and refuses to make it a start', async () => {
    await world.run('contact', 'add', '+4915112345678', '--opt-in', 'utility', '--source', 'web');
    expect((await world.run('word', 'add', 'basta', '--meaning', 'none')).out).not.toContain('review list');
    expect((await world.run('word', 'add', 'STOP', '--meaning', 'none')).out).toContain('wait in tollbell review list');
    expect(await world.failure('word', 'add', 'Please stop!', '--meaning', 'opt_in')).toMatchObject({
      exit: 2,
      code: 'invalid_input',
      details: { word: 'please stop', meaning: 'opt_in' },
    });
    await customerWrites(world, '+4915112345678', 'Stop');
    expect((await world.run('review', 'list', '--json')).json()).toMatchObject({ items: [{ text: 'Stop' }] });
    expect((await world.run('contact', 'show', '+4915112345678', '--json')).json()).toMatchObject({
      item: { consent: { utility: 'opted_in' } },
    });
  });

  it('counts for what customers write from then on', async () => {
    await world.run('contact', 'add', '+4915112345678', '--opt-in', 'utility', '--source', 'web');
    await world.run('word', 'add', 'Feierabend', '--meaning', 'opt_out');
    await customerWrites(world, '+4915112345678', 'FEIERABEND!');
    expect((await world.run('contact', 'show', '+4915112345678', '--json')).json()).toMatchObject({
      item: { consent: { utility: 'opted_out' } },
    });
  });

  it.each([
    [['!!!', '--meaning', 'opt_out'], 'invalid_input'],
    [['x'.repeat(65), '--meaning', 'opt_out'], 'invalid_input'],
    [['weg', '--meaning', 'stop'], 'invalid_input'],
    [['weg', '--meaning', 'opt_out', '--language', '12'], 'invalid_input'],
    [['weg'], 'usage'],
  ])('refuses %j', async (options, code) => {
    expect(await world.failure('word', 'add', ...options)).toMatchObject({ exit: 2, code });
  });
});

describe('word remove', () => {
  it('takes an own word back, however it is written', async () => {
    await world.run('word', 'add', 'Ärger', '--meaning', 'opt_out');
    expect((await world.run('word', 'remove', 'ARGER', '--json')).json()).toEqual({
      schema: 'tollbell.word-remove/1',
      item: { word: 'arger', removed: true },
    });
    expect(await world.failure('word', 'remove', 'Ärger')).toMatchObject({ exit: 2, code: 'unknown_word', details: { word: 'arger' } });
  });

  it('cannot take a built-in word back, and says what does', async () => {
    expect(await world.failure('word', 'remove', 'basta')).toMatchObject({
      code: 'unknown_word',
      hint: 'Take it out of the list with: tollbell word add "basta" --meaning none',
    });
  });

  it('says of a stop that laws name that it never goes unheard', async () => {
    const { code, hint } = await world.failure('word', 'remove', 'STOP');
    expect([code, hint]).toEqual([
      'unknown_word',
      expect.stringContaining('after tollbell word add "stop" --meaning none such messages wait'),
    ]);
  });

  it('names the words that can be removed', async () => {
    expect((await world.failure('word', 'remove', 'weg')).hint).toBe('It has no words of its own yet; tollbell word add adds one.');
    await world.run('word', 'add', 'Feierabend', '--meaning', 'opt_out');
    expect((await world.failure('word', 'remove', 'weg')).hint).toBe('Its own words are "feierabend".');
  });
});

it('word list says in its help how many words it shows', async () => {
  expect((await world.run('word', 'list', '--help')).out).toContain('at most so many items (default 1,000)');
});
