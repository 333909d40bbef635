// tollbell doctor and sender check, run as a user runs them, without a provider.

import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

type Item = {
  readonly check: string;
  readonly result: string;
  readonly message: string;
  readonly hint: string | null;
  readonly sender?: string | null;
};

async function found(...argv: readonly string[]): Promise<{ readonly code: number; readonly items: readonly Item[] }> {
  const { code, json } = await world.run(...argv, '--json');
  return { code, items: json()['items'] as readonly Item[] };
}

function of(items: readonly Item[], check: string, sender: string | null = null): Item | undefined {
  return items.find((item) => item.check === check && (item.sender ?? null) === sender);
}

describe('doctor', () => {
  it('says that there is no store, and makes none', async () => {
    const { code, items } = await found('doctor');
    expect(items.map(({ check, result }) => [check, result])).toEqual([
      ['node', 'good'],
      ['store', 'skipped'],
    ]);
    expect(of(items, 'node')?.message).toBe(`Node ${process.versions.node}.`);
    expect(code).toBe(0);
    expect(existsSync(world.db)).toBe(false);
  });

  it('finds nothing wrong with a fresh store', async () => {
    await world.run('init', '-y');
    delete world.env['TOLLBELL_NOW'];
    const { code, items } = await found('doctor');
    expect(items.filter(({ result }) => result !== 'good')).toEqual([]);
    expect(of(items, 'mode')?.message).toContain('0600');
    expect(of(items, 'store')?.message).toMatch(/SQLite \d/);
    expect(of(items, 'prices', 'sandbox')?.message).toMatch(/^USD prices since 20/);
    expect(code).toBe(0);
  });

  it('shows what waits and what is unknown on one screen', async () => {
    await world.run('init', '-y', '--phone', '+4915112340004');
    await world.run('send', 'hello_world', '--to', '+4915112340004');
    await world.run('send', 'hello_world', '--to', '+4915112340004', '--queue');
    world.setClock('2026-11-22T15:00:00Z');
    const { code, out } = await world.run('doctor');
    expect(out).toMatch(
      /^warning +unknown +The outcome of 1 messages is unknown, the oldest since 2026-11-22T12:00:00Z\.\n +A webhook may/m,
    );
    expect(out).toMatch(/^warning +queued +1 messages wait to be sent, the oldest since 2026-11-22T12:00:00Z\.$/m);
    expect(out).toMatch(/^warning +clock +TOLLBELL_NOW/m);
    expect(out).toMatch(/^Sender sandbox\ngood +channel/m);
    expect(out.split('\n').length).toBeLessThan(24);
    expect(code).toBe(0);
  });

  it('warns of a store that others may read', async () => {
    await world.run('init', '-y');
    chmodSync(world.db, 0o644);
    const { code, items } = await found('doctor');
    expect(of(items, 'mode')).toMatchObject({ result: 'warning', message: /0644/, hint: /chmod 600/ });
    expect(code).toBe(0);
    chmodSync(world.db, 0o640); // is allowed
    expect(of((await found('doctor')).items, 'mode')?.result).toBe('good');
  });

  it('ends with 9 where the key is gone, and looks at everything else', async () => {
    await world.run('init', '-y');
    rmSync(`${world.db}.key`);
    const { code, items } = await found('doctor');
    expect(of(items, 'key')).toMatchObject({ result: 'bad', message: /cannot be read/, hint: /Put the file back/ });
    expect(of(items, 'channel', 'sandbox')?.result).toBe('good');
    expect(code).toBe(9);
  });

  it('ends with 8 where the file is no store', async () => {
    writeFileSync(world.db, 'this is not a database, and it is longer than a header of SQLite would be: 100 bytes, that is to say');
    const { code, items } = await found('doctor');
    expect(of(items, 'store')).toMatchObject({ result: 'bad' });
    expect(items.some(({ sender }) => sender !== null)).toBe(false);
    expect(code).toBe(8);
  });

  it('ends with 9 where the clock was set back before what is in the store', async () => {
    world.setClock('2099-01-01T00:00:00Z');
    await world.run('init', '-y', '--phone', '+4915112340000');
    await world.run('send', 'hello_world', '--to', '+4915112340000', '--queue');
    delete world.env['TOLLBELL_NOW'];
    const { code, items } = await found('doctor');
    expect(of(items, 'clock')).toMatchObject({ result: 'bad', message: /a message in the store is newer/ });
    expect(code).toBe(9);
  });

  it('looks at every sender, or at the one that is named', async () => {
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox', '--currency', 'SAR');
    const all = await found('doctor');
    expect(of(all.items, 'prices', 'shop')).toMatchObject({ result: 'bad', message: /No SAR prices/, hint: /price builtin/ });
    expect(all.code).toBe(9);
    const one = await found('doctor', '--sender', 'sandbox');
    expect(new Set(one.items.map(({ sender }) => sender))).toEqual(new Set([null, 'sandbox']));
    expect(one.code).toBe(0);
    expect(await world.failure('doctor', '--sender', 'shpo')).toMatchObject({ exit: 2, code: 'unknown_sender' });
  });
});

describe('sender check', () => {
  const WHATSAPP = ['--transport', 'whatsapp', '--phone-number-id', '1065', '--waba-id', '2065', '--token-env', 'WA_TOKEN'] as const;

  it('finds that the sandbox needs nothing', async () => {
    const { code, json, out } = await world.run('sender', 'check', '--json');
    expect(json()).toMatchObject({
      schema: 'tollbell.sender-check/1',
      sender: 'sandbox',
      items: [{ check: 'channel', result: 'good' }, { check: 'prices' }],
    });
    expect(out).not.toContain('"bad"');
    expect(code).toBe(0);
    expect(existsSync(world.db)).toBe(false);
  });

  it('ends with 9 where the token is not there', async () => {
    await world.run('sender', 'add', 'shop', ...WHATSAPP, '--api-base', 'http://127.0.0.1:9');
    const { code, items } = await found('sender', 'check', 'shop');
    expect(of(items, 'token')).toMatchObject({ result: 'bad', message: /WA_TOKEN is not set/ });
    expect(of(items, 'app_secret')).toMatchObject({ result: 'warning', hint: /--app-secret-env/ });
    expect(code).toBe(9);
  });

  it('ends with 9 for a secret that others may read, and leaves the provider alone when asked to', async () => {
    const file = join(world.directory, 'secret');
    writeFileSync(file, 'word\n', { mode: 0o644 });
    await world.run('sender', 'add', 'shop', ...WHATSAPP, '--app-secret-file', file, '--verify-token-env', 'VERIFY');
    world.env['VERIFY'] = 'me';
    const { code, items } = await found('sender', 'check', 'shop', '--offline');
    expect(of(items, 'channel')).toMatchObject({ result: 'skipped' });
    expect(of(items, 'app_secret')).toMatchObject({ result: 'bad', message: /Others may read/, hint: /chmod 600/ });
    expect(of(items, 'verify_token')).toMatchObject({ result: 'good', message: 'The variable VERIFY holds it.' });
    expect(code).toBe(9);
    chmodSync(file, 0o600);
    expect((await found('sender', 'check', 'shop', '--offline')).code).toBe(0);
  });

  it('knows no sender of that name', async () => {
    expect(await world.failure('sender', 'check', 'nobody')).toMatchObject({ exit: 2, code: 'unknown_sender' });
  });
});
