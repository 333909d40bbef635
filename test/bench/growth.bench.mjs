// What a large store costs beside a small one, each ratio within the same run: settling a batch of 1,000 deliveries on both, turn by turn, and admitting a campaign; the bill from the counters against
// the same sums over the ledger; the whole `bill-report` against bare Node; and where the bytes of a delivered message are. Needs `npm run build`.
//   node test/bench/growth.bench.mjs [--messages 10000000] [--rounds 21] [--keep DIR]

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { bundleWorker } from './bundle-worker.mjs';
import { buildStore } from './verify-store.mjs';

const { values } = parseArgs({ options: { messages: { type: 'string' }, rounds: { type: 'string' }, keep: { type: 'string' } } });
const LARGE = Number(values.messages ?? 10_000_000);
const SMALL = 10_000;
const ROUNDS = Number(values.rounds ?? 21);
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'tollbell-growth-'));
const large = join(folder, `growth-${LARGE}.db`);
const small = join(folder, 'small.db');
const warm = join(folder, 'warm.db');
const filled = join(folder, 'filled.db');
const worker = join(folder, 'worker.cjs');
const { NODE_EXTRA_CA_CERTS: _bundle, ...inherited } = process.env;
const env = {
  ...inherited,
  HOME: folder,
  XDG_CACHE_HOME: join(folder, 'cache'),
  NODE_PATH: resolve('node_modules'),
  TOLLBELL_NOW: '2026-11-22T12:00:00Z',
};

const launcher = resolve('bin/tollbell.js');

const PEOPLE = /^(contact|consent)/;
const PEOPLE_COUNT = 5_000;

const SUMS = `SELECT b.category, b.market, b.currency, SUM(l.kind = 'reservation'), SUM(l.kind = 'charge'), SUM(l.held),
    SUM(iif(l.kind = 'charge', l.posted, 0)), SUM(iif(l.kind = 'adjustment', l.posted, 0))
  FROM ledger l JOIN bucket b ON b.id = l.bucket_id WHERE b.day >= '2026-10-01' AND b.day < '2026-12-01' GROUP BY 1, 2, 3`;

try {
  await bundleWorker(worker, 'growth-worker.mjs');
  if (!existsSync(large)) buildStore(large, LARGE, env, { sent: SMALL });
  rmSync(small, { force: true });
  buildStore(small, SMALL, env, { sent: SMALL });
  copyFileSync(small, warm);
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${LARGE.toLocaleString('en')} messages against ${SMALL.toLocaleString('en')}`,
  );
  compare('1,000 deliveries', ['settle']);
  compare('2,500 admissions', ['admit', 'neighbours']);
  compare('to all over', ['admit', 'all over'], 'of as many times as many people, who are not in the cache');
  compareSums();
  compareProcess();
  rmSync(filled, { force: true });
  fill();
  tellBytes();
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true });
}

// The third store only makes the program warm.
function compare(what, role, more = 'at most 1.4') {
  const [, inSmall, inLarge] = runWorker(...role, warm, small, large).map(median);
  const ratio = inLarge / inSmall;
  console.log(`${what.padEnd(18)} ${ms(inSmall)} in the small store, ${ms(inLarge)} in the large: ${ratio.toFixed(2)} × (${more})`);
}

function compareSums() {
  const query = median(runWorker('report', large, String(ROUNDS)));
  const db = new Database(large, { readonly: true });
  db.exec('PRAGMA cache_size = -16000; PRAGMA mmap_size = 0');
  const start = process.cpuUsage();
  db.prepare(SUMS).all();
  const { user, system } = process.cpuUsage(start);
  db.close();
  console.log(
    `bill by counters   ${ms(query)}, by the ledger ${ms(user + system)}: ${Math.round((user + system) / query)} times faster (at least 100)`,
  );
}

function compareProcess() {
  const report = [launcher, 'bill-report', '--month', '2026-11', '--db', large];
  run(report); // the first run leaves its code cache
  const [bare, ours] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(run(['-e', '0']));
    ours.push(run(report));
  }
  console.log(
    `bill-report        ${ms(median(ours))}, bare Node ${ms(median(bare))}: ${(median(ours) / median(bare)).toFixed(2)} × (at most 1.8)`,
  );
}

function tellBytes() {
  const db = new Database(filled, { readonly: true });
  const messages = db.prepare("SELECT COUNT(*) FROM message WHERE state = 'delivered'").pluck().get();
  const parts = db.prepare('SELECT name, SUM(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC').all();
  db.close();
  const perMessage = (chosen) => Math.round(chosen.reduce((bytes, part) => bytes + part.bytes, 0) / messages);
  const people = parts.filter(({ name }) => PEOPLE.test(name));
  const others = parts.filter(({ name }) => !PEOPLE.test(name));
  const named = others.slice(0, 6).map((part) => `${part.name} ${perMessage([part])}`);
  console.log(
    `bytes per message  ${perMessage(others)} (at most 700): ${named.join(', ')}; their people besides, one for four messages, ${perMessage(people)}`,
  );
}

/** Four campaigns to the same people, delivered, as the program itself writes them. */
function fill() {
  const numbers = Array.from({ length: PEOPLE_COUNT }, (_, index) => `+49151${10_000_009 + index * 10}`);
  const file = join(folder, 'rows.csv');
  writeFileSync(file, `phone,language,opt_in,source\n${numbers.map((phone) => `${phone},en_US,utility,form\n`).join('')}`);
  run([launcher, 'init', '-y', '--db', filled]);
  run([launcher, 'template', 'add', 'src/catalog/templates/order_shipped.en_US.json', '--db', filled]);
  run([launcher, 'contact', 'import', file, '--db', filled]);
  writeFileSync(file, `to,name,order\n${numbers.map((phone, index) => `${phone},Ada Lovelace,A-${index}\n`).join('')}`);
  for (let campaign = 1; campaign <= 4; campaign += 1) {
    run([launcher, 'send', 'order_shipped', '--from', file, '--campaign', `campaign ${campaign}`, '--db', filled]);
  }
}

function runWorker(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [worker, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Microseconds from the start of a process to its end. */
function run(args) {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - before) * 1_000;
}

function median(numbers) {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1];
}

function ms(microseconds) {
  return `${(microseconds / 1_000).toFixed(1)} ms`;
}
