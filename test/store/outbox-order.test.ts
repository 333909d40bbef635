// The order of the outbox on a long queue: a turn costs what it claims, and not what waits.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sender } from '../../src/domain/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import type { OutboxScope } from '../../src/ports/store/outbox.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { admit, requestTo, turn } from '../conformance/store/crowd.ts';
import { addPerson, ids, later, makeCard, makeSender, makeTemplate, makeWhatsapp, NOON, phone } from '../conformance/store/fixture.ts';
import { behind } from './behind.ts';

const LONG = 100_000;

let directory: string;
let path: string;
let store: Store;
const sender: Sender = makeSender({ name: 'shop', transport: 'whatsapp', whatsapp: makeWhatsapp(), isDefault: true });

// One message is admitted by the rule, and copied behind the program's back: admitting them all would take as long as everything else here.
const COPY = /* sql */ `
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  INSERT INTO message (id, sender_id, contact_id, template_id, campaign_id, fingerprint, category, state, price, held, hold_bucket_id, not_before, expires_at,
    created_at, changed_at, attempt)
  SELECT m.id || printf('%06d', i), sender_id, contact_id, template_id, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN 'a' ELSE 'b' END, fingerprint, 'marketing',
    state, price, held, hold_bucket_id, not_before + i, expires_at, created_at, changed_at, attempt
  FROM message m, n WHERE m.id = ?`;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-order-'));
  path = join(directory, 't.db');
  store = await openSqliteStore({ path, readOnly: false, busyTimeoutMs: 5_000 });
  await store.found({ keyCheck: '', sender, cards: [makeCard('2026-07-01')] });
  await store.putTemplate(makeTemplate(sender.id));
  await addPerson(store, sender.id, '1001', ['marketing']);
  const request = requestTo(phone('1001'));
  await admit(store, sender.id, [request]);
  behind(path, (db) => {
    db.pragma('foreign_keys = OFF');
    for (const id of ['a', 'b'])
      db.prepare('INSERT INTO campaign (id, sender_id, name, created_at) VALUES (?, ?, ?, ?)').run(id, sender.id, id, NOON);
    db.prepare(COPY).run(LONG, request.id);
  });
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** Milliseconds of the quickest of several turns. One at a time before anything is due claims nothing, and asks when the first is due. */
async function quickest(scope: OutboxScope, room: number, at = later(-1)): Promise<number> {
  const workerId = ids.sortable<'worker'>(NOON);
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < 20; index += 1) {
    least = Math.min(least, await millisecondsOf(() => turn(store, sender.id, { scope, room, at, workerId })));
  }
  return least;
}

it.each([
  ['all of a sender', { kind: 'all' }],
  ['one campaign', { kind: 'campaign', campaignId: 'a' }],
] as const)('looks at the ends of %s and not at all that waits', async (_, scope) => {
  // Going through 100,000 rows takes 10 ms and more; a look at the first of each campaign a few hundredths.
  expect(await quickest(scope as OutboxScope, 10)).toBeLessThan(4);
  expect(await quickest(scope as OutboxScope, 10, later(10))).toBeLessThan(8);
});

it('asks the index of the outbox for each of its questions, and sorts nothing', () => {
  const plans = behind(path, (db) =>
    [
      `SELECT id FROM message m WHERE m.state = 'queued' AND m.sender_id = ? AND m.not_before <= ? AND m.urgency = ? AND m.campaign_id IS ? ORDER BY m.not_before, m.id LIMIT ?`,
      `SELECT campaign_id, not_before FROM message WHERE state = 'queued' AND sender_id = ? AND urgency = ? AND campaign_id > ? ORDER BY campaign_id, not_before LIMIT 1`,
    ].map((sql) =>
      (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array.from(sql.matchAll(/\?/g), () => 'x')) as { readonly detail: string }[]).map(
        ({ detail }) => detail,
      ),
    ),
  );
  for (const plan of plans) expect(plan).toEqual([expect.stringMatching(/USING (COVERING )?INDEX message_outbox/)]);
});

it('puts off what comes for a held template without going through all that was put off before', async () => {
  behind(path, (db) => db.prepare(`UPDATE message SET not_before = ? WHERE state = 'queued'`).run(later(60)));
  const [offer] = await store.listTemplates({ senderId: sender.id, name: 'offer' });
  const contactId = await addPerson(store, sender.id, '1002', ['marketing']);
  const hold = { scope: 'template', contactId, templateId: offer?.id ?? null, until: later(60), slows: false } as const;
  await turn(store, sender.id, { isPaced: true, at: later(1), holds: [hold] });
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < 10; index += 1) {
    await admit(store, sender.id, [requestTo(phone('1002'))]);
    const next = () => turn(store, sender.id, { isPaced: true, at: later(2 + index) });
    least = Math.min(least, await millisecondsOf(async () => expect((await next()).claimed).toEqual([])));
  }
  expect(least).toBeLessThan(8);
});
