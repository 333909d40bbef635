// The lines of a dispatch journal: a title with the boot, `W` for a request that is about to leave, `R` for what came back.

import { BACKOFF_SCOPES, type Delivery, type OutgoingMessage } from '../ports/transport.ts';
import type { MessageId } from '../values/id.ts';
import { toInstant } from '../values/time.ts';

/** What a journal says of a worker's requests. */
export type JournalRecord = {
  /** False where no byte of it was handed over; true also where the journal does not say so for certain. */
  readonly mayHaveLeft: (request: Request) => boolean;
  /** Null where nothing came back, or it was not noted. */
  readonly answerTo: (request: Request) => Delivery | null;
};

type Request = Pick<OutgoingMessage, 'id' | 'attempt'>;

/** The first line of a journal of that boot; null where the boot has no name. */
export function titleLine(boot: string | null): string | null {
  return boot === null || boot.trim() === '' ? null : `tollbell journal 1 ${boot.trim()}\n`;
}

/** The line of a request that is about to leave. */
export function lineOfLeaving({ id, attempt }: Request): string {
  return `W ${id} ${attempt}\n`;
}

/** The line of what came back. Statuses that came with the answer are left out: they come again. */
export function lineOfAnswer({ messageId, attempt, kind, at, providerId, error, retryAfterMs, backoff }: Delivery): string {
  const said = error === null ? '' : ` ${backoff} ${retryAfterMs ?? '-'} ${JSON.stringify(error)}`;
  return `R ${messageId} ${attempt} ${kind} ${at} ${providerId ?? '-'}${said}\n`;
}

/** The message that a line is about. */
export function messageOf(line: string): string {
  return line.split(' ', 2)[1] ?? '';
}

const LEAVING = /^W (\S+) (\d+)$/;
const ANSWER = /^R (\S+) (\d+) (accepted|rejected|retry|unknown) (\d+) (\S+)(?: (\w+) (\d+|-) (\{.*\}))?$/;

/**
 * Reads a journal; null where it has another title. The last line may be torn. A line that means nothing makes the whole doubtful: what is not there may have left
 * all the same.
 */
export function parseJournal(text: string, title: string): JournalRecord | null {
  if (!text.startsWith(title)) return null;
  const left = new Set<string>();
  const answers = new Map<string, Delivery>();
  let isWhole = true;
  for (const line of text.slice(title.length).split('\n').slice(0, -1)) {
    if (line === '') continue; // one before it was cut short
    const leaving = LEAVING.exec(line);
    const delivery = leaving === null ? parseAnswer(line) : null;
    if (leaving !== null) left.add(`${leaving[1]} ${leaving[2]}`);
    else if (delivery !== null) answers.set(keyOf({ id: delivery.messageId, attempt: delivery.attempt }), delivery);
    else isWhole = false;
  }
  return {
    mayHaveLeft: (request) => !isWhole || left.has(keyOf(request)),
    answerTo: (request) => answers.get(keyOf(request)) ?? null,
  };
}

function keyOf({ id, attempt }: Request): string {
  return `${id} ${attempt}`;
}

function parseAnswer(line: string): Delivery | null {
  const [, id, attempt, kind, at, providerId, scope, retryAfter, said] = ANSWER.exec(line) ?? [];
  if (id === undefined) return null;
  const error = said === undefined ? null : parseError(said);
  if (error === undefined) return null;
  return {
    messageId: id as MessageId,
    attempt: Number(attempt),
    kind: kind as Delivery['kind'],
    at: toInstant(Number(at)),
    providerId: providerId === '-' || providerId === undefined ? null : providerId,
    error,
    retryAfterMs: retryAfter === undefined || retryAfter === '-' ? null : Number(retryAfter),
    backoff: BACKOFF_SCOPES.find((known) => known === scope) ?? 'message',
    later: [],
  };
}

function parseError(text: string): Delivery['error'] | undefined {
  try {
    const { code, title } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return typeof code === 'string' && typeof title === 'string' ? { code, title } : undefined;
  } catch {
    return undefined;
  }
}
