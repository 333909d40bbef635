// Opening a store file: created private, on a local disk, with the pragmas that the promise of the ledger rests on. The only user of the driver.

import { closeSync, mkdirSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { fail } from '../../errors.ts';
import type { Store } from '../../ports/store.ts';
import type { EvidenceStore } from '../../ports/store/evidence.ts';
import type { ReportStore } from '../../ports/store/report.ts';
import { diskError, syncDirectory } from '../disk.ts';
import { createJournals, type Journals } from '../journal.ts';
import { createAdmitStore } from './admit.ts';
import { createAuditStore } from './audit.ts';
import { createBook } from './book.ts';
import { createCampaignRecords } from './campaign-records.ts';
import { createCampaigns } from './campaigns.ts';
import { createClosingStore } from './closing.ts';
import { createClosingReader } from './closings.ts';
import { createConsentStore } from './consent.ts';
import { createContactStore } from './contacts.ts';
import { createSqlite, type Sqlite, translate } from './database.ts';
import { createBudgetWarnings } from './budget-warnings.ts';
import { createBudgetStore } from './budgets.ts';
import { createEvidenceStore } from './evidence.ts';
import { createFoundation } from './foundation.ts';
import { createHealthStore } from './health.ts';
import { createInboundStore } from './inbound.ts';
import { createLiveness, type FileLock, type Liveness } from './liveness.ts';
import { createMessageStore } from './messages.ts';
import { checkVersion, migrate, SCHEMA_VERSION } from './migrate.ts';
import { createOutboxStore } from './outbox.ts';
import { createPaceStore } from './pace.ts';
import { createPriceStore } from './prices.ts';
import { createDiscrepancyStore } from './discrepancies.ts';
import { createCounterStore } from './report.ts';
import { createReachKeeper } from './reach.ts';
import { createReconcileStore } from './reconcile.ts';
import { createQuietStore } from './quiet.ts';
import { createRepricer } from './reprice.ts';
import { createSenderStore } from './senders.ts';
import { createSettler, createSettleStore } from './settle.ts';
import { createInFlight } from './take-back.ts';
import { createTemplateChanger } from './template-changes.ts';
import { createTemplateStore } from './templates.ts';
import { createTierStore } from './tiers.ts';
import { createTotalsStore } from './totals.ts';
import { createWordStore } from './words.ts';

export type OpenOptions = {
  readonly path: string;
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
};

/** `journals` where several connections of a process share them. */
export type StoreOptions = OpenOptions & { readonly journals?: Journals };

/** Opens the store. Throws `store_unreadable`, `store_invalid`, `store_newer`, `store_busy`. */
export async function openSqliteStore(options: StoreOptions): Promise<Store> {
  const { path, journals = createJournals(path) } = options;
  return createSqliteStore(openSqlite(options), { liveness: createLiveness(path, takeLock), journals });
}

/** What a process shows of itself beside its store. */
type Signs = { readonly liveness: Liveness; readonly journals: Journals };

/** The store of one process on an open connection, which its `close` closes. */
export function createSqliteStore(sqlite: Sqlite, { liveness, journals }: Signs): Store {
  const parts = { ...createParts(sqlite), liveness, journals };
  const { contacts, campaigns, templates, prices, senders, reach, budgets, warnings, quiet, changer } = parts;
  return {
    ...createAdmitStore(parts),
    ...campaigns.store,
    ...createOutboxStore(parts),
    ...createSettleStore(parts),
    ...createFoundation(parts),
    ...contacts.store,
    ...createConsentStore(parts),
    ...templates.store,
    ...changer.store,
    ...createInboundStore({ ...parts, words: createWordStore(sqlite) }),
    ...prices.store,
    ...senders.store,
    ...reach.store,
    ...budgets.store,
    ...warnings.store,
    ...quiet.store,
    ...createReports(sqlite),
    ...createHealthStore(parts),
    ...createClosingStore(parts),
    ...createTierStore(parts),
    ...createReconcileStore(parts),
    ...createAuditStore({ ...parts, fresh }),
    close: async () => {
      journals.close(createInFlight(sqlite));
      liveness.release();
      sqlite.connection.close();
    },
  };
}

// What the slices share.
function createParts(sqlite: Sqlite) {
  const prices = createPriceStore(sqlite);
  const senders = createSenderStore(sqlite);
  const templates = createTemplateStore(sqlite);
  const book = createBook(sqlite);
  const closings = createClosingReader(sqlite);
  const settler = createSettler({ closings, sqlite, book, prices, senders, templates });
  const warnings = createBudgetWarnings(sqlite);
  const budgets = createBudgetStore({ sqlite, senders, warnings, closings });
  const reach = createReachKeeper(sqlite);
  const repricer = createRepricer({ sqlite, book, budgets, prices, senders, settler, warnings, closings });
  const contacts = createContactStore(sqlite);
  return {
    sqlite,
    prices,
    senders,
    templates,
    book,
    closings,
    settler,
    warnings,
    budgets,
    reach,
    repricer,
    contacts,
    flags: contacts,
    campaigns: createCampaigns({ sqlite, settler }),
    pace: createPaceStore({ sqlite, senders, reach }),
    changer: createTemplateChanger({ sqlite, templates, repricer }),
    quiet: createQuietStore(sqlite),
  };
}

// What needs nothing but the connection.
function createReports(sqlite: Sqlite): ReportStore & EvidenceStore & ReturnType<typeof createCampaignRecords> {
  return {
    ...createCounterStore(sqlite),
    ...createDiscrepancyStore(sqlite),
    ...createTotalsStore(sqlite),
    ...createMessageStore(sqlite),
    ...createEvidenceStore(sqlite),
    ...createCampaignRecords(sqlite),
  };
}

/** Opens and prepares one connection. */
export function openSqlite({ path, readOnly, busyTimeoutMs }: OpenOptions): Sqlite {
  const isNew = path !== ':memory:' && !readOnly && prepareFile(path);
  try {
    const connection = new Database(path, { readonly: readOnly, fileMustExist: readOnly, timeout: busyTimeoutMs });
    const sqlite = createSqlite({ connection, path });
    try {
      connection.exec(READ_PRAGMAS);
      if (readOnly) prepareReading(sqlite, { path, busyTimeoutMs });
      else prepareWriting(sqlite, busyTimeoutMs);
    } catch (error) {
      connection.close();
      throw error;
    }
    if (isNew) syncDirectory(dirname(path));
    return sqlite;
  } catch (error) {
    throw openError(error, path);
  }
}

// What the migrations make, for those who compare.
function fresh(): Sqlite {
  return openSqlite({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
}

const READ_PRAGMAS = 'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -16000';

// FULL, said aloud: better-sqlite3 is compiled with NORMAL for WAL, which loses committed rows when the power fails, and this is a ledger. Pages of a queue are
// written again and again, and so are those of a file whose order is not that of its contacts: as much log as is kept anyway, 64 MB, before they go to the file
// saves most of that. Against SQLite's own 4 MB it is a tenth of a dispatcher's time, against 16 MB a tenth of such a file's.
const WRITE_PRAGMAS =
  'PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 16000';

// A store of an earlier program is brought up to date by whoever opens it first, also where that one only reads.
function prepareReading(sqlite: Sqlite, { path, busyTimeoutMs }: Omit<OpenOptions, 'readOnly'>): void {
  const version = checkVersion(sqlite);
  if (version > 0 && version < SCHEMA_VERSION) openSqlite({ path, readOnly: false, busyTimeoutMs }).connection.close();
}

function prepareWriting(sqlite: Sqlite, busyTimeoutMs: number): void {
  const version = checkVersion(sqlite); // before the first write: the database of another program stays as it is
  switchToWal(sqlite, busyTimeoutMs);
  sqlite.connection.exec(WRITE_PRAGMAS);
  if (version < SCHEMA_VERSION) migrate(sqlite);
  sqlite.connection.exec('PRAGMA foreign_keys = ON'); // off until here: a migration may make a table anew that others point at
}

// The switch needs the file alone and does not wait for others by itself, so that processes that create a store together would fail.
function switchToWal({ connection }: Sqlite, busyTimeoutMs: number): void {
  const pauseMs = 5;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_BUSY' || waitedMs >= busyTimeoutMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}

/** Makes the directory and the file, private before the first byte is in it. True when the file is new. */
function prepareFile(path: string): boolean {
  try {
    makeDirectory(dirname(path));
    refuseNetworkDisk(path);
    const known = statSync(path, { throwIfNoEntry: false });
    if (known?.isDirectory() === true)
      throw fail('store_unreadable', { message: `${path} is a directory.`, hint: 'Give --db the path of a file.', details: { path } });
    if (known !== undefined) return false;
    closeSync(openSync(path, 'a', 0o600));
    return true;
  } catch (error) {
    throw openError(error, path);
  }
}

// One level at a time, because mkdir's own `recursive` never returns where the system refuses with ENOENT, as below /proc (Node 20).
function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false }) !== undefined) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process made it
  }
}

// An empty SQLite file in an exclusive transaction: a lock that Node itself does not offer. Nothing is ever written to it.
function takeLock(path: string): FileLock | null {
  let lock: FileLock | undefined;
  try {
    const database = new Database(path, { timeout: 0 });
    lock = database;
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    lock?.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw translate(error, path);
  }
}

// Types of NFS, SMB, CIFS and SMB2 in Linux's statfs: their locks do not keep two machines apart.
const NETWORK_DISKS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42]);

function refuseNetworkDisk(path: string): void {
  if (!NETWORK_DISKS.has(statfsSync(dirname(path)).type)) return;
  throw fail('store_unreadable', {
    message: `${path} is on a network disk.`,
    hint: 'Keep the store on a local disk: locks over a network lose money.',
    details: { path },
  });
}

function openError(error: unknown, path: string): unknown {
  return diskError(translate(error, path), { what: `The store ${path} cannot be opened`, path });
}
