// The answer to Ctrl-C: what was begun is finished, and what to do depends on what is left.

import type { Sender } from '../domain/sender.ts';
import { fail } from '../errors.ts';

/** The error of a clean stop (exit 130), with the command that resumes. */
export function interruptedBy(resume: string): Error {
  return stopped(`Go on with: ${resume}`);
}

/** The same, with a sentence on what to do. */
export function stopped(hint: string): Error {
  return fail('interrupted', { hint });
}

/** The command that sends what is queued. */
export function dispatchOf(sender: Pick<Sender, 'name' | 'isDefault'>): string {
  return forSender('tollbell dispatch', sender);
}

/** A command, for this sender. */
export function forSender(command: string, { name, isDefault }: Pick<Sender, 'name' | 'isDefault'>): string {
  return isDefault ? command : `${command} --sender ${name}`;
}
