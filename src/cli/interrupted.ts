// The answer to Ctrl-C: what was begun is finished, and the same command goes on where it stopped.

import { fail } from '../errors.ts';

/** The error of a clean stop (exit 130), with the command that resumes. */
export function interruptedBy(resume: string): Error {
  return fail('interrupted', { hint: `Go on with: ${resume}` });
}
