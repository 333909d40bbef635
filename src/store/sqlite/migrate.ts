// Bringing a file to the schema of this program. Each migration runs once, in a transaction; racing processes are harmless.

import { fail } from '../../errors.ts';
import type { Sqlite } from './database.ts';
import init from './migrations/0001-init.sql';
import channel from './migrations/0002-channel.sql';
import money from './migrations/0003-money.sql';
import simulation from './migrations/0004-simulation.sql';

/** In order; the schema's version is how many were applied. */
const MIGRATIONS: readonly string[] = [init, channel, money, simulation];

/** Says in the file's header that it is ours: `toll` in ASCII. */
const APPLICATION_ID = 0x746f6c6c;

/** The version that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Applies what is missing. Throws `store_newer` for a file of a later program and `store_invalid` for a database that is not ours. */
export function migrate(sqlite: Sqlite): void {
  if (checkVersion(sqlite) === SCHEMA_VERSION) return;
  sqlite.write(() => {
    for (const [index, sql] of MIGRATIONS.entries()) {
      // Asked inside the transaction: another process may have migrated while we waited for the lock.
      if (versionOf(sqlite) !== index) continue;
      sqlite.connection.exec(sql);
      sqlite.connection.pragma(`user_version = ${index + 1}`);
      sqlite.connection.pragma(`application_id = ${APPLICATION_ID}`);
    }
  });
}

/**
 * The file's version; checks that it is ours and not newer than this program. On one picture of the file: read one by one, the marks of a store that
 * another process is just making would contradict each other.
 */
export function checkVersion(sqlite: Sqlite): number {
  return sqlite.read(() => versionOf(sqlite));
}

function versionOf(sqlite: Sqlite): number {
  const version = Number(sqlite.connection.pragma('user_version', { simple: true }));
  const application = Number(sqlite.connection.pragma('application_id', { simple: true }));
  if (application !== APPLICATION_ID && !isBlank(sqlite, version, application)) {
    throw fail('store_invalid', {
      message: `${sqlite.path} is a database of another program.`,
      hint: 'Give --db the path of a tollbell store, or of a file that does not exist yet.',
      details: { path: sqlite.path },
    });
  }
  if (version > SCHEMA_VERSION) {
    throw fail('store_newer', {
      message: `${sqlite.path} has schema ${version}; this tollbell knows ${SCHEMA_VERSION}.`,
      hint: 'Install the tollbell that last wrote it, or a later one.',
      details: { path: sqlite.path, schema: version, known: SCHEMA_VERSION },
    });
  }
  return version;
}

function isBlank(sqlite: Sqlite, version: number, application: number): boolean {
  return version === 0 && application === 0 && sqlite.connection.prepare('SELECT COUNT(*) FROM sqlite_schema').pluck().get() === 0;
}
