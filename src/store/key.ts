// The store's secret: keys the digests that a store keeps, so that they cannot be tried out on guessed phone numbers.

import { hash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fail } from '../errors.ts';
import type { KeyedDigest } from '../ports/host.ts';
import { diskError, syncDirectory } from './disk.ts';

/** Bytes that nobody can guess. */
export type RandomBytes = (count: number) => Uint8Array;

type Environment = Readonly<Record<string, string | undefined>>;

const KEY_BYTES = 32;

// A store in memory dies with its process, and so may its key.
const MEMORY_KEY = Buffer.alloc(KEY_BYTES);

/** The file that holds the key of a store. */
function keyPath(db: string): string {
  return `${db}.key`;
}

/**
 * Makes the key beside a new store, mode 0600, unless one is there or the environment holds it. The file appears whole or not at all, so that of two
 * processes that found a store together both read the same key. Throws `store_full` and `store_unreadable`.
 */
export function makeStoreKey(db: string, env: Environment, randomBytes: RandomBytes): void {
  if (db === ':memory:' || keyFromEnvironment(env) !== undefined) return;
  const path = keyPath(db);
  const draft = `${path}.${hex(randomBytes(6))}`;
  const text = `${hex(randomBytes(KEY_BYTES))}\n`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    publish(draft, { path, text });
    syncDirectory(dirname(path));
  } catch (cause) {
    throw diskError(cause, { what: `The key file ${path} cannot be made`, path });
  } finally {
    rmSync(draft, { force: true });
  }
}

// What `link` says where a file system has no hard links, as on FAT.
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

// Leaves the key that is there. Without hard links it is written in place: whoever reads in that moment finds no key, and says so.
function publish(draft: string, { path, text }: { readonly path: string; readonly text: string }): void {
  try {
    try {
      linkSync(draft, path);
    } catch (cause) {
      if (!NO_LINKS.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
      writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true });
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
}

/** Reads the key. Throws `store_key_missing`: without it repeated sends could not be told from new ones. */
export function readStoreKey(db: string, env: Environment): Uint8Array {
  const fromEnvironment = keyFromEnvironment(env);
  if (fromEnvironment !== undefined) return fromEnvironment;
  if (db === ':memory:') return MEMORY_KEY;
  let text: string;
  try {
    text = readFileSync(keyPath(db), 'utf8');
  } catch (cause) {
    throw missing(db, `The key file ${keyPath(db)} cannot be read.`, cause);
  }
  const key = toKey(text);
  if (key === undefined) throw missing(db, `The key file ${keyPath(db)} does not hold a key.`, undefined);
  return key;
}

/** What a store keeps of its key, to know it again: 8 bytes of a digest, which tell nothing about the key. */
export function keyCheckOf(key: Uint8Array): string {
  return hex(createKeyedDigest(key)('check').subarray(0, 8));
}

/** Passes when the store was founded with this key. Throws `store_key_wrong`: under another one repeated sends would count as new. */
export function checkStoreKey(db: string, key: Uint8Array, keyCheck: string | null): void {
  if (keyCheck === null || keyCheck === keyCheckOf(key)) return;
  throw fail('store_key_wrong', {
    hint: `Put back the file ${keyPath(db)} that was made with the store, or set TOLLBELL_STORE_KEY to the key in it. Nothing was sent.`,
    details: { path: keyPath(db) },
  });
}

/**
 * A digest under a key: SHA-256 over the key and the text. Only parts of it are stored, so a longer text cannot be derived from a shorter one. In one
 * call, which takes a third less than a `Hash` object, and by way of a text, because memory of its own for each digest would take as long as the digest.
 */
export function createKeyedDigest(key: Uint8Array): KeyedDigest {
  const prefix = hex(key);
  return (text) => Buffer.from(hash('sha256', prefix + text, 'binary'), 'binary');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function keyFromEnvironment(env: Environment): Uint8Array | undefined {
  const text = env['TOLLBELL_STORE_KEY'];
  if (text === undefined || text === '') return undefined;
  const key = toKey(text);
  if (key !== undefined) return key;
  throw fail('config_invalid', { message: 'TOLLBELL_STORE_KEY is not a key.', hint: 'It must be 64 hexadecimal digits.' });
}

function toKey(text: string): Uint8Array | undefined {
  return /^[0-9a-f]{64}$/i.test(text.trim()) ? Buffer.from(text.trim(), 'hex') : undefined;
}

function missing(db: string, message: string, cause: unknown): Error {
  return fail('store_key_missing', {
    message,
    hint: `Put the file back from where the store came from, or set TOLLBELL_STORE_KEY. The store itself is ${db}.`,
    cause,
    details: { path: keyPath(db) },
  });
}
