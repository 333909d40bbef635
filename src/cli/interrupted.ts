// The answer to Ctrl-C: what was begun is finished, and the same command goes on where it stopped.

import type { Sender } from '../domain/sender.ts';
import { fail } from '../errors.ts';

/** The error of a clean stop (exit 130), with the command that resumes. */
export function interruptedBy(resume: string): Error {
  return fail('interrupted', { hint: `Go on with: ${resume}` });
}

/** The command that sends what is queued. */
export function dispatchOf({ name, isDefault }: Pick<Sender, 'name' | 'isDefault'>): string {
  return isDefault ? 'tollbell dispatch' : `tollbell dispatch --sender ${name}`;
}
