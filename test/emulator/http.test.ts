// What comes in over HTTP: bodies that look like answers, forms written loosely, bodies without an end, and the time of answers.

import { request as ask } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readParts } from '../../src/emulator/multipart.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const number = (rest: string) => `${stage.emulator.url}/v26.0/${stage.emulator.phoneNumberId}${rest}`;
const authorization = () => ({ authorization: `Bearer ${stage.emulator.accessToken}` });

const post = async (url: string, type: string, body: string) => {
  const response = await fetch(url, { method: 'POST', headers: { ...authorization(), 'content-type': type }, body });
  return { status: response.status, json: await response.json() };
};

/** Sends more than a JSON body may have, in chunks and without saying how much it will be. */
const pour = (path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const outgoing = ask(number(path), { method: 'POST', headers: authorization() }, (response) => {
      resolve(response.statusCode);
      outgoing.destroy();
    });
    outgoing.on('error', reject);
    outgoing.write(Buffer.alloc(1024 * 1024, ' '));
    outgoing.write(Buffer.alloc(1024, ' '));
  });

describe('a request', () => {
  it.each(['/messages', '/block_users'])('to %s is never taken for its own answer', async (path) => {
    const body = { status: 299, body: { mine: true } };
    expect(await post(number(path), 'application/json', JSON.stringify(body))).toMatchObject({
      status: 400,
      json: { error: { code: 100 } },
    });
  });

  it('that is too large is cut where it is, even where it does not say how long it is', async () => {
    expect(await pour('/messages')).toBe(413);
    expect((await stage.admin('GET', 'state')).status).toBe(200);
  });
});

it("answers bear the time of the emulator's clock", async () => {
  const dateAt = async (set: string) => {
    await stage.admin('POST', 'clock', { set });
    return (await fetch(stage.emulator.url)).headers.get('date');
  };
  for (const at of ['2031-01-02T03:04:05Z', '2026-11-22T12:00:00Z', '1969-12-31T23:59:59Z'])
    expect(await dateAt(at)).toBe(new Date(at).toUTCString());
});

describe('an upload', () => {
  const FILE = 'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\npicture\r\n';
  const upload = (query: string, body: string, boundary = 'x') =>
    post(number(`/media${query}`), `multipart/form-data; boundary=${boundary}`, body);

  it.each<readonly [string, string, string]>([
    [
      'names without quotes, after a preamble',
      '',
      `Hello\r\n--x\r\nContent-Disposition: form-data; name=messaging_product\r\n\r\nwhatsapp\r\n--x\r\n${FILE}--x--\r\n`,
    ],
    ['the fields in the query', '?messaging_product=whatsapp&type=image/png', `--x\r\n${FILE}--x--`],
  ])('is taken with %s', async (_what, query, body) => {
    expect(await upload(query, body)).toEqual({ status: 200, json: { id: expect.stringMatching(/^\d{16}$/) } });
  });

  it('that is no form is told so', async () => {
    const reply = await upload('?messaging_product=whatsapp', `--y\r\n${FILE}--y--`);
    expect(reply).toMatchObject({ status: 400, json: { error: { code: 100, error_data: { details: /boundary/ } } } });
  });
});

describe('the parts of a form', () => {
  const partsOf = (body: string, type = 'multipart/form-data; boundary="x y"') => readParts(Buffer.from(body), type);

  it('keep their bytes as they are', () => {
    expect(partsOf('--x y\r\nContent-Disposition: form-data; name="a"; filename=b.txt\r\n\r\n\r\n--x\r\n--x yz\r\n\r\n--x y--')).toEqual([
      { name: 'a', fileName: 'b.txt', mimeType: null, bytes: new Uint8Array(Buffer.from('\r\n--x\r\n--x yz\r\n')) },
    ]);
  });

  it.each([
    ['that breaks off', '--x y\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', undefined],
    ['without names', '--x y\r\nContent-Type: text/plain\r\n\r\n1\r\n--x y--', undefined],
    ['without a boundary', '--x y--', 'multipart/form-data'],
    ['of another type', '--x y--', 'text/plain; boundary=x'],
  ])('are not read of a body %s', (_what, body, type) => {
    expect(partsOf(body, type)).toBeNull();
  });
});
