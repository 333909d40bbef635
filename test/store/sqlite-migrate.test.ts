// Stores of an earlier program: brought up to date with all that is in them, by whoever opens them first.

import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import { SCHEMA_VERSION } from '../../src/store/sqlite/migrate.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { ContactId, MessageId } from '../../src/values/id.ts';
import { behind } from './behind.ts';

const FIRST = readFileSync(new URL('../../src/store/sqlite/migrations/0001-init.sql', import.meta.url), 'utf8');

// One person who agreed and was told things: a template message, and a free-form one whose content was bare text.
const ROWS = `
  INSERT INTO account VALUES ('default', 'check');
  INSERT INTO sender VALUES ('s1', 'default', 'sandbox', 'sandbox', 'USD', 'UTC', 1, 1);
  INSERT INTO contact (id, account_id, phone, created_at, updated_at) VALUES ('c1', 'default', '+4915112345678', 1, 1);
  INSERT INTO consent_event VALUES (7, 'c1', 's1', 'utility', 'opt_in', 5, 6, 'customer');
  INSERT INTO consent_evidence VALUES (7, 'web form', 'signed');
  INSERT INTO consent_flag VALUES ('c1', 'utility', 's1', 'opt_in', 5, 5);
  INSERT INTO service_window VALUES ('c1', 's1', 9, NULL);
  INSERT INTO template VALUES ('t1', 's1', 'hello', 'en', 'utility', 'approved', 'named', '[]', '[]', '00', 1, NULL);
  INSERT INTO bucket VALUES (1, '2026-10-01', 'default', 's1', 'Germany', 'utility', 'regular', 'USD', 'hello', '', '');
  INSERT INTO message (id, sender_id, contact_id, template_id, fingerprint, category, state, price, held, hold_bucket_id, not_before, expires_at,
    created_at, changed_at, attempt)
    VALUES ('m1', 's1', 'c1', 't1', x'00', 'utility', 'delivered', 5, 0, 1, 1, 2, 1, 1, 1), ('m2', 's1', 'c1', NULL, x'00', 'service', 'delivered', 5, 0, 1, 1, 2, 1, 1, 1);
  INSERT INTO message_content VALUES ('m1', '{"name":"Ada"}'), ('m2', 'See "you" soon');
  INSERT INTO ledger VALUES (1, 'm1', 0, 'reservation', 1, 1, 5, 0, 1, 1, '2026-10', NULL, NULL, 'list', NULL, NULL);`;

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-migrate-'));
  path = join(directory, 't.db');
  const database = new Database(path);
  database.exec(`${FIRST}\n${ROWS}\nPRAGMA user_version = 1; PRAGMA application_id = 1953459308`);
  database.close();
});

afterEach(() => rmSync(directory, { recursive: true }));

const open = (readOnly: boolean) => openSqliteStore({ path, readOnly, busyTimeoutMs: 1_000 });

it.each([
  ['reads', true],
  ['writes', false],
])('keeps everything for one that %s', async (_what, readOnly) => {
  const store = await open(readOnly);
  expect(await store.listSenders(DEFAULT_ACCOUNT)).toMatchObject([{ name: 'sandbox', whatsapp: null }]);
  const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId: 'c1' as ContactId }]);
  expect(found?.flags).toEqual([{ scope: 's1', subject: 'utility', kind: 'opt_in', at: 5 }]);
  expect(await store.consentHistory('c1' as ContactId)).toMatchObject([
    { sequence: 7, subject: 'utility', kind: 'opt_in', source: 'web form', evidence: 'signed' },
  ]);
  expect(await store.findMessages(['m1', 'm2'] as MessageId[])).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
  await store.close();
  expect(behind(path, (db) => db.pragma('user_version', { simple: true }))).toBe(SCHEMA_VERSION);
  expect(behind(path, (db) => db.pragma('foreign_key_check'))).toEqual([]);
  expect(behind(path, (db) => db.prepare('SELECT last_inbound_at, free_entry_until FROM service_window').raw().all())).toEqual([[9, null]]);
  expect(behind(path, (db) => db.prepare('SELECT content FROM message_content ORDER BY message_id').pluck().all())).toEqual([
    '{"name":"Ada"}',
    JSON.stringify({ type: 'text', body: 'See "you" soon' }),
  ]);
});

it('still refuses to change a ledger and a history of consent', async () => {
  await (await open(false)).close();
  for (const sql of [
    'DELETE FROM ledger',
    'UPDATE ledger SET posted = 1',
    'DELETE FROM consent_event',
    "UPDATE consent_event SET kind = 'opt_out'",
  ])
    expect(() => behind(path, (db) => db.exec(sql))).toThrow('append-only');
});

it('says so where the file cannot be written', async () => {
  chmodSync(path, 0o400);
  const outcome = await open(true).then(
    async (store) => store.close(),
    (error: unknown) => error,
  );
  if (process.getuid?.() === 0) expect(outcome).toBeUndefined();
  else expect(outcome).toMatchObject({ code: 'store_unreadable' });
});
