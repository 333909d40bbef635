// Ctrl-C twice, on the built program: the first waits for answers and says so, the second ends it with a word, and the next command finds what was under way.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../world.ts';
import { type EmulatedShop, openShop } from '../cli/emulated-shop.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/tollbell.js');

let world: World;
let shop: EmulatedShop;
beforeEach(async () => {
  world = createWorld();
  shop = await openShop(world);
  await shop.run('template', 'sync');
  await shop.run('contact', 'add', '+4915112340004', '--opt-in', 'utility', '--source', 'web');
});
afterEach(async () => {
  await shop.close();
  world.close();
});

it('is answered, and what has no answer is unknown to the next command', { timeout: 30_000 }, async () => {
  const options = ['send', 'hello_world', '--to', '+4915112340004', '--language', 'en_US', '--sender', 'shop', '--json'];
  const child = spawn(process.execPath, [LAUNCHER, ...options], {
    env: { ...process.env, ...world.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (told.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told.err += chunk.toString()));
  const ended = once(child, 'close');
  const sending = async () => (await shop.run('message', 'list', '--state', 'sending')).out;
  await expect.poll(sending, { timeout: 10_000 }).toContain('sending');
  child.kill('SIGINT');
  await expect.poll(() => told.err, { timeout: 10_000 }).toContain('1 request is under way: waiting for the answers, at most 30 s.');
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(JSON.parse(told.err.split('\n')[1] ?? '')).toMatchObject({ error: { code: 'interrupted', retryable: false } });
  expect(told.out).toBe('');
  const next = await shop.run('dispatch', '--json');
  expect([next.code, next.json()]).toMatchObject([6, { sent: 0, counts: { unknown: 1 }, recovered: [expect.any(String)] }]);
});
