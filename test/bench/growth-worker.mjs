// The process of growth.bench.mjs that works with stores as the program does, bundled with the source by it: `settle` delivers the newest messages of several
// stores in batches, turn by turn; `admit` admits campaigns to people who were added one after the other, or to some from all over each of them; `report` asks one for its bill. All tell how much of the
// processor each batch or look took, in microseconds.

import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { toOutcome } from '../../src/domain/outcome.ts';
import { AT_ONCE } from '../../src/domain/schedule.ts';
import { enqueue } from '../../src/send/enqueue.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import { createKeyedDigest } from '../../src/store/key.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { createIds } from '../../src/values/id.ts';

const BATCH = 1_000;
const PEOPLE = 2_500;
const CAMPAIGNS = 8;
const ROLES = { settle, admit, report };
const [role, ...args] = process.argv.slice(2);

// Bundled as CommonJS, which has no await outside a function.
async function main() {
  process.stdout.write(JSON.stringify(await ROLES[role](...args)));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});

async function settle(...paths) {
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

async function admit(whom, ...paths) {
  const stores = await Promise.all(paths.map((path) => openSqliteStore({ path, readOnly: false, busyTimeoutMs: 15_000 })));
  const ids = createIds((size) => randomBytes(size));
  const digest = createKeyedDigest(Buffer.alloc(32, 7));
  const at = Date.UTC(2026, 10, 22, 12);
  const clock = { now: () => at, yield: async () => undefined };
  const senders = await Promise.all(stores.map((store) => store.listSenders('default')));
  const recipients = paths.map((path) => recipientsOf(path, whom));
  const took = paths.map(() => []);
  let admitted = 0;
  for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) {
    for (const [index, store] of stores.entries()) {
      const [sender] = senders[index];
      const run = await store.openRun({ id: ids.short(), senderId: sender.id, campaign: `${whom} ${campaign}`, at });
      const plan = {
        mode: 'commit',
        sender,
        template: 'hello_world',
        ...run,
        sieve: null,
        isNewCampaign: false,
        derivesKeys: true,
        maxPrice: null,
        timing: AT_ONCE,
        onAdmission: (_recipient, _request, { kind }) => (admitted += kind === 'admitted' ? 1 : 0),
        onWarnings: () => undefined,
      };
      const host = { store, clock, ids, digest: async () => digest, interrupted: new AbortController().signal };
      took[index].push(await microseconds(() => enqueue(host, plan, [recipients[index]])));
    }
  }
  for (const store of stores) await store.close();
  if (admitted !== CAMPAIGNS * PEOPLE * paths.length) throw new Error(`${admitted} rows were admitted`);
  return took;
}

/** As many people of each store: evenly from its first to its last, or neighbours. */
function recipientsOf(path, whom) {
  const db = new Database(path, { readonly: true });
  const apart = whom === 'neighbours' ? 1 : Math.floor(db.prepare('SELECT COUNT(*) FROM contact').pluck().get() / PEOPLE);
  const template = db.prepare("SELECT id FROM template WHERE name = 'hello_world'").pluck().get();
  db.close();
  return Array.from({ length: PEOPLE }, (_, index) => ({
    row: index + 1,
    to: { phone: `+4915${String(index * apart).padStart(9, '0')}` },
    key: null,
    language: 'en_US',
    content: '{}',
    checkedFor: template,
    costCenter: null,
    tags: [],
    sendAt: null,
    record: null,
  }));
}

async function report(path, rounds) {
  const store = await openSqliteStore({ path, readOnly: true, busyTimeoutMs: 15_000 });
  const filter = { period: { from: '2026-10-01', to: '2026-12-01' }, senderId: null, groupBy: ['category', 'market'] };
  const took = [];
  for (let round = 0; round < Number(rounds); round += 1) took.push(await microseconds(() => store.counters(filter)));
  await store.close();
  return took;
}

async function microseconds(work) {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
