// Keys of a file that mean other content than they meant before: in the store, or in an earlier row. Which rows may repeat a key is noted in the first reading
// (repeat-sieve.ts); those alone are compared, in further readings, each of so many keys that the memory does not grow.

import type { AdmitStore } from '../ports/store/admit.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { SenderId } from '../values/id.ts';
import { createKeyIndex } from './key-index.ts';
import { fingerprintOf, keyOf } from './key.ts';
import type { Recipient, RecipientBatch, RejectedRecord } from './recipients.ts';
import { reject } from './rejections.ts';
import { partOfKey, type RepeatSieve } from './repeat-sieve.ts';
import { type StampHost, stampRecipients } from './stamped.ts';

export type ConflictHost = StampHost & { readonly store: Pick<AdmitStore, 'findKeys'>; readonly interrupted: AbortSignal };
export type ConflictPlan = { readonly senderId: SenderId; readonly template: string };

/** A row with a key of its own. */
type KeyedRow = {
  readonly recipient: Recipient;
  readonly key: Uint8Array;
  readonly fingerprint: Uint8Array;
  /** The store has the key for other content. */
  readonly differs: boolean;
};

/** The rows whose key the store has for other content. */
export async function conflictsWithStore(
  host: ConflictHost,
  plan: ConflictPlan,
  recipients: readonly Recipient[],
): Promise<readonly RejectedRecord[]> {
  return (await lookUp(host, plan, recipients)).flatMap(({ recipient, differs }) => (differs ? [conflict(recipient)] : []));
}

/** About how many keys are compared in one reading: they take 8 MB. */
const KEYS_AT_ONCE = 300_000;

/** A file to read again; `sieve` has all its keys. */
export type FileAgain = {
  readonly sieve: RepeatSieve;
  readonly read: () => AsyncIterable<RecipientBatch> | Iterable<RecipientBatch>;
  readonly keysAtOnce?: number;
};

/**
 * The rows whose key an earlier row has for other content, in the batches in which they are read. A file in which few rows may repeat a key is read once for it; one with
 * many of them so often that the keys of one reading stay few.
 */
export async function* conflictsWithin(
  host: ConflictHost,
  plan: ConflictPlan,
  { sieve, read, keysAtOnce = KEYS_AT_ONCE }: FileAgain,
): AsyncGenerator<{ readonly batch: RecipientBatch; readonly conflicts: readonly RejectedRecord[] }> {
  const readings = Math.ceil(sieve.suspectKeys() / keysAtOnce);
  const isSuspect = (recipient: Recipient, reading: number): boolean =>
    recipient.key !== null && sieve.mayRepeat(recipient, recipient.to) && partOfKey(recipient.key, readings) === reading;
  for (let reading = 0; reading < readings && !host.interrupted.aborted; reading += 1) {
    const keys = createKeyIndex({ comparesContents: true });
    for await (const batch of read()) {
      if (host.interrupted.aborted) return;
      const suspects = batch.recipients.filter((recipient) => isSuspect(recipient, reading));
      const conflicts = (await lookUp(host, plan, suspects)).flatMap(({ recipient, key, fingerprint, differs }) =>
        !differs && keys.add(key, fingerprint) === 'other' ? [conflict(recipient)] : [],
      );
      yield { batch, conflicts };
    }
  }
}

async function lookUp(host: ConflictHost, plan: ConflictPlan, recipients: readonly Recipient[]): Promise<readonly KeyedRow[]> {
  const withKey = recipients.filter(({ key }) => key !== null);
  if (withKey.length === 0) return [];
  const stamped = await stampRecipients(host, { template: plan.template, campaignId: null, derivesKeys: false }, withKey);
  const rows: KeyedRow[] = [];
  for (const part of slices(stamped, BATCH_MAX)) {
    const stamps = part.flatMap(({ recipient, stamp, aliases }) =>
      stamp === null
        ? []
        : [{ recipient, key: keyOf(stamp), fingerprint: fingerprintOf(stamp), contents: [stamp, ...aliases].map(fingerprintOf) }],
    );
    const found = await host.store.findKeys({ senderId: plan.senderId, keys: stamps.map(({ key }) => key) });
    for (const [index, { recipient, key, fingerprint, contents }] of stamps.entries()) {
      const known = found[index] ?? null;
      const differs = known !== null && contents.every((content) => Buffer.compare(known.fingerprint, content) !== 0);
      rows.push({ recipient, key, fingerprint, differs });
    }
  }
  return rows;
}

function conflict({ row, key, record }: Recipient): RejectedRecord {
  const why = { reason: 'key_conflict', message: 'the key was used before for other content' };
  return { rejection: reject({ row, column: 'key', value: key ?? undefined }, why), record: record ?? { original: [] } };
}
