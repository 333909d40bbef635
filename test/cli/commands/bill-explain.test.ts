// bill-explain: one screen for people, entries for programs, and exit 7 where the books of the message differ.

import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, type World } from '../../world.ts';

let world: World;
let id: string;
const PHONE = '+4915112345678';

beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  await world.run('contact', 'add', PHONE, '--language', 'en_US', '--opt-in', 'utility', '--source', 't');
  const { json } = await world.run('send', 'hello_world', '--to', PHONE, '--json');
  id = (json()['messages'] as readonly { readonly id: string }[])[0]?.id ?? '';
});
afterEach(() => world.close());

test('gives programs every entry with its price row, the word of the provider and who decided', async () => {
  const { code, json } = await world.run('bill-explain', id, '--json');
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    schema: 'tollbell.bill-explain/1',
    item: {
      id,
      time_zone: 'UTC',
      window: { state: 'none', inbound_at: null, until: null },
      provider: { type: 'regular', category: 'utility', told_by: 'delivered' },
      entries: [
        { kind: 'reservation', decided_by: 'own_rule', market_by: { calling_code: '49', area_prefix: '', country: null }, provider: null },
        {
          kind: 'charge',
          posted: '0.055000',
          day: '2026-11-22',
          books_month: '2026-11',
          price: { effective_from: '2026-10-01', tier_from: 0, tier_to: 'unknown', rate: '0.055000', replaced_at: null },
          provider: { type: 'regular', category: 'utility', told_by: 'delivered' },
          decided_by: 'provider',
        },
      ],
      reserved: '0.000000',
      charged: '0.055000',
      adjusted: '0.000000',
      total: '0.055000',
      differences: [],
    },
  });
});

test('says who adjusted it by hand, and why', async () => {
  await world.run('bill-adjust', id, '--amount', '-0.055', '--reason', 'credit note 4711', '--by', 'ada');
  const { entries } = (await world.run('bill-explain', id, '--json')).json()['item'] as { readonly entries: readonly object[] };
  expect(entries).toMatchObject([
    { kind: 'reservation', decision: null },
    { kind: 'charge', decision: null },
    { kind: 'adjustment', posted: '-0.055000', decided_by: 'person', decision: { by: 'ada', reason: 'credit note 4711' } },
  ]);
  expect((await world.run('bill-explain', id)).out).toContain(
    '3 adjustment\n  Changes the charge by -0.055000.\n  Decided by ada: credit note 4711\n',
  );
  expect((await world.run('bill-explain', id, '--format', 'csv')).out).toContain(',person,ada,credit note 4711\n');
});

test('as NDJSON is an entry a line, and then the rest', async () => {
  const lines = (await world.run('bill-explain', id, '--format', 'ndjson')).out.trim().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(parsed).toMatchObject([
    { kind: 'reservation' },
    { kind: 'charge' },
    { schema: 'tollbell.bill-explain.summary/1', item: { id, total: '0.055000' } },
  ]);
  expect(parsed[2]?.['item']).not.toHaveProperty('entries');
});

test('ends with 7 where the message and its entries do not agree', async () => {
  const db = new Database(world.db);
  db.prepare('UPDATE message SET held = 7 WHERE id = ?').run(id);
  db.close();
  const { code, out } = await world.run('bill-explain', id);
  expect(code).toBe(7);
  expect(out).toContain('the books differ: the entries hold 0.000000, the message says 0.000007');
});

test('knows no message that is not there, also without a store', async () => {
  expect(await world.failure('bill-explain', 'nobody')).toMatchObject({ exit: 2, code: 'unknown_message', details: { id: 'nobody' } });
  world.env['TOLLBELL_DB'] = `${world.directory}/none.db`;
  expect(await world.failure('bill-explain', id)).toMatchObject({ code: 'unknown_message' });
});
