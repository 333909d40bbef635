// The sign of life of a sending process, where it cannot be given.

import { writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { createWorld } from '../world.ts';

it('is an error of the store when its file cannot be made, and nothing is sent', async () => {
  const world = createWorld();
  onTestFinished(world.close);
  await world.run('init', '-y');
  await world.run('contact', 'add', '+4915112345678', '--language', 'de', '--opt-in', 'utility', '--source', 'test');
  writeFileSync(`${world.db}.workers`, '');
  const send = ['send', 'order_shipped', '--to', '+4915112345678', '--param', 'name=Ada', '--param', 'order=A-1'] as const;
  const { code, json, err } = await world.run(...send, '--json');
  expect([code, json()]).toMatchObject([8, { counts: { queued: 1, delivered: 0 } }]);
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'store_unreadable', hint: expect.any(String) as string } });
  expect((await world.run('message', 'list', '--json')).json()).not.toMatchObject({ items: [{ state: 'delivered' }] });
});
