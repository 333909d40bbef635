// A store file behind the program's back: with the driver alone.

import Database from 'better-sqlite3';

/** Runs the work on a connection of its own. */
export function behind<Result>(path: string, work: (db: Database.Database) => Result): Result {
  const db = new Database(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
