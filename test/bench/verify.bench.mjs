// How long an audit takes: the real command against the bare joins that it cannot do without, each by itself, in the same run and on the same file. In seconds of
// the processor, best of the rounds: others use the machine too. The file is in the system's cache.
//   node test/bench/verify.bench.mjs [--messages 1000000] [--rounds 3] [--keep DIR]

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { buildStore } from './verify-store.mjs';

const { values } = parseArgs({ options: { messages: { type: 'string' }, rounds: { type: 'string' }, keep: { type: 'string' } } });
const MESSAGES = Number(values.messages ?? 1_000_000);
const ROUNDS = Number(values.rounds ?? 3);
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'tollbell-verify-'));
const path = join(folder, `verify-${MESSAGES}.db`);
const { NODE_EXTRA_CA_CERTS: _bundle, ...inherited } = process.env;
const env = { ...inherited, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), TOLLBELL_NOW: '2026-11-22T12:00:00Z' };

const USUAL = "(l.kind = 'reservation' OR l.kind = 'charge' OR l.kind = 'release')";

// What RELIABILITY.md asks of any store, in the shortest statement that can tell; nothing is named, nothing is explained.
const JOINS = {
  'counters = entries': `SELECT COUNT(*) FROM (
      SELECT bucket_id, SUM(kind = 'reservation'), SUM(kind = 'charge'), SUM(held), SUM(iif(kind = 'charge', posted, 0)) FROM ledger GROUP BY bucket_id
      EXCEPT SELECT bucket_id, units, delivered, reserved, charged FROM counter)`,
  'committed = entries': `SELECT COUNT(*) FROM (
      SELECT hold_bucket_id, SUM(held + posted) FROM ledger GROUP BY hold_bucket_id EXCEPT SELECT bucket_id, committed FROM counter)`,
  'days of buckets': 'SELECT COUNT(*) FROM (SELECT bucket_id, MIN(event_at), MAX(event_at) FROM ledger GROUP BY bucket_id)',
  holds: `SELECT COUNT(*) FROM (
      SELECT 1 FROM message m LEFT JOIN ledger l ON l.message_id = m.id AND ${USUAL} GROUP BY m.id HAVING SUM(l.held) <> m.held)`,
  'charge and delivery': `SELECT COUNT(*) FROM message m LEFT JOIN ledger l ON l.message_id = m.id AND ${USUAL} AND l.kind = 'charge'
      WHERE (l.sequence IS NULL) = (m.state IN ('delivered', 'read'))`,
  'amount = price': `SELECT COUNT(*) FROM ledger l JOIN price p ON p.id = l.price_id JOIN bucket b ON b.id = l.bucket_id
      WHERE p.market <> b.market OR iif(l.kind = 'charge', l.posted, l.held) <> p.rate`,
  'facts of buckets': `SELECT COUNT(*) FROM message m JOIN bucket h ON h.id = m.hold_bucket_id JOIN template t ON t.id = m.template_id
      WHERE h.sender_id <> m.sender_id OR h.category <> m.category OR h.template <> t.name`,
  content: 'SELECT COUNT(*) FROM message m LEFT JOIN message_content c ON c.message_id = m.id WHERE c.message_id IS NULL',
  keys: 'SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE key IS NOT NULL GROUP BY sender_id, key HAVING COUNT(*) > 1)',
  'provider ids': 'SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE provider_id IS NOT NULL GROUP BY provider_id HAVING COUNT(*) > 1)',
  'entries once': `SELECT COUNT(*) FROM (SELECT 1 FROM ledger l WHERE ${USUAL} GROUP BY message_id, attempt, kind HAVING COUNT(*) > 1)`,
  'flags = history': `SELECT COUNT(*) FROM (SELECT contact_id, subject, scope, MAX(at) AS at FROM consent_event GROUP BY contact_id, subject, scope) e
      LEFT JOIN consent_flag f USING (contact_id, subject, scope) WHERE f.at IS NOT e.at`,
  gate: `SELECT COUNT(*) FROM (SELECT MAX(e.at) AS said FROM message m LEFT JOIN consent_event e
      ON e.contact_id = m.contact_id AND e.subject = m.category AND e.sequence <= m.gate_sequence WHERE m.gate_sequence IS NOT NULL GROUP BY m.id)
      WHERE said IS NULL`,
};
const PRAGMAS = {
  references: 'SELECT COUNT(*) FROM pragma_foreign_key_check',
  pages: "SELECT COUNT(*) FROM pragma_quick_check WHERE quick_check <> 'ok'",
};

try {
  if (!existsSync(path)) buildStore(path, MESSAGES, env);
  const best = new Map();
  const keep = (name, seconds) => best.set(name, Math.min(best.get(name) ?? Infinity, seconds));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, sql] of Object.entries({ ...JOINS, ...PRAGMAS })) keep(name, timeJoin(name, sql));
    keep('verify', runVerify());
  }
  report(best);
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true });
}

/** One join on a connection of its own, with the cache that the program gives itself. */
function timeJoin(name, sql) {
  const db = new Database(path, { readonly: true });
  db.exec('PRAGMA cache_size = -16000; PRAGMA mmap_size = 0');
  const start = process.cpuUsage();
  const wrong = db.prepare(sql).pluck().get();
  const { user, system } = process.cpuUsage(start);
  db.close();
  if (wrong !== 0 && name !== 'days of buckets') throw new Error(`${name}: the store is not sound (${String(wrong)})`);
  return (user + system) / 1e6;
}

/** The whole process, from its start to its exit. */
function runVerify() {
  const script = 'TIMEFORMAT="%U %S"; time "$0" "$1" verify --db "$2"';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, resolve('bin/tollbell.js'), path], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
  const [user, system] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return user + system;
}

function report(best) {
  const sum = (names) => names.reduce((seconds, name) => seconds + best.get(name), 0);
  const joins = sum(Object.keys(JOINS));
  const pragmas = sum(Object.keys(PRAGMAS));
  const verify = best.get('verify');
  const size = Math.round(statSync(path).size / 1e6);
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${MESSAGES.toLocaleString('en')} messages, ${size} MB, best of ${ROUNDS}`,
  );
  for (const [name, seconds] of best) console.log(`${name.padEnd(22)} ${seconds.toFixed(2)} s`);
  console.log(`bare joins             ${joins.toFixed(1)} s, and ${pragmas.toFixed(1)} s for references and pages`);
  console.log(`ratio                  ${(verify / (joins + pragmas)).toFixed(2)} (at most 2)`);
  console.log(`to the joins alone     ${(verify / joins).toFixed(2)}`);
}
