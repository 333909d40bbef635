// The process of growth.bench.mjs that works with stores as the program does, bundled with the source by it: `settle` delivers the newest messages of several
// stores in batches, turn by turn; `report` asks one for its bill. Both tell how much of the processor each batch or look took, in microseconds.

import Database from 'better-sqlite3';
import { toOutcome } from '../../src/domain/outcome.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';

const BATCH = 1_000;
const [role, ...args] = process.argv.slice(2);

// Bundled as CommonJS, which has no await outside a function.
async function main() {
  const measured = role === 'settle' ? await settle(args) : await report(args[0], Number(args[1]));
  process.stdout.write(JSON.stringify(measured));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});

async function settle(paths) {
  const stores = await Promise.all(paths.map((path) => openSqliteStore({ path, readOnly: false, busyTimeoutMs: 15_000 })));
  const ids = paths.map(sentIds);
  const took = paths.map(() => []);
  for (let from = 0; from + BATCH <= Math.min(...ids.map((all) => all.length)); from += BATCH) {
    for (const [index, store] of stores.entries()) {
      took[index].push(await microseconds(() => deliver(store, ids[index].slice(from, from + BATCH))));
    }
  }
  for (const store of stores) await store.close();
  return took;
}

async function deliver(store, ids) {
  const at = Date.UTC(2026, 10, 21, 12);
  const outcomes = ids.map((messageId) =>
    toOutcome({ messageId, kind: 'delivered', at, attempt: 1, pricing: { type: 'regular', category: 'utility' } }),
  );
  const settled = await store.settle({ outcomes, at }, decideSettlements);
  if (settled.some(({ to, charged }) => to !== 'delivered' || charged === 0n)) throw new Error('a delivery was not charged');
}

function sentIds(path) {
  const db = new Database(path, { readonly: true });
  const ids = db.prepare("SELECT id FROM message WHERE state = 'sent' ORDER BY id DESC LIMIT 10000").pluck().all();
  db.close();
  return ids;
}

async function report(path, rounds) {
  const store = await openSqliteStore({ path, readOnly: true, busyTimeoutMs: 15_000 });
  const filter = { period: { from: '2026-10-01', to: '2026-12-01' }, senderId: null, groupBy: ['category', 'market'] };
  const took = [];
  for (let round = 0; round < rounds; round += 1) took.push(await microseconds(() => store.counters(filter)));
  await store.close();
  return took;
}

async function microseconds(work) {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
