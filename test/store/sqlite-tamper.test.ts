// A store that is changed behind the program's back: what the database itself refuses, what is noticed, and figures past 2^53.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { SenderId } from '../../src/values/id.ts';
import { monthDays, parseMonth } from '../../src/values/time.ts';
import { claim, queue, settle } from '../conformance/store/admission.ts';
import { addPerson, ids, later, makeCard, makeRate, makeSender, makeTemplate, NOON, phone } from '../conformance/store/fixture.ts';
import { behind } from './behind.ts';

/** More than a double can tell from its neighbours. */
const HUGE = 9_007_199_254_740_993n;

let directory: string;
let path: string;
let store: Store;
let senderId: SenderId;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-tamper-'));
  path = join(directory, 't.db');
  store = await openSqliteStore({ path, readOnly: false, busyTimeoutMs: 1_000 });
  const sender = makeSender({ isDefault: true });
  senderId = sender.id;
  await store.found({ keyCheck: '', sender, cards: [makeCard('2026-07-01', [makeRate('marketing', HUGE)])] });
  await store.putTemplate(makeTemplate(senderId));
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

describe('what is only added to', () => {
  it.each(['ledger', 'consent_event', 'price'])('refuses to change or delete a row of %s', async (table) => {
    await queueOne();
    expect(behind(path, (db) => db.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get())).toBeGreaterThan(0);
    const column = table === 'price' ? 'rate' : 'recorded_at';
    expect(() => behind(path, (db) => db.exec(`UPDATE ${table} SET ${column} = 1`))).toThrow(`${table} is append-only`);
    expect(() => behind(path, (db) => db.exec(`DELETE FROM ${table}`))).toThrow(`${table} is append-only`);
  });

  it('refuses to change what a row means that others point at', async () => {
    await queueOne();
    expect(() => behind(path, (db) => db.exec("UPDATE bucket SET day = '2026-01-01'"))).toThrow('bucket never changes');
    expect(() => behind(path, (db) => db.exec("UPDATE template SET components = '[]'"))).toThrow('template never changes');
    expect(() => behind(path, (db) => db.exec('UPDATE template SET ttl_seconds = 30'))).toThrow('template never changes');
    expect(() => behind(path, (db) => db.exec('UPDATE template SET bid_amount = 30'))).toThrow('template never changes');
    expect(() => behind(path, (db) => db.exec("UPDATE price_book SET effective_from = '2020-01-01'"))).toThrow('price_book never changes');
    expect(() => behind(path, (db) => db.exec('DELETE FROM price_book'))).toThrow('price_book is append-only');
  });

  it('refuses a float, and an amount below nothing, where money belongs', async () => {
    await queueOne();
    expect(() => behind(path, (db) => db.exec('UPDATE message SET price = 0.5'))).toThrow('cannot store REAL value in INTEGER column');
    expect(() => behind(path, (db) => db.exec('UPDATE message SET held = -1'))).toThrow('CHECK constraint failed');
  });
});

describe('figures past 2^53', () => {
  it('come back as they went in, through every sum', async () => {
    const id = await queueOne();
    await queueOne();
    await store.putBudget({ ...NO_BUDGET, id: ids.short(), senderId, cap: HUGE as typeof NO_BUDGET.cap });
    const month = parseMonth('2026-10');
    const period = monthDays(month ?? expect.fail('a month'));
    const counters = async () => (await store.counters({ period, senderId, groupBy: ['category'] })).totals[0]?.counters;
    expect((await store.findMessages([id]))[0]?.price).toBe(HUGE);
    expect((await store.listMessages(ALL, { limit: 1, after: null })).items[0]?.price).toBe(HUGE);
    expect((await store.entriesOf(id)).map(({ held }) => held)).toEqual([HUGE]);
    expect(await counters()).toMatchObject({ reserved: 2n * HUGE, committed: 2n * HUGE });
    expect(await store.listBudgets({ senderId, at: NOON })).toMatchObject([{ budget: { cap: HUGE }, used: 2n * HUGE }]);
    await claim(store, senderId, [id]);
    await settle(store, id, 'delivered', later(1));
    expect(await counters()).toMatchObject({ reserved: HUGE, charged: HUGE, committed: 2n * HUGE });
    expect(await store.totals({ kind: 'messages', ids: [id] })).toMatchObject({ charged: HUGE, held: 0n });
  });
});

describe('damage', () => {
  it('is noticed in a page of the file', async () => {
    const page = behind(path, (db) => db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'sender'").pluck().get()) as number;
    await store.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4_096, 0xff), 0, 4_096, (page - 1) * 4_096);
    closeSync(file);
    store = await openSqliteStore({ path, readOnly: false, busyTimeoutMs: 1_000 });
    await expect(store.listSenders(DEFAULT_ACCOUNT)).rejects.toMatchObject({ code: 'store_invalid' });
  });

  it('is noticed in a text that this program cannot have written', async () => {
    await addPerson(store, senderId, '1');
    behind(path, (db) => db.exec("UPDATE contact SET attributes = '{'"));
    await expect(store.findContacts(DEFAULT_ACCOUNT, [{ phone: phone('1') }])).rejects.toMatchObject({ code: 'store_invalid' });
  });
});

const ALL = { senderId: null, state: null, campaignId: null, contactId: null, since: null };
const NO_BUDGET = {
  period: 'month',
  currency: makeSender().currency,
  cap: makeRate('marketing', 0n).rate,
  category: null,
  costCenter: null,
  mode: 'hard',
  thresholds: [],
  createdAt: NOON,
} as const;

async function queueOne() {
  const contactId = await addPerson(store, senderId, '1', ['marketing']);
  return queue(store, { senderId, contactId, template: 'offer' });
}
