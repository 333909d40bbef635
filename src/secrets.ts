// Secrets: read when they are needed, from the environment or a private file, and never kept anywhere else. A store holds their names only.

import { readFileSync, statSync } from 'node:fs';
import type { SecretSource } from './domain/sender.ts';
import { fail } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The secret itself, without the line end of a file. Throws `secret_missing`, also for a file that others may read. */
export function readSecret(source: SecretSource, env: Environment): string {
  const secret = 'env' in source ? env[source.env] : readPrivateFile(source.file);
  const text = secret?.trim() ?? '';
  if (text !== '') return text;
  throw fail('secret_missing', {
    message: 'env' in source ? `The environment variable ${source.env} is not set.` : `The file ${source.file} is empty.`,
    hint: 'env' in source ? 'Set it where this command runs, or name another place.' : 'Put the secret there, or name another place.',
    details: { ...source },
  });
}

/** The secrets of a place that holds several, one a line, while one is being changed; the provider signs with the first. Throws `secret_missing`. */
export function readSecrets(source: SecretSource, env: Environment): readonly [string, ...string[]] {
  const [first = '', ...others] = readSecret(source, env).split(/\s*[\r\n]\s*/);
  return [first, ...others];
}

function readPrivateFile(path: string): string {
  try {
    if ((statSync(path).mode & 0o077) === 0) return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fail('secret_missing', { message: `The file ${path} cannot be read.`, hint: 'Check the path.', cause, details: { file: path } });
  }
  throw fail('secret_missing', {
    message: `Others may read the file ${path}.`,
    hint: `A secret is for its owner alone: chmod 600 ${path}`,
    details: { file: path },
  });
}
