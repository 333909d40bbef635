// The form of an upload, byte by byte as the platform's own parser reads it.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MediaKind } from '../../../src/domain/free-form.ts';
import { officeOf } from './office.ts';
import { answer, type Arrived, openScriptedServer, type ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;

beforeEach(async () => {
  server = await openScriptedServer((_, response) => answer(response, 200, { id: '2871834006348767' }));
});

afterEach(() => server.close());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

// The server decodes bodies as UTF-8, so the contents here are text.
function formOf({ headers, body }: Arrived): Promise<FormData> {
  // oxlint-disable-next-line typescript/no-deprecated -- deprecated because it holds the whole body in memory; here the body is this test's own few bytes
  return new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
}

async function sent(kind: MediaKind, name: string, content: string): Promise<FormData> {
  expect(await officeOf(server).uploadMedia({ kind, name, bytes: bytes(content) })).toBe('2871834006348767');
  const arrived = server.requests.at(-1);
  if (arrived === undefined) throw new Error('nothing arrived');
  expect(arrived.path).toBe('/v26.0/106540352242922/media');
  return formOf(arrived);
}

it.each<[MediaKind, string, string]>([
  ['image', 'photo.JPG', 'image/jpeg'],
  ['image', 'photo.png', 'image/png'],
  ['sticker', 'wave.webp', 'image/webp'],
  ['video', 'clip.3gp', 'video/3gpp'],
  ['video', 'clip.mp4', 'video/mp4'],
  ['audio', 'talk.mp4', 'audio/mp4'],
  ['audio', 'talk.ogg', 'audio/ogg'],
  ['document', 'bill.pdf', 'application/pdf'],
  ['document', 'plan.dwg', 'application/octet-stream'],
  ['document', 'constructor', 'application/octet-stream'],
])('%s %s goes as %s', async (kind, name, type) => {
  const form = await sent(kind, name, 'content\r\n--tollbell-form\r\nof a file');
  const file = form.get('file');
  expect([form.get('messaging_product'), form.get('type')]).toEqual(['whatsapp', type]);
  if (!(file instanceof File)) throw new Error('the file is no file');
  expect({ name: file.name, type: file.type, text: await file.text() }).toEqual({
    name,
    type,
    text: 'content\r\n--tollbell-form\r\nof a file',
  });
});

describe('the name of a file', () => {
  it.each([
    ['/home/ada/bill.pdf', 'bill.pdf'],
    ['C:\\bills\\bill.pdf', 'bill.pdf'],
    ['a"b\r\nc.pdf', 'a_b__c.pdf'],
    ['Rechnung für Zoë.pdf', 'Rechnung für Zoë.pdf'],
  ])('%j goes as %j', async (name, expected) => {
    const file = (await sent('document', name, 'x')).get('file');
    expect(file instanceof File ? file.name : null).toBe(expected);
  });
});

it.each([{}, { id: 7 }, { id: 'https://example.com' }, { id: '' }])(
  'an answer without the id of a file is no success: %j',
  async (body) => {
    server.behave = (_, response) => answer(response, 200, body);
    const work = officeOf(server).uploadMedia({ kind: 'document', name: 'a.pdf', bytes: bytes('x') });
    await expect(work).rejects.toMatchObject({ code: 'provider_unreachable' });
    expect(server.requests).toHaveLength(1);
  },
);
