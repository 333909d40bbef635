// From a reply to our errors: whatever the provider's office answers, the command ends with a code that says what to do.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError, exitCodeOf } from '../../../src/errors.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { graphError, officeOf, type Route, routes } from './office.ts';
import { SETTINGS, TOKEN } from './messages.ts';
import { openScriptedServer, refuse, type Behaviour, type ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;

beforeEach(async () => {
  server = await openScriptedServer();
});

afterEach(() => server.close());

async function list(provider: Provider): Promise<unknown> {
  for await (const page of provider.listTemplates()) return page;
  return undefined;
}

const upload = (provider: Provider): Promise<unknown> =>
  provider.uploadMedia({ kind: 'document', name: 'a.pdf', bytes: new Uint8Array([1, 2, 3]) });

async function errorOf(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error(`no error of ours, but ${String(error)}`);
}

const ERRORS: readonly [what: string, behave: Behaviour, code: string, exit: number, details: unknown][] = [
  ['a refused token', refuse(190, 401), 'token_rejected', 9, { code: '190' }],
  ['a missing permission', refuse(10, 403), 'token_rejected', 9, { code: '10' }],
  ['a missing permission of the range', refuse(210, 403), 'token_rejected', 9, { code: '210' }],
  ['a refusal', refuse(100), 'provider_rejected', 5, { code: '100', title: 'No' }],
  ['too many templates', refuse(2388019), 'provider_rejected', 5, { code: '2388019' }],
  ['a code that nobody knows', refuse(999_999), 'provider_rejected', 5, { code: '999999' }],
  ['a throttle of the account', refuse(80007), 'provider_unreachable', 10, { code: '80007' }],
  ['a service that is down for a moment', refuse(2, 503), 'provider_unreachable', 10, { code: '2' }],
  ['HTML', (_, response) => response.writeHead(200).end('<html></html>'), 'provider_unreachable', 10, { reason: 'not_understood' }],
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: '/' }).end('{}'),
    'provider_unreachable',
    10,
    { reason: 'not_understood' },
  ],
  [
    'an error that is a text',
    (_, response) => response.writeHead(401).end('{"error":"no"}'),
    'provider_unreachable',
    10,
    { reason: 'not_understood' },
  ],
  ['a gateway that is down', (_, response) => response.writeHead(502).end(), 'provider_unreachable', 10, { reason: 'not_understood' }],
  ['no answer', (_, __, socket) => void socket.resetAndDestroy(), 'provider_unreachable', 10, { reason: 'connection_lost' }],
];

describe('an answer that is none', () => {
  it.each(ERRORS)('%s', async (_, behave, code, exit, details) => {
    server.behave = behave;
    for (const work of [list, upload]) {
      const error = await errorOf(work(officeOf(server)));
      expect({ code: error.code, exit: exitCodeOf(error.code), details: error.details }).toMatchObject({ code, exit, details });
      expect(error.hint).toEqual(expect.any(String));
    }
  });

  it('shows neither the token nor a number, whatever the provider quotes', async () => {
    server.behave = routes({
      'GET /102290129340398/message_templates': {
        status: 400,
        body: graphError(190, `Malformed access token ${TOKEN} of +49 151 12345678`),
      },
    });
    const error = await errorOf(list(officeOf(server)));
    for (const text of [error.message, JSON.stringify(error.details)]) {
      expect(text).toContain('Malformed access token');
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain('12345678');
    }
  });

  it('says of what changes something that it may have been done', async () => {
    server.behave = (_, __, socket) => void socket.resetAndDestroy();
    expect((await errorOf(upload(officeOf(server)))).hint).toContain('may have done');
    expect((await errorOf(list(officeOf(server)))).hint).not.toContain('may have done');
  });

  it('says of what never left that it was not done', async () => {
    await server.close();
    const error = await errorOf(upload(officeOf(server)));
    expect({ code: error.code, details: error.details }).toEqual({ code: 'provider_unreachable', details: { reason: 'not_connected' } });
    expect(error.hint).not.toContain('may have done');
    server = await openScriptedServer();
  });
});

describe('what only asks is asked once more', () => {
  const PAGE: Route = { body: { data: [] } };
  const LIST = 'GET /102290129340398/message_templates';

  it.each<[string, Behaviour]>([
    ['a lost answer', (_, __, socket) => void socket.resetAndDestroy()],
    ['a gateway that is down', (_, response) => response.writeHead(502).end()],
    ['an error that passes', refuse(131000, 500)],
  ])('after %s', async (_, first) => {
    server.behave = (arrived, response, socket) =>
      (server.requests.length === 1 ? first : routes({ [LIST]: PAGE }))(arrived, response, socket);
    expect(await list(officeOf(server))).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  it('and no more than that', async () => {
    server.behave = (_, response) => response.writeHead(502).end();
    await errorOf(list(officeOf(server)));
    expect(server.requests).toHaveLength(2);
  });

  it('not after a refusal or a throttle', async () => {
    for (const code of [33, 80007]) {
      server.behave = refuse(code);
      await errorOf(list(officeOf(server)));
    }
    expect(server.requests).toHaveLength(2);
  });

  it('what changes something is asked once, whatever comes back', async () => {
    for (const behave of [refuse(131000, 500), ((_, __, socket) => void socket.resetAndDestroy()) satisfies Behaviour]) {
      server.behave = behave;
      await errorOf(upload(officeOf(server)));
    }
    expect(server.requests).toHaveLength(2);
  });
});

it('asks with the token, below the version, and takes no address and no token that cannot be used', async () => {
  server.behave = routes({ 'GET /102290129340398/message_templates': { body: { data: [] } } });
  await list(officeOf(server));
  expect(server.requests[0]).toMatchObject({ method: 'GET', headers: { authorization: `Bearer ${TOKEN}` }, body: '' });
  expect(server.requests[0]?.path).toMatch(/^\/v26\.0\/102290129340398\/message_templates\?/);
  expect(() => officeOf(server, { apiBase: 'http://example.com' })).toThrow(expect.objectContaining({ code: 'config_invalid' }) as Error);
  expect(SETTINGS.wabaId).toBe('102290129340398');
});
