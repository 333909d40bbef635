// The first reading of a file: every row is checked before the first one is admitted, so that a wrong file does nothing at all.

import type { AdmitStore } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { SenderId } from '../values/id.ts';
import { resolveAddressees } from './addressees.ts';
import { createKeyIndex, type KeyIndex } from './key-index.ts';
import { fingerprintOf, keyOf } from './key.ts';
import type { Recipient, RecipientBatch, RejectedRecord } from './recipients.ts';
import { reject, type Rejection } from './rejections.ts';
import type { RepeatSieve } from './repeat-sieve.ts';
import { type StampHost, stampRecipients } from './stamped.ts';

export type CheckHost = StampHost & {
  readonly store: Pick<AdmitStore, 'findKeys'> & Pick<DirectoryStore, 'findContacts' | 'formerContacts'>;
  readonly interrupted: AbortSignal;
};

export type CheckPlan = {
  readonly senderId: SenderId;
  readonly template: string;
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

/** Reads the whole file. A key that was used for other content, in the file or in the store, makes its row invalid (`key_conflict`). */
export async function checkFile(host: CheckHost, plan: CheckPlan, batches: AsyncIterable<RecipientBatch>): Promise<Checked> {
  const keys = createKeyIndex({ comparesContents: true });
  const first: Rejection[] = [];
  let kept: Recipient[] | null = [];
  let [read, invalid, inConflict] = [0, 0, 0];
  for await (const batch of batches) {
    const conflicts = await conflictsOf(host, plan, { batch, keys });
    if (plan.sieve !== null) await sift(host, plan.sieve, batch);
    const rejected = [...batch.rejected, ...conflicts];
    read += batch.read;
    invalid += rejected.length;
    inConflict += conflicts.length;
    for (const entry of rejected) {
      if (first.length < FIRST_MAX) first.push(entry.rejection);
      plan.onRejected(entry, batch.header);
    }
    await plan.onBatch(batch);
    kept = keep(kept, batch, conflicts);
    if (host.interrupted.aborted) break;
  }
  return { read, invalid, conflicts: inConflict, first, recipients: kept };
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

function keep(kept: Recipient[] | null, batch: RecipientBatch, conflicts: readonly RejectedRecord[]): Recipient[] | null {
  if (kept === null || kept.length + batch.recipients.length > KEPT_ROWS) return null;
  const bad = new Set(conflicts.map(({ rejection }) => rejection.row));
  kept.push(...batch.recipients.filter(({ row }) => !bad.has(row)));
  return kept;
}

// Whoever is named by an id may be one who is named by number elsewhere. A row with a key of its own is asked for that alone.
async function sift({ store }: CheckHost, sieve: RepeatSieve, { recipients }: RecipientBatch): Promise<void> {
  const named = await resolveAddressees(
    store,
    recipients.filter(({ key }) => key === null),
  );
  for (const recipient of recipients) sieve.add(recipient, named(recipient).to);
}

type ConflictParts = { readonly batch: RecipientBatch; readonly keys: KeyIndex };

async function conflictsOf(host: CheckHost, plan: CheckPlan, { batch, keys }: ConflictParts): Promise<readonly RejectedRecord[]> {
  const withKey = batch.recipients.filter(({ key }) => key !== null);
  if (withKey.length === 0) return [];
  const keyed = await stampRecipients(host, { template: plan.template, campaignId: null, derivesKeys: false }, withKey);
  const conflicts: RejectedRecord[] = [];
  for (const part of slices(keyed, BATCH_MAX)) {
    const stamps = part.flatMap(({ recipient, stamp, aliases }) =>
      stamp === null
        ? []
        : [{ recipient, key: keyOf(stamp), fingerprint: fingerprintOf(stamp), contents: [stamp, ...aliases].map(fingerprintOf) }],
    );
    const found = await host.store.findKeys({ senderId: plan.senderId, keys: stamps.map(({ key }) => key) });
    for (const [index, { recipient, key, fingerprint, contents }] of stamps.entries()) {
      const known = found[index] ?? null;
      const differs = known !== null && contents.every((content) => Buffer.compare(known.fingerprint, content) !== 0);
      if (differs || keys.add(key, fingerprint) === 'other') conflicts.push(conflict(recipient));
    }
  }
  return conflicts;
}

function conflict({ row, key, record }: Recipient): RejectedRecord {
  const why = { reason: 'key_conflict', message: 'the key was used before for other content' };
  return { rejection: reject({ row, column: 'key', value: key ?? undefined }, why), record: record ?? { original: [] } };
}
