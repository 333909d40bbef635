// Importing people: every row is checked before the first one is written, then they are written in batches. An import never lifts a stop.

import { blockOf } from '../domain/consent.ts';
import { flagsFor, toOptIns } from '../domain/consent-change.ts';
import { DEFAULT_ACCOUNT } from '../domain/sender.ts';
import { assert } from '../errors.ts';
import type { Clock, Io, RepeatableSource } from '../ports/host.ts';
import type { ContactWrite, DirectoryStore } from '../ports/store/directory.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { IdSource, SenderId } from '../values/id.ts';
import { titleOf } from '../values/text.ts';
import type { Instant } from '../values/time.ts';
import { type ContactRow, type ContactRowBatch, readContactRows } from './contact-rows.ts';
import { closeAfter, type InputOptions, openInput } from './input.ts';
import { type Header, type InputFormat, readRecords } from './records.ts';
import type { RejectionFile } from './rejection-file.ts';
import { reject, type Rejection, rowsInvalid } from './rejections.ts';

export type ImportHost = { readonly io: Io; readonly clock: Clock; readonly ids: IdSource; readonly interrupted: AbortSignal };

/** What is written to: opened when the check has passed, so that a wrong file does not even make a store. */
export type ImportTarget = { readonly store: Pick<DirectoryStore, 'putContacts' | 'findContacts'>; readonly senderId: SenderId };

export type ImportOptions = InputOptions & {
  readonly format: InputFormat | null;
  readonly rename: Readonly<Record<string, string>>;
  readonly ignoreColumns: boolean;
  readonly skipInvalid: boolean;
  readonly openTarget: () => Promise<ImportTarget>;
  /** Told after each batch; `total` is null while the rows are checked. */
  readonly onProgress: (done: number, total: number | null) => void;
};

/**
 * `refused`: the person was written, and an opt-in was not, because an opt-out or a block stands against it; or nothing was, because the number and the
 * user id belong to two people.
 */
export type ImportCounts = { read: number; added: number; updated: number; unchanged: number; invalid: number; refused: number };

/** `interrupted` when a stop left rows undone; the same import again goes on, since what is there counts as unchanged. */
export type ImportEnd = { readonly counts: Readonly<ImportCounts>; readonly interrupted: boolean };

/** Imports a file. Throws `rows_invalid` with the first rows unless they may be left out, and what `readRecords` and `readContactRows` throw. */
export async function importContacts(host: ImportHost, options: ImportOptions): Promise<ImportEnd> {
  const { source, errors, close } = await openInput(host.io, options);
  const run: ImportRun = { host, options, source, errors, at: host.clock.now() };
  return closeAfter(close, async () => {
    const counts = await check(run);
    return { counts, interrupted: !(await write(run, counts)) };
  });
}

type ImportRun = {
  readonly host: ImportHost;
  readonly options: ImportOptions;
  readonly source: RepeatableSource;
  readonly errors: RejectionFile | null;
  readonly at: Instant;
};

const FIRST_MAX = 10;

function rowsOf({ source, options, at }: ImportRun): AsyncIterable<ContactRowBatch> {
  const { format, rename, ignoreColumns } = options;
  const records = readRecords(() => source.read(), { name: source.name, format, rename });
  return readContactRows(records, { title: titleOf(source.name), at, ignoreColumns });
}

async function check(run: ImportRun): Promise<ImportCounts> {
  const { options, errors, source, host } = run;
  const counts: ImportCounts = { read: 0, added: 0, updated: 0, unchanged: 0, invalid: 0, refused: 0 };
  const first: Rejection[] = [];
  for await (const { header, read, rejected } of rowsOf(run)) {
    counts.read += read;
    counts.invalid += rejected.length;
    for (const { rejection, record } of rejected) {
      if (first.length < FIRST_MAX) first.push(rejection);
      errors?.add(rejection, record, header);
    }
    await errors?.flush();
    options.onProgress(counts.read, null);
    if (host.interrupted.aborted) return counts;
  }
  if (counts.invalid > 0 && !options.skipInvalid)
    throw rowsInvalid({ name: source.name, read: counts.read, invalid: counts.invalid, first });
  return counts;
}

// False when it was stopped.
async function write(run: ImportRun, counts: ImportCounts): Promise<boolean> {
  const { host, options, errors } = run;
  if (host.interrupted.aborted) return false;
  const target = await options.openTarget();
  const total = counts.read - counts.invalid;
  let done = 0;
  for await (const { header, people } of rowsOf(run)) {
    for (const batch of slices(people, BATCH_MAX)) {
      await writeBatch(run, { target, header, batch, counts });
      done += batch.length;
      options.onProgress(done, total);
      if (host.interrupted.aborted && done < total) return false;
    }
    await errors?.flush();
  }
  return true;
}

type Writing = {
  readonly target: ImportTarget;
  readonly header: Header;
  readonly batch: readonly ContactRow[];
  readonly counts: ImportCounts;
};

async function writeBatch(run: ImportRun, { target, header, batch, counts }: Writing): Promise<void> {
  const contacts = batch.map((row) => toWrite(run, row, target.senderId));
  const written = await target.store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: run.at });
  const refused: ContactRow[] = [];
  for (const [index, row] of batch.entries()) {
    const result = written[index]?.result;
    assert(result !== undefined, 'one result per contact');
    counts[result] += 1;
    if (result === 'refused') refused.push(row);
  }
  if (run.errors !== null) for (const { row, rejection } of await explain(target, refused)) run.errors.add(rejection, row.record, header);
}

type Explained = { readonly row: ContactRow; readonly rejection: Rejection };

// The store says that a row was refused; what stands against it is asked for the list of errors only.
async function explain({ store, senderId }: ImportTarget, rows: readonly ContactRow[]): Promise<readonly Explained[]> {
  const people = await store.findContacts(
    DEFAULT_ACCOUNT,
    rows.map(({ phone, userId }) => (phone === null ? { userId: userId ?? '' } : { phone })),
  );
  return rows.map((row, index) => {
    const person = people[index] ?? null;
    if (person === null) return { row, rejection: otherNumber(row) };
    if (row.userId !== null && person.contact.userId !== row.userId) return { row, rejection: twoPeople(row) };
    const flags = flagsFor(person.flags, senderId);
    const place = { row: row.record.row, column: 'opt_in', value: row.optIn?.purposes.join(' ') };
    if (blockOf(flags) !== undefined) return { row, rejection: reject(place, { reason: 'blocked', message: 'a block stands against it' }) };
    return { row, rejection: reject(place, { reason: 'opted_out', message: 'an opt-out stands against it' }) };
  });
}

// Nobody has the number, so it was the user id that was found, with another number: an import moves nobody, since a block on the old one would be left behind.
function otherNumber({ record, phone }: ContactRow): Rejection {
  const why = { reason: 'other_number', message: 'the user id belongs to a person with another number, and an import changes no number' };
  return reject({ row: record.row, column: 'phone', value: phone ?? undefined }, why);
}

function twoPeople({ record, userId }: ContactRow): Rejection {
  const why = { reason: 'two_people', message: 'the number and the user id belong to two people' };
  return reject({ row: record.row, column: 'user_id', value: userId ?? undefined }, why);
}

// Ids tell the moment of the row, not that of the import: keys of messages lie in the store by when their people were added.
function toWrite({ host, at }: ImportRun, { phone, userId, name, language, attributes, optIn }: ContactRow, scope: SenderId): ContactWrite {
  const agreed = { scope, at: optIn?.at ?? at, by: 'customer', source: optIn?.source ?? '', evidence: optIn?.evidence ?? null } as const;
  const optIns = toOptIns(optIn?.purposes ?? [], agreed);
  return { id: host.ids.sortable<'contact'>(host.clock.now()), phone, userId, name, language, attributes, optIns, isReachable: false };
}
