// A dispatch whose messages wait for a template: it says how many, for which one, until when and what to do, and that not all was done.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../world.ts';
import { type EmulatedShop, openShop } from './emulated-shop.ts';

let world: World;
let shop: EmulatedShop | undefined;

beforeEach(() => {
  world = createWorld();
});
afterEach(async () => {
  await shop?.close();
  shop = undefined;
  world.close();
});

async function queue(run: World['run'], count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const phone = `+491511200${1234 + index}`;
    await run('contact', 'add', phone, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
    await run('send', 'hello_world', '--to', phone, '--queue');
  }
}

it('that is known to be paused', async () => {
  await world.run('init', '-y');
  await queue(world.run, 2);
  await world.run('webhook', 'trigger', 'template-status', '--template', 'hello_world', '--status', 'PAUSED');
  const { code, json } = await world.run('dispatch', '--json');
  expect([code, json()]).toMatchObject([
    10,
    {
      sent: 0,
      next_due_at: '2026-11-22T12:30:00Z',
      held_templates: [{ template: 'hello_world', language: 'en_US', paused: true, units: 2, until: '2026-11-22T12:30:00Z' }],
    },
  ]);
  expect((await world.run('dispatch')).out).toContain(
    '\n2 wait until 2026-11-22T12:30:00Z for the template hello_world (en_US), which the provider paused. tollbell template sync asks whether that is over.\n',
  );
  expect((await world.run('dispatch', '-q')).out).not.toContain('hello_world');
  await world.run('webhook', 'trigger', 'template-status', '--template', 'hello_world', '--status', 'APPROVED');
  const after = await world.run('dispatch', '--json');
  expect([after.code, after.json()]).toMatchObject([0, { sent: 2, held_templates: [] }]);
});

it('that the provider refuses when something is sent', async () => {
  shop = await openShop(world);
  await shop.run('template', 'sync');
  await queue(shop.run, 3);
  await shop.act('templates', { name: 'hello_world', status: 'PAUSED' });
  const { code, out } = await shop.run('dispatch');
  expect(code).toBe(10);
  expect(out).toMatch(
    /^0 sent: .*\n3 wait until 2026-11-22T13:00:\S+Z for the template hello_world \(en_US\), which the provider paused or does not have\. tollbell template push hello_world --language en_US --sender shop hands it in where it is missing\.\n$/,
  );
  expect((await shop.run('dispatch', '--json')).json()).toMatchObject({ sent: 0, held_templates: [{ paused: false, units: 3 }] });
});
