// The check of a file: every row is looked at before the first one is admitted, so that a wrong file does nothing at all.

import { BATCH_MAX } from '../values/batch.ts';
import { resolveAddressees } from './addressees.ts';
import { type ConflictHost, type ConflictPlan, conflictsWithin, conflictsWithStore } from './key-conflicts.ts';
import type { Recipient, RecipientBatch, RejectedRecord } from './recipients.ts';
import type { Rejection } from './rejections.ts';
import { createRepeatSieve, type RepeatSieve } from './repeat-sieve.ts';

export type CheckPlan = ConflictPlan & {
  /** Of a dry run: all good rows go through it. */
  readonly sieve: RepeatSieve | null;
  readonly onRejected: (rejected: RejectedRecord, header: RecipientBatch['header']) => void;
  /** Told after each batch. */
  readonly onBatch: (batch: RecipientBatch) => Promise<void> | undefined;
};

export type Checked = {
  readonly read: number;
  readonly invalid: number;
  /** How many of the invalid rows have a key that was used for other content. */
  readonly conflicts: number;
  /** The first rejections, for the error. */
  readonly first: readonly Rejection[];
  /** The good rows of a file of at most `KEPT_ROWS`, so that it need not be read again; null for a longer one. */
  readonly recipients: readonly Recipient[] | null;
};

const FIRST_MAX = 10;

/** How many rows are kept in memory rather than read again. With 20,000 a command takes 40 MB more. */
export const KEPT_ROWS = 5_000;

/**
 * Reads the whole file. A key that was used for other content, in the store or in an earlier row, makes its row invalid (`key_conflict`). Where rows may repeat a key,
 * the file is read again for those: their conflicts are told last.
 */
export async function checkFile(host: ConflictHost, plan: CheckPlan, read: () => AsyncIterable<RecipientBatch>): Promise<Checked> {
  const found = createFindings(plan);
  const { count, header, kept, sieve } = await readFirst(host, plan, { found, batches: read() });
  if (sieve === null) return { read: count, ...found.all(), recipients: kept };
  const again = kept === null ? read : () => [{ header, read: 0, recipients: kept, rejected: [] }];
  let recipients = kept;
  for await (const { batch, conflicts } of conflictsWithin(host, plan, { sieve, read: again })) {
    await found.add({ ...batch, rejected: [] }, conflicts);
    recipients = recipients === null ? null : without(recipients, conflicts);
  }
  return { read: count, ...found.all(), recipients };
}

type Reading = { readonly found: Findings; readonly batches: AsyncIterable<RecipientBatch> };

async function readFirst(host: ConflictHost, plan: CheckPlan, { found, batches }: Reading) {
  let { sieve } = plan;
  let kept: readonly Recipient[] | null = [];
  let [count, header] = [0, NO_HEADER];
  for await (const batch of batches) {
    const conflicts = await conflictsWithStore(host, plan, batch.recipients);
    if (plan.sieve === null) sieve = noteKeys(sieve, batch);
    else await noteAll(host, plan.sieve, batch);
    await found.add(batch, conflicts);
    count += batch.read;
    header = batch.header;
    kept = keep(kept, batch, conflicts);
    if (host.interrupted.aborted) break;
  }
  return { count, header, kept, sieve };
}

const NO_HEADER: RecipientBatch['header'] = { columns: [], isWhole: true, original: [] };

type Findings = ReturnType<typeof createFindings>;

// What is wrong with the rows of a file, told as it is found.
function createFindings({ onRejected, onBatch }: CheckPlan) {
  let first: readonly Rejection[] = [];
  let [invalid, inConflict] = [0, 0];
  return {
    add: async (batch: RecipientBatch, conflicts: readonly RejectedRecord[]): Promise<void> => {
      const rejected = [...batch.rejected, ...conflicts];
      invalid += rejected.length;
      inConflict += conflicts.length;
      for (const entry of rejected) onRejected(entry, batch.header);
      if (rejected.length > 0) first = firstOf([...first, ...rejected.map(({ rejection }) => rejection)]);
      await onBatch(batch);
    },
    all: (): Pick<Checked, 'invalid' | 'conflicts' | 'first'> => ({ invalid, conflicts: inConflict, first }),
  };
}

function firstOf(rejections: readonly Rejection[]): readonly Rejection[] {
  return rejections.toSorted((left, right) => left.row - right.row).slice(0, FIRST_MAX);
}

/** The good rows of a file again, in chunks of whole batches but for the last. Keys in conflict are among them: the admission says so again, and admits none of them. */
export async function* goodChunks(batches: AsyncIterable<RecipientBatch>): AsyncGenerator<readonly Recipient[]> {
  let chunk: Recipient[] = [];
  for await (const { recipients } of batches) {
    chunk.push(...recipients);
    const whole = chunk.length - (chunk.length % BATCH_MAX);
    if (whole > 0) yield chunk.slice(0, whole);
    chunk = chunk.slice(whole);
  }
  if (chunk.length > 0) yield chunk;
}

function keep(
  kept: readonly Recipient[] | null,
  { recipients }: RecipientBatch,
  conflicts: readonly RejectedRecord[],
): readonly Recipient[] | null {
  return kept === null || kept.length + recipients.length > KEPT_ROWS ? null : [...kept, ...without(recipients, conflicts)];
}

function without(recipients: readonly Recipient[], conflicts: readonly RejectedRecord[]): readonly Recipient[] {
  if (conflicts.length === 0) return recipients;
  const bad = new Set(conflicts.map(({ rejection }) => rejection.row));
  return recipients.filter(({ row }) => !bad.has(row));
}

// Whoever is named by an id may be one who is named by number elsewhere. A row with a key of its own is asked for that alone.
async function noteAll({ store }: ConflictHost, sieve: RepeatSieve, { recipients }: RecipientBatch): Promise<void> {
  const named = await resolveAddressees(
    store,
    recipients.filter(({ key }) => key === null),
  );
  for (const recipient of recipients) sieve.add(recipient, named(recipient).to);
}

// Only keys are compared where everything is going to be admitted; most files have none.
function noteKeys(sieve: RepeatSieve | null, { recipients }: RecipientBatch): RepeatSieve | null {
  let filled = sieve;
  for (const recipient of recipients) {
    if (recipient.key === null) continue;
    filled ??= createRepeatSieve();
    filled.add(recipient, recipient.to);
  }
  return filled;
}
