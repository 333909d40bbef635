// How long `send` waits, as a user sees it: the counts, the exit code, and what it says on how to go on. A minute of waiting is cut short.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { providerTells } from '../inbound.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
});
afterEach(() => world.close());

async function send(ending: string, ...options: readonly string[]) {
  const to = `+491511234${ending}`;
  await world.run('contact', 'add', to, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  return world.run('send', 'hello_world', '--to', to, ...options);
}

describe('--wait delivered', () => {
  it.each([
    ['0000', 0, { delivered: 1 }],
    ['0001', 0, { delivered: 1 }],
    ['0003', 5, { failed: 1 }],
    ['0007', 10, { accepted: 1 }],
    ['0004', 6, { unknown: 1 }],
  ])('ends for %s with %d', async (ending, code, counts) => {
    const ran = await send(ending, '--wait', 'delivered', '--timeout', '150ms', '--json');
    expect([ran.code, ran.json()['counts']]).toMatchObject([code, counts]);
    expect(ran.json()['status']).toBe(code === 0 ? 'success' : code === 10 ? 'partial' : 'failed');
  });

  it('says how to go on when the time is up', async () => {
    expect((await send('0007', '--wait', 'delivered', '--timeout', '150ms')).out).toContain(
      'The time is up. tollbell message list shows what becomes of those that left.',
    );
  });

  it('goes on with the same command under a key', async () => {
    const first = await send('0007', '--wait', 'delivered', '--timeout', '150ms', '--key', 'k', '--json');
    const [message] = first.json()['messages'] as readonly { readonly id: string }[];
    const again = await send('0007', '--wait', 'delivered', '--timeout', '150ms', '--key', 'k', '--json');
    expect([again.code, again.json()['counts']]).toMatchObject([10, { duplicate: 1 }]);
    await providerTells(world, message?.id ?? '', 'delivered');
    const last = await send('0007', '--wait', 'delivered', '--timeout', '150ms', '--key', 'k', '--json');
    expect([last.code, last.json()['messages']]).toMatchObject([0, [{ status: 'delivered', duplicate_of: message?.id }]]);
  });

  it('has nothing to wait for where nothing was admitted', async () => {
    expect(
      (await world.run('send', 'hello_world', '--to', '+4915112349999', '--language', 'en_US', '--wait', 'delivered', '--timeout', '150ms'))
        .code,
    ).toBe(3);
  });
});

it('--timeout leaves time enough for what takes none', async () => {
  const ran = await send('0001', '--timeout', '30s', '--json');
  expect([ran.code, ran.json()['counts']]).toMatchObject([0, { delivered: 1 }]);
});

it('Ctrl-C before the end of its time is an interruption, not a timeout', async () => {
  world.interrupt();
  expect((await send('0001')).code).toBe(0);
  world.interrupt();
  expect(await world.failure('send', 'hello_world', '--to', '+4915112340001', '--timeout', '30s')).toMatchObject({
    exit: 130,
    code: 'interrupted',
  });
});

it.each([
  [['--wait', 'read'], 'invalid_input'],
  [['--timeout', '30'], 'invalid_input'],
  [['--timeout', '0s'], 'invalid_input'],
  [['--timeout', '25d'], 'invalid_input'],
  [['--queue', '--wait', 'delivered'], 'usage'],
  [['--queue', '--timeout', '5s'], 'usage'],
])('refuses %j', async (options, code) => {
  expect(await world.failure('send', 'hello_world', '--to', '+4915112340001', ...options)).toMatchObject({ exit: 2, code });
});
