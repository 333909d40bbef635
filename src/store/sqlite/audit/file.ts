// The audit of the file: its pages, who may read it, what points at nothing, and whether its schema is the one that the migrations make.

import { statSync } from 'node:fs';
import type { Audit } from '../../../ports/store/audit.ts';
import type { Sqlite } from '../database.ts';
import { SCHEMA_VERSION } from '../migrate.ts';
import { collect, findingOf } from './survey.ts';

const TABLES = /* sql */ `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`;

const OBJECTS = /* sql */ `
  SELECT type, name, sql FROM sqlite_schema
  WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  ORDER BY name`;

const COLUMNS = /* sql */ `SELECT name || ' ' || type || ' ' || "notnull" || ' ' || pk FROM pragma_table_xinfo(?) ORDER BY cid`;

/**
 * The pages of the file, and who may read it. A connection that only reads leaves the CHECKs of a table out when it reads the schema (sqlite3AddCheckConstraint),
 * and quick_check with them: the closed lists are asked for by rules of the surveys.
 */
export function auditFile(sqlite: Sqlite): readonly Audit[] {
  const said = sqlite.connection.pragma('quick_check(10)') as readonly { readonly quick_check: string }[];
  const damage = said.map((row) => row.quick_check).filter((line) => line !== 'ok');
  const pages = Number(sqlite.connection.pragma('page_count', { simple: true }));
  const mode = sqlite.path === ':memory:' ? 0 : statSync(sqlite.path).mode & 0o777;
  const findings = [
    ...damage.flatMap((line) => findingOf({ wrong: `The file is damaged: ${line}.`, subject: 'file' }, [sqlite.path])),
    ...((mode & 0o037) === 0
      ? []
      : findingOf(
          { wrong: `The file has mode 0${mode.toString(8)}: others may read or write it. chmod 600 it.`, subject: 'file', isNote: true },
          [sqlite.path],
        )),
  ];
  return [{ check: 'file', checked: pages, findings }];
}

type Dangling = { readonly table: string; readonly rowid: bigint | null; readonly parent: string };

/** What a row points at must be there. Table by table, so that none keeps the picture of the store for long. */
export function auditReferences(sqlite: Sqlite, table: string): readonly Audit[] {
  const found = new Map<string, ReturnType<typeof collect>>();
  const rows = sqlite
    .prepareExact(`SELECT "table", rowid, parent FROM pragma_foreign_key_check(?)`)
    .iterate(table) as IterableIterator<Dangling>;
  for (const { rowid, parent } of rows) {
    const wrong = `A row of ${table} points at a row of ${parent} that is not there.`;
    const collector = found.get(parent) ?? collect({ wrong, isNote: false, subject: 'table' });
    found.set(parent, collector);
    collector.add(rowid === null ? table : `${table} ${rowid}`);
  }
  const checked = sqlite.prepare(`SELECT COUNT(*) FROM "${table}"`).pluck().get() as number;
  return [{ check: 'references', checked, findings: [...found.values()].flatMap((collector) => collector.found()) }];
}

/** The tables that there are. */
export function tablesOf(sqlite: Sqlite): readonly string[] {
  return sqlite.prepare(TABLES).pluck().all() as string[];
}

type SchemaObject = { readonly type: string; readonly name: string; readonly sql: string };

/** Compares with a store that was made just now: tables by their columns, triggers and indexes by their text. */
export function auditSchema(sqlite: Sqlite, fresh: Sqlite): readonly Audit[] {
  const version = Number(sqlite.connection.pragma('user_version', { simple: true }));
  const [here, wanted] = [objectsOf(sqlite), objectsOf(fresh)];
  const missing = [...wanted.keys()].filter((name) => !here.has(name));
  const other = [...wanted].filter(([name, text]) => here.has(name) && here.get(name) !== text).map(([name]) => name);
  const [guards, more] = partition(
    [...here.keys()].filter((name) => !wanted.has(name)),
    (name) => name.startsWith('trigger '),
  );
  const findings = [
    ...(version === SCHEMA_VERSION
      ? []
      : findingOf({ wrong: `The schema is ${version}; this tollbell makes ${SCHEMA_VERSION}.`, subject: 'file' }, [sqlite.path])),
    ...findingOf({ wrong: 'Something that guards the books is missing.', subject: 'table' }, missing),
    ...findingOf({ wrong: 'Something is not as the migrations make it.', subject: 'table' }, other),
    ...findingOf({ wrong: 'A trigger is there that is not ours: it may change what is written.', subject: 'table' }, guards),
    ...findingOf({ wrong: 'Something is there that is not ours.', subject: 'table', isNote: true }, more),
  ];
  return [{ check: 'schema', checked: here.size, findings }];
}

// Stores that earlier programs made have other words in the checks of their tables, and the same columns.
function objectsOf(sqlite: Sqlite): ReadonlyMap<string, string> {
  const objects = sqlite.prepare(OBJECTS).all() as readonly SchemaObject[];
  const columns = (name: string): string => (sqlite.prepare(COLUMNS).pluck().all(name) as string[]).join(', ');
  return new Map(objects.map(({ type, name, sql }) => [`${type} ${name}`, type === 'table' ? columns(name) : sql.replace(/\s+/g, ' ')]));
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
