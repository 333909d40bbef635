// Where a setting comes from: flag over environment over the file at hand over the user's file over what is built in.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, type Environment, type GlobalFlags, readConfig } from '../src/config.ts';

let home: string;
let work: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tollbell-config-'));
  work = join(home, 'work');
  mkdirSync(work);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, values: object): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(values));
  return path;
}

const userFile = (values: object) => write(join(home, '.config', 'tollbell', 'config.json'), values);
const nearFile = (values: object) => write(join(work, 'tollbell.config.json'), values);
const read = (flags: GlobalFlags = {}, env: Environment = {}): Config => readConfig(flags, { HOME: home, ...env }, work);

describe('the first of these that says something wins', () => {
  it.each(['sender', 'format', 'db'] as const)('%s', (key) => {
    const values = { sender: ['a', 'b', 'c', 'd'], format: ['json', 'ndjson', 'csv', 'table'], db: ['/a', '/b', '/c', '/d'] }[key];
    const [flag = '', environment = '', near = '', user = ''] = values;
    const env = { [`TOLLBELL_${key.toUpperCase()}`]: environment };
    userFile({ [key]: user });
    expect(read()[key]).toBe(user);
    nearFile({ [key]: near });
    expect(read()[key]).toBe(near);
    expect(read({}, env)[key]).toBe(environment);
    expect(read({ [key]: flag }, env)[key]).toBe(flag);
  });

  it('key by key: a file says nothing of what it leaves out', () => {
    userFile({ sender: 'shop', format: 'csv' });
    nearFile({ format: 'json' });
    expect(read()).toMatchObject({ sender: 'shop', format: 'json' });
  });

  it('an empty variable says nothing', () => {
    nearFile({ sender: 'shop' });
    expect(read({}, { TOLLBELL_SENDER: '' }).sender).toBe('shop');
  });

  it('--json stands above all words on the format', () => {
    expect(read({ json: true }, { TOLLBELL_FORMAT: 'csv' }).format).toBe('json');
  });

  it('--config and TOLLBELL_CONFIG name the file that stands for the one at hand', () => {
    nearFile({ sender: 'near' });
    const other = write(join(home, 'other.json'), { sender: 'other' });
    const third = write(join(home, 'third.json'), { sender: 'third' });
    expect(read({}, { TOLLBELL_CONFIG: other }).sender).toBe('other');
    expect(read({ config: third }, { TOLLBELL_CONFIG: other }).sender).toBe('third');
    expect(() => read({ config: join(home, 'missing.json') })).toThrow('cannot be read');
  });
});

describe('a relative path to the store', () => {
  it('is relative to the file that says it', () => {
    userFile({ db: 'mine.db' });
    expect(read().db).toBe(join(home, '.config', 'tollbell', 'mine.db'));
    write(join(home, 'shop', 'config.json'), { db: 'shop.db' });
    expect(read({ config: '../shop/config.json' }).db).toBe(join(home, 'shop', 'shop.db'));
    nearFile({ db: 'near.db' });
    expect(read().db).toBe(join(work, 'near.db'));
  });

  it('is relative to where the command is run in a flag or a variable', () => {
    expect(read({ db: 'x.db' }).db).toBe(join(work, 'x.db'));
    expect(read({}, { TOLLBELL_DB: 'y.db' }).db).toBe(join(work, 'y.db'));
  });

  it('is none where the file says :memory:', () => {
    userFile({ db: ':memory:' });
    expect(read().db).toBe(':memory:');
  });

  it('passes over a file with a store that is not ours when a flag names another', () => {
    userFile({ db: 'postgres://localhost/x' });
    expect(read({ db: '/x.db' }).db).toBe('/x.db');
    expect(() => read()).toThrow('not at postgres://');
  });
});

describe('the budget hook', () => {
  const hook = 'https://ops.example/budget?team=7';

  it('is nobody, or who is named in a file or the environment, with the variable of its secret', () => {
    expect(read().budgetHook).toBeNull();
    nearFile({ budget_hook: hook, budget_hook_secret_env: 'OPS_SECRET' });
    expect(read().budgetHook).toEqual({ url: hook, secretEnv: 'OPS_SECRET' });
    nearFile({});
    expect(read({}, { TOLLBELL_BUDGET_HOOK: 'http://127.0.0.1:9/' }).budgetHook).toEqual({
      url: 'http://127.0.0.1:9/',
      secretEnv: 'TOLLBELL_BUDGET_HOOK_SECRET',
    });
  });

  it.each(['ops.example', 'http://ops.example/', 'https://user:pass@ops.example/', 'ftp://127.0.0.1/', 'https://ops.example/#x'])(
    'is not %s, which is not repeated',
    (url) => {
      expect(() => read({}, { TOLLBELL_BUDGET_HOOK: url })).toThrow(
        expect.objectContaining({ code: 'config_invalid', details: { key: 'budget_hook' } }),
      );
      expect(() => read({}, { TOLLBELL_BUDGET_HOOK: url })).toThrow(expect.not.stringContaining(url));
    },
  );
});
