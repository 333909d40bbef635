// How long a start takes: whole processes, interleaved, as medians and as ratios to bare Node in the same run. Needs `npm run build`.
//   node test/bench/start.bench.mjs [--rounds 31] [--report-db FILE] [--only version,send]
// --report-db names the store that bill-report reads (default: the small one made here).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, 'report-db': { type: 'string' }, only: { type: 'string' } } });
const rounds = Number(values.rounds ?? 31);
const folder = mkdtempSync(join(tmpdir(), 'tollbell-bench-'));
const store = join(folder, 'bench.db');
const phone = '+4915112345678';
const launcher = resolve('bin/tollbell.js');

// Node 20 parses the bundle that NODE_EXTRA_CA_CERTS names at every start; that would hide what is measured here.
const { NODE_EXTRA_CA_CERTS: _bundle, ...inherited } = process.env;
const env = { ...inherited, XDG_CACHE_HOME: join(folder, 'cache'), XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };

const SQLITE = `
  const store = require('better-sqlite3')(${JSON.stringify(join(folder, 'bare.db'))});
  store.pragma('journal_mode = WAL'); store.pragma('synchronous = FULL');
  store.exec('CREATE TABLE IF NOT EXISTS t (a INTEGER)');
  store.prepare('INSERT INTO t VALUES (1)').run(); store.close();`;

const tollbell = (...args) => [launcher, ...args];
const cases = [
  { name: 'node', args: ['-e', '0'] },
  { name: 'node + better-sqlite3, one insert', args: ['-e', SQLITE] },
  { name: 'version', args: tollbell('--version'), limit: 1.2 },
  { name: 'help', args: tollbell('send', '--help') },
  {
    name: 'send',
    args: tollbell('send', 'order_shipped', '--to', phone, '--param', 'name=Ada', '--param', 'order=A-17', '--db', store),
    limit: 2,
  },
  { name: 'bill-report', args: tollbell('bill-report', '--db', values['report-db'] ?? store), limit: 1.8 },
].filter(({ name }) => values.only === undefined || name.startsWith('node') || values.only.split(',').includes(name));

try {
  if (cases.some(({ name }) => name === 'send' || name === 'bill-report')) {
    run(tollbell('template', 'add', 'src/catalog/templates/order_shipped.en_US.json', '--db', store));
    run(tollbell('contact', 'add', phone, '--name', 'Ada', '--opt-in', 'utility', '--source', 'benchmark', '--db', store));
  }
  for (const { args } of cases) run(args); // the first run of a command leaves its code cache
  print(measure());
} finally {
  rmSync(folder, { recursive: true });
}

function measure() {
  const times = cases.map(() => []);
  for (let round = 0; round < rounds; round += 1) cases.forEach(({ args }, index) => times[index].push(run(args)));
  return cases.map((entry, index) => ({ ...entry, ...summary(times[index]) }));
}

function run(args) {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  const milliseconds = performance.now() - before;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return milliseconds;
}

function summary(times) {
  const sorted = times.toSorted((left, right) => left - right);
  return { median: sorted[sorted.length >> 1], min: sorted[0] };
}

function print(results) {
  const write = (text) => process.stdout.write(`${text}\n`);
  const [{ model }] = cpus();
  write(`${model}, ${cpus().length} cores, node ${process.version} ${process.arch}, ${rounds} interleaved rounds`);
  write(`${'process'.padEnd(36)}median ms    min  × node  at most`);
  for (const { name, median, min, limit } of results) {
    const ratio = median / results[0].median;
    const cells = [
      median.toFixed(1).padStart(9),
      min.toFixed(1).padStart(7),
      ratio.toFixed(2).padStart(8),
      (limit?.toFixed(1) ?? '').padStart(9),
    ];
    write(`${name.padEnd(36)}${cells.join('')}${limit !== undefined && ratio > limit ? '  over' : ''}`);
  }
}
