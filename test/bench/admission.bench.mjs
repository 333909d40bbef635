// How fast a file is admitted: the real command (`send --from FILE --queue`, checks included) against a bare better-sqlite3 loop that inserts the same rows
// into the same tables, in the same order, batches and durability; the same command whose last row is wrong, which ends when all rows are checked; and the
// dry run with its estimate; and the same file all the way through the sandbox: admitted, claimed, sent, its statuses settled, counted. Prints rows per second, by the clock and by processor time, which other work on the machine changes less; the ratios; the peaks.
//   node test/bench/admission.bench.mjs [--rows 1000000] [--keep DIR]

import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, closeSync, copyFileSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';

const { values } = parseArgs({ options: { rows: { type: 'string' }, keep: { type: 'string' } } });
const ROWS = Number(values.rows ?? 1_000_000);
const BATCH = 500;
const LAUNCHER = resolve('bin/tollbell.js');
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'tollbell-admission-'));
const { NODE_EXTRA_CA_CERTS: _bundle, ...inherited } = process.env;
const env = { ...inherited, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
const prepared = join(folder, 'prepared.db');
const admitted = join(folder, 'admitted.db');
const bare = join(folder, 'bare.db');
const sent = join(folder, 'sent.db');
const file = join(folder, 'orders.csv');
const wrongFile = join(folder, 'wrong.csv');
const TICKS_PER_SECOND = 100;

try {
  prepare();
  copyStore(prepared, admitted);
  copyStore(prepared, bare);
  copyStore(prepared, sent);
  const checked = await runCommand(['--campaign', 'bench', '--queue'], { from: wrongFile, exit: 2 });
  const estimated = await runCommand(['--campaign', 'bench', '--dry-run']);
  const command = await runCommand(['--campaign', 'bench', '--queue']);
  const loop = runLoop();
  const through = await runCommand(['--campaign', 'bench'], { db: sent });
  const admission = { seconds: command.seconds - checked.seconds, processor: command.processor - checked.processor };
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${ROWS.toLocaleString('en')} rows, batches of ${BATCH}, synchronous FULL`,
  );
  print('bare loop', loop);
  print('check alone', checked);
  print('admission', admission, `ratio ${ratio(loop, admission)} (at least 0.6)`);
  print('whole command', command, `ratio ${ratio(loop, command)}; at least 20,000 rows/s, aim 45,000`);
  print('dry run', estimated, 'at least 60,000 rows/s');
  print('to the end', through, 'at least 4,500 rows/s, aim 7,000');
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true });
}

/** A store with a contact and an opt-in for every row, as an import makes it, and the file in the order of that import. */
function prepare() {
  const people = join(folder, 'people.csv');
  const [list, orders] = [openSync(people, 'w'), openSync(file, 'w')];
  writeSync(list, 'phone,name,language,opt_in,source\n');
  writeSync(orders, 'to,name,order\n');
  for (let row = 0; row < ROWS; row += 1) {
    const phone = `+4915${String(100_000_009 + row * 10)}`;
    writeSync(list, `${phone},Ada Lovelace,en_US,utility,shop\n`);
    writeSync(orders, `${phone},Ada Lovelace,A-${row}\n`);
  }
  closeSync(list);
  closeSync(orders);
  for (const args of [
    ['init', '-y'],
    ['contact', 'import', people],
  ]) {
    const set = spawnSync(process.execPath, [LAUNCHER, ...args, '-q', '--db', prepared], { env, encoding: 'utf8' });
    if (set.status !== 0) throw new Error(set.stderr);
  }
  rmSync(people);
  copyFileSync(file, wrongFile);
  appendFileSync(wrongFile, '12,Nobody,A-0\n');
}

function copyStore(from, to) {
  cpSync(from, to);
  cpSync(`${from}.key`, `${to}.key`);
}

function runCommand(options, { from = file, exit = 0, db = admitted } = {}) {
  const args = [LAUNCHER, 'send', 'order_shipped', '--from', from, ...options, '-q', '--json', '--db', db];
  return new Promise((done, failed) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', exit === 0 ? 'inherit' : 'ignore'] });
    child.stdout.resume();
    let peakMegabytes = 0;
    let processor = 0;
    const watch = setInterval(() => {
      const peak = /VmHWM:\s+(\d+) kB/.exec(readStatus(child.pid, 'status'));
      if (peak !== null) peakMegabytes = Math.round(Number(peak[1]) / 1024);
      const ticks = readStatus(child.pid, 'stat').split(') ')[1]?.split(' ');
      if (ticks !== undefined) processor = (Number(ticks[11]) + Number(ticks[12])) / TICKS_PER_SECOND;
    }, 20);
    child.on('exit', (code) => {
      clearInterval(watch);
      if (code === exit) done({ seconds: (performance.now() - start) / 1_000, processor, peakMegabytes });
      else failed(new Error(`the command ended with ${code}`));
    });
  });
}

function print(what, { seconds, processor, peakMegabytes }, more = '') {
  const rate = (time) => Math.round(ROWS / time).toLocaleString('en');
  const clock = `${seconds.toFixed(1)} s ${rate(seconds)} rows/s`;
  const peak = peakMegabytes === undefined ? '' : `peak memory ${peakMegabytes} MB`;
  console.log(
    `${what.padEnd(14)}${clock.padEnd(26)}processor ${`${processor.toFixed(1)} s ${rate(processor)} rows/s`.padEnd(24)} ${peak}  ${more}`.trimEnd(),
  );
}

function ratio(loop, { seconds, processor }) {
  return `${(loop.seconds / seconds).toFixed(2)} by the clock, ${(loop.processor / processor).toFixed(2)} by the processor`;
}

function readStatus(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

/** Inserts what the command inserted, read back in its order; only the inserting is timed. */
function runLoop() {
  const source = new Database(admitted, { readonly: true });
  const target = new Database(bare);
  target.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000');
  for (const table of ['campaign', 'run', 'bucket', 'counter'])
    insertAll(target, table, source.prepare(`SELECT * FROM ${table}`).raw().all());
  const tables = ['message', 'message_content', 'ledger'];
  const count = target.prepare(
    'UPDATE counter SET units = units + ?, reserved = reserved + ?, committed = committed + ? WHERE bucket_id = 1',
  );
  let seconds = 0;
  let processor = 0;
  for (let from = 0; from < ROWS; from += 50_000) {
    const pages = tables.map((table) =>
      source
        .prepare(`SELECT ${columnsOf(source, table)} FROM ${table} ORDER BY 1 LIMIT 50000 OFFSET ${from}`)
        .raw()
        .all(),
    );
    const inserts = tables.map((table, index) => insertInto(target, table, pages[index][0].length));
    const start = performance.now();
    const before = process.cpuUsage();
    for (let row = 0; row < pages[0].length; row += BATCH) {
      target.exec('BEGIN IMMEDIATE');
      inserts.forEach((insert, table) => pages[table].slice(row, row + BATCH).forEach((values) => insert.run(values)));
      count.run(BATCH, 1, 1);
      target.exec('COMMIT');
    }
    seconds += (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(before);
    processor += (user + system) / 1_000_000;
  }
  source.close();
  target.close();
  return { seconds, processor };
}

function insertAll(db, table, rows) {
  for (const row of rows) insertInto(db, table, row.length).run(row);
}

// Those that are stored: what is computed cannot be inserted, and table_info leaves it out.
function columnsOf(db, table) {
  return db
    .pragma(`table_info(${table})`)
    .map(({ name }) => name)
    .join(', ');
}

function insertInto(db, table, columns) {
  return db.prepare(`INSERT INTO ${table} (${columnsOf(db, table)}) VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`);
}
