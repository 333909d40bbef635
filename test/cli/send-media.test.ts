// Media on the command line of `send`: as a template's header and as a free form, by link, id and file.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { MessageId } from '../../src/values/id.ts';
import { createWorld, type Ran, type World } from '../world.ts';
import { customerWrites } from './inbound.ts';

const ADA = '+4915112345678';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const TEMPLATE = JSON.stringify({
  name: 'receipt',
  language: 'en_US',
  category: 'UTILITY',
  parameter_format: 'NAMED',
  components: [
    { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW'] } },
    {
      type: 'BODY',
      text: 'Hello {{name}}, here is your receipt.',
      example: { body_text_named_params: [{ param_name: 'name', example: 'Ada' }] },
    },
  ],
});

let world: World;
let photo: string;

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  await world.run('contact', 'add', ADA, '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  photo = file('photo.png', PNG);
});
afterEach(() => world.close());

function file(name: string, content: Uint8Array | string): string {
  const path = join(world.directory, name);
  writeFileSync(path, content);
  return path;
}

const send = (...options: readonly string[]) => world.run('send', '--to', ADA, '--json', ...options);
const rowOf = ({ json }: Ran) => (json()['messages'] as readonly { readonly id: string; readonly status: string }[])[0];

async function contentOf(ran: Ran): Promise<unknown> {
  const store = await openSqliteStore({ path: world.db, readOnly: true, busyTimeoutMs: 0 });
  const [found] = await store.findContents([rowOf(ran)?.id as MessageId]);
  await store.close();
  return JSON.parse(found?.content ?? 'null');
}

describe('free-form media', () => {
  beforeEach(() => customerWrites(world, ADA, 'Where is my parcel?'));

  it.each([
    ['image=https://example.com/a.png', ['--caption', 'Here'], { type: 'image', source: 'https://example.com/a.png', caption: 'Here' }],
    ['document=1234567890', ['--filename', 'a.pdf'], { type: 'document', source: '1234567890', filename: 'a.pdf' }],
    ['audio=1234567890', [], { type: 'audio', source: '1234567890' }],
  ])('%s is sent as it is', async (media, options, content) => {
    const ran = await send('--media', media, ...options);
    expect([ran.code, rowOf(ran)?.status]).toEqual([0, 'delivered']);
    expect(await contentOf(ran)).toEqual(content);
    expect((await world.run('message', 'list', '--json')).json()).toMatchObject({ items: [{ template: null, category: 'service' }] });
  });

  it('a file gets an id made of its content, and a document its name', async () => {
    const content = await contentOf(await send('--media', `image=${photo}`));
    expect(content).toEqual({ type: 'image', source: expect.stringMatching(/^\d{1,20}$/) as string });
    expect(await contentOf(await send('--media', `document=${photo}`))).toMatchObject({ type: 'document', filename: 'photo.png' });
  });

  it('happens once under a key, also when the file is read again', async () => {
    const first = rowOf(await send('--media', `image=${photo}`, '--key', 'k'));
    const again = await send('--media', `image=${file('copy.png', PNG)}`, '--key', 'k');
    expect(again.json()).toMatchObject({ counts: { duplicate: 1 }, messages: [{ duplicate_of: first?.id }] });
    const other = file('other.png', Uint8Array.from([...PNG, 4]));
    expect(await world.failure('send', '--to', ADA, '--media', `image=${other}`, '--key', 'k')).toMatchObject({
      exit: 2,
      code: 'key_conflict',
    });
  });
});

it('free-form media needs an open window, as a text does', async () => {
  const ran = await send('--media', 'image=1234567890');
  expect([ran.code, ran.json()['refusals']]).toMatchObject([3, { no_window: 1 }]);
});

describe('the media of a header', () => {
  beforeEach(async () => {
    await world.pipe(TEMPLATE, 'template', 'add', '-');
  });

  it('is a parameter of the template', async () => {
    const ran = await send('receipt', '--param', 'name=Ada', '--header-media', 'image=https://example.com/a.png');
    expect([ran.code, await contentOf(ran)]).toEqual([0, { 'header.image': 'https://example.com/a.png', name: 'Ada' }]);
    expect(await contentOf(await send('receipt', '--param', 'name=Ada', '--header-media', `image=${photo}`))).toMatchObject({
      'header.image': expect.stringMatching(/^\d+$/) as string,
    });
  });

  it('must be the one that the template has', async () => {
    const failure = await world.failure('send', 'receipt', '--to', ADA, '--param', 'name=Ada', '--header-media', 'video=123');
    expect(failure).toMatchObject({ exit: 2, code: 'parameter_mismatch' });
  });

  it('that is missing is called by its own option', async () => {
    const failure = await world.failure('send', 'receipt', '--to', ADA, '--param', 'name=Ada');
    expect(failure).toMatchObject({
      code: 'parameter_mismatch',
      message: "The parameters do not fit receipt: the header's image (--header-media) is missing.",
      hint: 'It takes --header-media image=… --param name=…',
    });
  });

  it('is the same for every row of a file, which happens once however often it is run', async () => {
    const orders = file('orders.csv', `to,name\n${ADA},Ada\n`);
    const run = () => world.run('send', 'receipt', '--from', orders, '--campaign', 'c', '--header-media', `image=${photo}`, '--json');
    expect((await run()).json()).toMatchObject({ counts: { delivered: 1 } });
    expect((await run()).json()).toMatchObject({ counts: { duplicate: 1, delivered: 0 } });
  });

  it('is checked in a dry run', async () => {
    const dry = (path: string) => ['receipt', '--to', ADA, '--param', 'name=Ada', '--header-media', `image=${path}`, '--dry-run'];
    expect((await world.run('send', ...dry(photo), '--json')).json()).toMatchObject({ status: 'success', dry_run: true });
    expect(await world.failure('send', ...dry(file('bad.png', 'no picture')))).toMatchObject({ exit: 2, code: 'media_invalid' });
  });
});

describe('refuses', () => {
  it.each([
    [['--media', 'picture=123'], 'invalid_input'],
    [['--media', 'image'], 'invalid_input'],
    [['--media', 'image=http://example.com/a.png'], 'invalid_input'],
    [['--media', 'image=nothing.png'], 'file_unreadable'],
    [['--media', 'image=photo.gif'], 'media_invalid'],
    [['--media', 'audio=123', '--caption', 'x'], 'invalid_input'],
    [['--text', 'x'.repeat(4_097)], 'invalid_input'],
    [['--text', ' '], 'invalid_input'],
    [['--text', 'x', '--caption', 'x'], 'usage'],
    [['--text', 'x', '--media', 'image=123'], 'usage'],
    [['--text', 'x', '--header-media', 'image=123'], 'usage'],
    [['hello_world', '--media', 'image=123'], 'usage'],
    [['hello_world', '--header-media', 'audio=123'], 'invalid_input'],
    [['hello_world', '--header-media', 'image=123', '--param', 'header.image=1'], 'usage'],
    [[], 'usage'],
  ])('%#: %j', async (options, code) => {
    expect(await world.failure('send', '--to', ADA, ...options)).toMatchObject({ exit: 2, code });
    expect((await world.run('message', 'list', '--json')).json()).toMatchObject({ items: [] });
  });
});
