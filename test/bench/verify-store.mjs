// A store with as many messages as are wanted, written by SQL alone: sound in every respect, so that what is measured is looking, not reporting. The newest of
// them may all be on their way, for those who want to deliver them.

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';

const START = Date.UTC(2026, 9, 2, 12);
const DAY_MS = 86_400_000;
const DAYS = 50;
const PER_PERSON = 4;

// Numbers 0, 1, 2 … up to @count.
const NUMBERS = 'WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < @count - 1)';
const ID = "printf('0%019d', i)";

const PEOPLE = [
  `${NUMBERS} INSERT INTO contact (id, account_id, phone, language, created_at, updated_at)
   SELECT ${ID}, 'default', printf('+4915%09d', i), 'en_US', ${START}, ${START} FROM n`,
  `${NUMBERS} INSERT INTO consent_event (sequence, contact_id, scope, subject, kind, at, recorded_at, actor)
   SELECT i + 1, ${ID}, (SELECT id FROM sender), 'utility', 'opt_in', ${START}, ${START}, 'customer' FROM n`,
  `INSERT INTO consent_evidence (sequence, source) SELECT sequence, 'a form' FROM consent_event`,
  `INSERT INTO consent_flag SELECT contact_id, subject, scope, kind, at, at FROM consent_event`,
];

const MARKETS = `(SELECT market, id, rate,
  'list' AS rule, row_number() OVER (ORDER BY market) - 1 AS place FROM price
  WHERE category = 'utility' AND tier_from = 0 AND book_id = (SELECT id FROM price_book WHERE currency = 'USD' AND effective_from = '2026-10-01'))`;

const BUCKETS = `${NUMBERS} INSERT INTO bucket (id, day, account_id, sender_id, market, category, pricing_type, currency, template, campaign_id, cost_center)
  SELECT i * 10 + place + 1, date(${START} / 1000 + i * 86400, 'unixepoch'), 'default', (SELECT id FROM sender), market, 'utility', 'regular', 'USD',
    'hello_world', '', ''
  FROM n, ${MARKETS} WHERE place < 10`;

// Of twenty: sixteen delivered, two failed, one on its way, one waiting. Day by day, as a shop sends.
const MESSAGES = `${NUMBERS}, made AS (
    SELECT i, i * ${DAYS} / @count AS day, iif(i < @count - @sent, i % 20, 18) AS turn, i * ${DAYS} / @count * 10 + i % 10 + 1 AS bucket FROM n
  )
  INSERT INTO message (id, sender_id, contact_id, template_id, fingerprint, key, category, state, price, held, hold_bucket_id, not_before, expires_at,
    created_at, changed_at, attempt, gate_sequence, provider_id)
  SELECT ${ID}, (SELECT id FROM sender), printf('0%019d', i / ${PER_PERSON}), (SELECT id FROM template WHERE name = 'hello_world' LIMIT 1), x'00',
    unhex(printf('%032x', i)), 'utility', CASE WHEN turn < 16 THEN 'delivered' WHEN turn < 18 THEN 'failed' WHEN turn = 18 THEN 'sent' ELSE 'queued' END,
    rate, iif(turn < 18, 0, rate), bucket, at, at + ${40 * DAY_MS}, at, at + 1000, turn < 19, iif(turn < 19, (SELECT MAX(sequence) FROM consent_event), NULL),
    iif(turn < 19, printf('wamid.HBgNNDkxNTExMjM0NTY3OBUCABEYEj%08X%08X', i * 2654435761 % 4294967296, i), NULL)
  FROM (SELECT *, ${START} + day * ${DAY_MS} + i % 20000 AS at FROM made) JOIN ${MARKETS} ON place = i % 10`;

const CONTENT = `INSERT INTO message_content SELECT id, '{}' FROM message`;

const RESERVATIONS = `INSERT INTO ledger (message_id, attempt, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, price_id, rule)
  SELECT m.id, 0, 'reservation', hold_bucket_id, hold_bucket_id, m.price, 0, m.created_at, m.created_at, p.id, p.rule
  FROM message m JOIN bucket b ON b.id = hold_bucket_id JOIN ${MARKETS} p ON p.market = b.market ORDER BY m.id`;

const CHARGES = `INSERT INTO ledger (message_id, attempt, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, price_id, rule,
    provider_type, provider_category)
  SELECT m.id, 1, 'charge', hold_bucket_id, hold_bucket_id, 0 - m.price, m.price, m.changed_at, m.changed_at, p.id,
    p.rule, 'regular', 'utility'
  FROM message m JOIN bucket b ON b.id = hold_bucket_id JOIN ${MARKETS} p ON p.market = b.market WHERE m.state = 'delivered' ORDER BY m.id`;

const RELEASES = `INSERT INTO ledger (message_id, attempt, kind, bucket_id, hold_bucket_id, held, posted, event_at, recorded_at, cause)
  SELECT m.id, 1, 'release', hold_bucket_id, hold_bucket_id, 0 - m.price, 0, m.changed_at, m.changed_at, 'failed'
  FROM message m JOIN bucket b ON b.id = hold_bucket_id WHERE m.state = 'failed' ORDER BY m.id`;

const COUNTERS = `INSERT INTO counter
  SELECT bucket_id, SUM(kind = 'reservation'), SUM(kind = 'charge'), SUM(kind = 'release'), SUM(kind = 'charge'), 0, SUM(held), SUM(posted), 0,
    SUM(held + posted) FROM ledger GROUP BY bucket_id`;

/** Makes it. */
export function buildStore(path, messages, env, { sent = 0 } = {}) {
  const made = spawnSync(process.execPath, [resolve('bin/tollbell.js'), 'init', '-y', '--db', path], { env, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const db = new Database(path);
  db.exec('PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000; BEGIN');
  for (const sql of PEOPLE) runOn(db, sql, Math.ceil(messages / PER_PERSON));
  runOn(db, BUCKETS, DAYS);
  for (const sql of [MESSAGES, CONTENT, RESERVATIONS, CHARGES, RELEASES, COUNTERS]) runOn(db, sql, messages, sent);
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

// As bigints: a number would be bound as a float, and make floats of what is counted with it.
function runOn(db, sql, count, sent = 0) {
  const statement = db.prepare(sql);
  if (sql.includes('@sent')) statement.run({ count: BigInt(count), sent: BigInt(sent) });
  else if (sql.includes('@count')) statement.run({ count: BigInt(count) });
  else statement.run();
}
