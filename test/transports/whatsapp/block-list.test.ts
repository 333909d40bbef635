// The provider's block list: one answer for each person.

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ContactRef } from '../../../src/ports/store/directory.ts';
import type { ContactId } from '../../../src/values/id.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { graphError, officeOf, routeOf, routes } from './office.ts';
import { openScriptedServer, refuse, type ScriptedServer } from './scripted-server.ts';

const BLOCK = 'POST /106540352242922/block_users';
const UNBLOCK = 'DELETE /106540352242922/block_users';
const ada: ContactRef = { phone: '+4915112345678' as Phone };
const zoe: ContactRef = { userId: 'DE.9f3kQ2' };
const known: ContactRef = { contactId: 'contact' as ContactId };

let server: ScriptedServer;

beforeEach(async () => {
  server = await openScriptedServer();
});

afterEach(() => server.close());

const bodies = (): readonly unknown[] => server.requests.map(({ body }) => JSON.parse(body) as unknown);

it.each([
  [true, BLOCK],
  [false, UNBLOCK],
])('names numbers and user ids, each once (blocked: %s)', async (blocked, route) => {
  server.behave = routes({ [route]: { body: { messaging_product: 'whatsapp', block_users: { added_users: [] } } } });
  expect(await officeOf(server).setBlocked([ada, zoe, ada], blocked)).toEqual([null, null, null]);
  expect(server.requests.map(routeOf)).toEqual([route]);
  expect(bodies()).toEqual([{ messaging_product: 'whatsapp', block_users: [{ user: '+4915112345678' }, { user: 'DE.9f3kQ2' }] }]);
});

it('cannot name a person of whom it has only our id', async () => {
  server.behave = routes({ [BLOCK]: { body: {} } });
  expect(await officeOf(server).setBlocked([known, ada], true)).toEqual([expect.stringContaining('no such person'), null]);
  expect(await officeOf(server).setBlocked([known], true)).toHaveLength(1);
  expect(server.requests).toHaveLength(1);
});

const failed = (input: string) => ({
  input,
  errors: [{ code: 131047, message: 'Re-engagement message', error_data: { details: 'not in 24 h' } }],
});

it.each([
  ['below block_users', (list: readonly object[]) => ({ block_users: { added_users: [], failed_users: list } })],
  ['beside the error', (list: readonly object[]) => ({ failed_users: list })],
])('says for whom it failed: the list stands %s', async (_, place) => {
  const body = { ...graphError(139100, 'Failed to block some users'), ...place([failed('4915112345678')]) };
  server.behave = routes({ [BLOCK]: { status: 400, body } });
  expect(await officeOf(server).setBlocked([zoe, ada], true)).toEqual([null, 'Re-engagement message: not in 24 h']);
});

it('calls nobody blocked where it names nobody who failed', async () => {
  server.behave = routes({ [BLOCK]: { status: 400, body: graphError(139100, 'Failed to block some users') } });
  expect(await officeOf(server).setBlocked([zoe, ada], true)).toEqual(['Failed to block some users', 'Failed to block some users']);
});

it('survives a list of nonsense', async () => {
  const body = {
    ...graphError(139100, 'Failed'),
    failed_users: [null, 7, {}, { input: {}, errors: 'x' }, { input: '+4915112345678', errors: [] }],
  };
  server.behave = routes({ [BLOCK]: { status: 400, body } });
  expect(await officeOf(server).setBlocked([zoe, ada], true)).toEqual([null, 'the provider refused']);
});

it('asks for many people in parts', async () => {
  server.behave = routes({ [BLOCK]: { body: {} } });
  const people = Array.from({ length: 250 }, (_, index): ContactRef => ({ phone: `+49151${10_000_000 + index}` as Phone }));
  expect(await officeOf(server).setBlocked(people, true)).toEqual(Array.from({ length: 250 }, () => null));
  expect(bodies().map((body) => (body as { block_users: unknown[] }).block_users.length)).toEqual([100, 100, 50]);
});

it('fails as a whole where the whole was refused', async () => {
  server.behave = refuse(139101);
  await expect(officeOf(server).setBlocked([ada], true)).rejects.toMatchObject({ code: 'provider_rejected', details: { code: '139101' } });
});
