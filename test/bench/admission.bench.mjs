// How fast a file is admitted: the real command (`send --from FILE --queue`, checks included) against a bare better-sqlite3 loop that inserts the same rows
// into the same tables, in the same order, batches and durability. Prints rows per second, their ratio, and the command's peak memory.
//   node test/bench/admission.bench.mjs [--rows 1000000] [--keep DIR]

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
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
const file = join(folder, 'orders.csv');

try {
  prepare();
  copyStore(prepared, admitted);
  copyStore(prepared, bare);
  const command = await runCommand();
  const loop = runLoop();
  const rate = (seconds) => Math.round(ROWS / seconds).toLocaleString('en');
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${ROWS.toLocaleString('en')} rows, batches of ${BATCH}, synchronous FULL`,
  );
  console.log(`bare loop   ${loop.toFixed(1)} s  ${rate(loop)} rows/s`);
  console.log(`command     ${command.seconds.toFixed(1)} s  ${rate(command.seconds)} rows/s  peak memory ${command.peakMegabytes} MB`);
  console.log(`ratio       ${(loop / command.seconds).toFixed(2)} (at least 0.5)`);
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true });
}

/** A store with a contact and an opt-in for every row, written past the program to save time, and the file. */
function prepare() {
  const set = spawnSync(process.execPath, [LAUNCHER, 'init', '-y', '--db', prepared], { env, encoding: 'utf8' });
  if (set.status !== 0) throw new Error(set.stderr);
  const db = new Database(prepared);
  const sender = db.prepare('SELECT id FROM sender').pluck().get();
  const contact = db.prepare(
    "INSERT INTO contact (id, account_id, phone, language, created_at, updated_at) VALUES (?, 'default', ?, 'en_US', 0, 0)",
  );
  const columns = db.pragma('table_info(consent_flag)').map(({ name }) => name);
  const extra = columns.includes('repeated_at') ? [', repeated_at', ', 0'] : ['', ''];
  const flag = db.prepare(
    `INSERT INTO consent_flag (contact_id, subject, scope, kind, at${extra[0]}) VALUES (?, 'utility', ?, 'opt_in', 0${extra[1]})`,
  );
  const out = openSync(file, 'w');
  writeSync(out, 'to,name,order\n');
  db.exec('BEGIN');
  for (let row = 0; row < ROWS; row += 1) {
    const id = `0${String(row).padStart(19, '0')}`;
    const phone = `+4915${String(100_000_009 + row * 10)}`;
    contact.run(id, phone);
    flag.run(id, sender);
    writeSync(out, `${phone},Ada Lovelace,A-${row}\n`);
  }
  db.exec('COMMIT');
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  closeSync(out);
}

function copyStore(from, to) {
  cpSync(from, to);
  cpSync(`${from}.key`, `${to}.key`);
}

function runCommand() {
  const args = [LAUNCHER, 'send', 'order_shipped', '--from', file, '--campaign', 'bench', '--queue', '-q', '--json', '--db', admitted];
  return new Promise((done, failed) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let peakMegabytes = 0;
    const watch = setInterval(() => {
      const peak = /VmHWM:\s+(\d+) kB/.exec(readStatus(child.pid));
      if (peak !== null) peakMegabytes = Math.round(Number(peak[1]) / 1024);
    }, 100);
    child.on('exit', (code) => {
      clearInterval(watch);
      if (code === 0) done({ seconds: (performance.now() - start) / 1_000, peakMegabytes });
      else failed(new Error(`the command ended with ${code}`));
    });
  });
}

function readStatus(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
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
  for (let from = 0; from < ROWS; from += 50_000) {
    const pages = tables.map((table) => source.prepare(`SELECT * FROM ${table} ORDER BY 1 LIMIT 50000 OFFSET ${from}`).raw().all());
    const inserts = tables.map((table, index) => insertInto(target, table, pages[index][0].length));
    const start = performance.now();
    for (let row = 0; row < pages[0].length; row += BATCH) {
      target.exec('BEGIN IMMEDIATE');
      inserts.forEach((insert, table) => pages[table].slice(row, row + BATCH).forEach((values) => insert.run(values)));
      count.run(BATCH, 1, 1);
      target.exec('COMMIT');
    }
    seconds += (performance.now() - start) / 1_000;
  }
  source.close();
  target.close();
  return seconds;
}

function insertAll(db, table, rows) {
  for (const row of rows) insertInto(db, table, row.length).run(row);
}

function insertInto(db, table, columns) {
  return db.prepare(`INSERT INTO ${table} VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`);
}
