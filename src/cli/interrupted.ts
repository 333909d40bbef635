// Ended before all was done: on request, or because the provider or the store refused. What happened until then is shown first; this is what is said after it.

import type { App } from '../app.ts';
import type { Sender } from '../domain/sender.ts';
import { type AppError, type ErrorDetails, fail } from '../errors.ts';
import type { Ending } from '../send/finish.ts';
import { REQUEST_DEADLINE_MS } from '../ports/transport.ts';
import { exitCodeOfTally, type Tally } from '../send/tally.ts';
import { SECOND_MS } from '../values/time.ts';
import { hint } from './hint.ts';

/** The error of a clean stop (exit 130), with the command that resumes. */
export function interruptedBy(resume: string): AppError {
  return fail('interrupted', { hint: `Go on with: ${resume}` });
}

/** The command that sends what is queued. */
export function dispatchOf(sender: Pick<Sender, 'name' | 'isDefault'>): string {
  return forSender('tollbell dispatch', sender);
}

/** A command, for this sender. */
export function forSender(command: string, { name, isDefault }: Pick<Sender, 'name' | 'isDefault'>): string {
  return isDefault ? command : `${command} --sender ${name}`;
}

/** How to go on after it. */
export type Left = {
  readonly tally: Tally;
  /** The command that goes on. */
  readonly resume: string;
  /** True when there are recipients that it did not come to. */
  readonly isUnread: boolean;
  /** The command that shows what becomes of the messages. */
  readonly look: string;
  /** True where the same command does nothing twice: it has keys. */
  readonly isRepeatable: boolean;
};

/** The error of an ending that came too early; null for one in its time. */
export function failureOf({ failure, interrupted }: Pick<Ending, 'failure' | 'interrupted'>, left: Left): AppError | null {
  if (failure === null && !interrupted) return null;
  const error = failure ?? fail('interrupted');
  const { counts } = left.tally;
  const isAdmitted = counts.queued + counts.accepted + counts.delivered + counts.failed + counts.unknown > 0;
  const isNewAgain = isAdmitted && !left.isRepeatable;
  const again = isNewAgain && counts.queued > 0 && !left.isUnread ? '. The same command again would be a new message.' : '';
  return failAfter(error, left.tally, {
    hint: `${stopHint(left)}${again}`,
    retryable: error.retryable && !isNewAgain,
    details: { queued: counts.queued },
  });
}

type After = { readonly hint: string; readonly retryable: boolean; readonly details: ErrorDetails };

/** The same error, with what to do now. What became of the messages gives the exit code, where it has one; a stop on request keeps its own. */
export function failAfter(error: AppError, tally: Tally, { hint: next, retryable, details }: After): AppError {
  return fail(error.code, {
    message: error.message,
    hint: [...(error.hint === undefined ? [] : [error.hint]), next].join(' '),
    details: { ...error.details, ...details },
    cause: error.cause,
    exit: error.code === 'interrupted' ? error.exit : exitCodeOfTally(tally) || error.exit,
    retryable,
  });
}

// Go on where something is left to do, and otherwise look at what left.
function stopHint({ tally: { counts }, resume, isUnread, look }: Left): string {
  if (isUnread || counts.queued > 0) return `${isUnread ? 'Not all recipients were looked at. ' : ''}Go on with: ${resume}`;
  return counts.accepted + counts.unknown > 0
    ? `Nothing is left to send; ${look} shows what becomes of what left.`
    : 'All that was begun is done.';
}

/** Says that a stop waits for answers, and how to end that: until then nothing else would be heard of it. */
export function tellStopping(app: Pick<App, 'config' | 'io' | 'interrupted'>): (underWay: number) => void {
  return (underWay) => {
    const requests = underWay === 1 ? '1 request is' : `${underWay} requests are`;
    const end = app.interrupted.aborted ? 'A second Ctrl-C ends' : 'Ctrl-C twice ends';
    hint(
      app,
      `${requests} under way: waiting for the answers, at most ${REQUEST_DEADLINE_MS / SECOND_MS} s. ${end} it at once, with their outcome unknown.`,
    );
  };
}
