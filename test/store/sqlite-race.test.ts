// Twenty processes that find no store and make it together: one founds it, all of them work.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { bundle } from '../bundle.ts';
import { makeCard, phone } from '../conformance/store/fixture.ts';

const PROCESSES = 20;

// Waits for the common start, so that slow starts do not line the processes up; then founds the store and blocks a person of its own.
const PROGRAM = `
  import { openSqliteStore } from './src/store/sqlite/open.ts';
  import { decideSettlements } from './src/send/settle.ts';
  import { ids, makeCard, makeEvent, makeSender, NOON, phone } from './test/conformance/store/fixture.ts';

  const [path, number, startAt] = process.argv.slice(2);

  async function main() {
    while (Date.now() < Number(startAt));
    const store = await openSqliteStore({ path, readOnly: false, busyTimeoutMs: 15_000 });
    const sender = makeSender({ isDefault: true });
    if (await store.isEmpty()) await store.found({ keyCheck: '', sender, cards: [makeCard('2026-07-01'), makeCard('2026-10-01')] });
    const write = { contactId: ids.sortable(NOON), who: { phone: phone(number) }, events: [makeEvent('block', '*')] };
    await store.recordConsent({ accountId: sender.accountId, writes: [write], at: NOON }, decideSettlements);
    await store.close();
  }

  void main();
`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-race-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it(`is founded once by ${PROCESSES} processes at the same time`, async () => {
  const path = join(directory, 'new', 't.db');
  const program = join(directory, 'founder.cjs');
  await bundle({ stdin: { contents: PROGRAM, resolveDir: '.', loader: 'ts' }, outfile: program });
  const startAt = Date.now() + 1_500;
  const env = { ...process.env, NODE_PATH: resolve('node_modules') };
  const run = promisify(execFile);
  const runs = Array.from({ length: PROCESSES }, (_, index) =>
    run(process.execPath, [program, path, String(index), String(startAt)], { env }),
  );
  expect((await Promise.allSettled(runs)).filter(({ status }) => status === 'rejected')).toEqual([]);

  const store = await openSqliteStore({ path, readOnly: true, busyTimeoutMs: 1_000 });
  const senders = await store.listSenders(DEFAULT_ACCOUNT);
  const cards = await store.listPriceCards({ currency: null });
  const people = Array.from({ length: PROCESSES }, (_, index) => ({ phone: phone(String(index)) }));
  const found = await store.findContacts(DEFAULT_ACCOUNT, people);
  await store.close();
  expect(senders.map(({ name, isDefault }) => [name, isDefault])).toEqual([['sandbox', true]]);
  expect(cards.map(({ card }) => card)).toEqual([makeCard('2026-07-01').card, makeCard('2026-10-01').card]);
  expect(found.map((one) => one?.flags.map(({ kind }) => kind))).toEqual(people.map(() => ['block']));
});
