// One SQLite connection: prepared statements, transactions, and SQLite's errors in our words. Knows no table.

import type { Database, Statement } from 'better-sqlite3';
import { AppError, type ErrorCode, fail } from '../../errors.ts';

export type Sqlite = {
  readonly connection: Database;
  readonly path: string;
  /** A statement, prepared once. Integers come as numbers: for money use `prepareExact`. */
  readonly prepare: (sql: string) => Statement;
  /** The same, with every integer as a bigint: better-sqlite3 otherwise rounds what is past 2^53 without a word. */
  readonly prepareExact: (sql: string) => Statement;
  /** Runs the work in one transaction that holds the write lock from its start: one that reads first and writes later would fail at once when it lost a race. */
  readonly write: <Result>(work: () => Result) => Result;
  /** Runs one statement. It is a consistent picture by itself, and a transaction around it would take three times as long. */
  readonly query: <Result>(statement: () => Result) => Result;
  /** Runs several statements on one consistent picture of the store. */
  readonly read: <Result>(work: () => Result) => Result;
  /** How many transactions have begun: what was read in one may be another by the next. */
  readonly begun: () => number;
};

/** Wraps an open connection. */
export function createSqlite({ connection, path }: { readonly connection: Database; readonly path: string }): Sqlite {
  const plain = new Map<string, Statement>();
  const exact = new Map<string, Statement>();
  const prepared = (cache: Map<string, Statement>, sql: string, safe: boolean): Statement => {
    const known = cache.get(sql);
    if (known !== undefined) return known;
    const statement = connection.prepare(sql).safeIntegers(safe);
    cache.set(sql, statement);
    return statement;
  };
  let begun = 0;
  const begin = (sql: string, work: () => unknown): unknown => {
    begun += 1;
    try {
      connection.exec(sql);
      const result = work();
      connection.exec('COMMIT');
      return result;
    } catch (error) {
      rollBack(connection);
      throw translate(error, path);
    }
  };
  return {
    connection,
    path,
    prepare: (sql) => prepared(plain, sql, false),
    prepareExact: (sql) => prepared(exact, sql, true),
    write: <Result>(work: () => Result) => begin('BEGIN IMMEDIATE', work) as Result,
    query: (statement) => {
      try {
        return statement();
      } catch (error) {
        throw translate(error, path);
      }
    },
    read: <Result>(work: () => Result) => begin('BEGIN', work) as Result,
    begun: () => begun,
  };
}

// A failed COMMIT need not have been rolled back, and SQLite may have rolled back already: both are asked, neither is assumed.
function rollBack(connection: Database): void {
  if (!connection.inTransaction) return;
  try {
    connection.exec('ROLLBACK');
  } catch {
    connection.close(); // an open transaction on a broken file must not be committed by a later statement
  }
}

const CODES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['SQLITE_BUSY', 'store_busy'],
  ['SQLITE_LOCKED', 'store_busy'],
  ['SQLITE_PROTOCOL', 'store_busy'], // gave up on the locks of the WAL, which others held all the time
  ['SQLITE_FULL', 'store_full'],
  ['SQLITE_NOTADB', 'store_invalid'],
  ['SQLITE_CORRUPT', 'store_invalid'],
  ['SQLITE_CANTOPEN', 'store_unreadable'],
  ['SQLITE_READONLY', 'store_unreadable'],
  ['SQLITE_PERM', 'store_unreadable'],
  ['SQLITE_IOERR', 'store_unreadable'],
];

const HINTS: Partial<Record<ErrorCode, string>> = {
  store_busy: 'What was committed before is safe; run the same command again. A longer wait is set with busy_timeout_ms.',
  store_full: 'Free some space and run the command again; what was committed is safe.',
  store_invalid: 'Check --db. If the file was a store, put back a backup.',
  store_unreadable: 'Check the path, its permissions and the disk.',
};

/** SQLite's error as one of ours, with the original as its cause; all other errors as they are. */
export function translate(error: unknown, path: string): unknown {
  if (error instanceof AppError || !isSqliteError(error)) return error;
  const code = CODES.find(([prefix]) => error.code.startsWith(prefix))?.[1];
  if (code === undefined) return error;
  const hint = HINTS[code];
  return fail(code, { cause: error, details: { path, sqlite: error.code }, ...(hint === undefined ? {} : { hint }) });
}

function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_');
}
