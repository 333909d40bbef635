// Media and sending again over the wire, against the emulator: what is uploaded, how often, and what the provider got.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type Ran, type World } from '../world.ts';
import { type EmulatedShop, openShop } from './emulated-shop.ts';
import { customerWrites, providerTells } from './inbound.ts';

const ADA = '+4915112345678';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
let world: World;
let shop: EmulatedShop;
let photo: string;

beforeEach(async () => {
  world = createWorld();
  shop = await openShop(world);
  await world.run('sender', 'default', 'shop');
  await world.run('contact', 'add', ADA, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  photo = join(world.directory, 'photo.png');
  writeFileSync(photo, PNG);
});
afterEach(async () => {
  await shop.close();
  world.close();
});

type Sent = { readonly body: { readonly image?: { readonly id: string } } };
const provided = async () => ((await (await fetch(`${shop.adminUrl}/messages`)).json()) as { readonly messages: readonly Sent[] }).messages;
const firstOf = ({ json }: Ran) => (json()['messages'] as readonly { readonly id: string; readonly status: string }[])[0];

it('uploads a file, sends its id, and knows it again under its key', async () => {
  await customerWrites(world, ADA, 'Where is my parcel?');
  await shop.act('inbound', { from: ADA, type: 'text', text: 'Where is my parcel?' });
  const send = () => shop.run('send', '--media', `image=${photo}`, '--caption', 'Here', '--to', ADA, '--key', 'k', '--json');
  const first = await send();
  expect([first.code, firstOf(first)?.status]).toEqual([0, 'accepted']);
  const second = await send();
  expect(second.json()).toMatchObject({ counts: { duplicate: 1 }, messages: [{ duplicate_of: firstOf(first)?.id }] });
  expect(await provided()).toMatchObject([
    { body: { type: 'image', image: { id: expect.stringMatching(/^\d+$/) as string, caption: 'Here' } } },
  ]);
});

it('a dry run uploads nothing', async () => {
  await customerWrites(world, ADA, 'Hello');
  const ran = await shop.run('send', '--media', `image=${photo}`, '--to', ADA, '--dry-run', '--json');
  expect([ran.code, ran.json()['dry_run']]).toEqual([0, true]);
  expect(await provided()).toEqual([]);
});

it('sends again what the provider said had failed, as a new request', async () => {
  await shop.run('template', 'sync');
  const { id } = firstOf(await shop.run('send', 'hello_world', '--to', ADA, '--json')) ?? { id: '' };
  expect(await world.failure('message', 'retry', id)).toMatchObject({ exit: 2, code: 'not_retryable', details: { status: 'accepted' } });
  await providerTells(world, id, 'failed');
  const again = await shop.run('message', 'retry', id, '--json');
  expect([again.code, firstOf(again)?.status]).toEqual([0, 'accepted']);
  expect(await provided()).toHaveLength(2);
});
