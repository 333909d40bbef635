// What came back from one HTTP request: an answer, or its loss with the one fact that matters then: whether any byte of the request had left.

import { REQUEST_DEADLINE_MS } from '../../ports/transport.ts';

/** How a request got lost. Only with `not_connected` it surely never left; with all others the provider may have done what was asked. */
export type LossReason = 'not_connected' | 'no_answer' | 'connection_lost' | 'not_understood';

/** `body` is all of it, as UTF-8. `detail` of a loss is the system's own code (`ECONNREFUSED`), for people. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly retryAfter: string | null;
      readonly date: string | null;
      readonly body: string;
    }
  | { readonly kind: 'lost'; readonly reason: LossReason; readonly detail: string };

/** How long things may take, and how much an answer may hold. */
export type Limits = { readonly requestMs: number; readonly connectMs: number; readonly answerBytesMax: number };

/** What the transport uses. An answer to a send has about 250 bytes, a page of 100 templates about 200 kB. */
export const LIMITS: Limits = { requestMs: REQUEST_DEADLINE_MS, connectMs: 10_000, answerBytesMax: 1_048_576 };

/** An idle connection is closed after so long, before the other side does: a request on one that is closed there is lost, and its outcome unknown. */
export const KEEP_ALIVE_MS = 4_000;

const OVERSIZED = new Set(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW']);

/** The loss that an error of the HTTP client means. The message of the error is not kept: it may quote the request. */
export function toLoss(error: unknown, hasLeft: boolean): Reply {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  const detail = typeof code === 'string' ? code : name === 'HTTPParserError' ? 'HPE_INVALID' : 'closed';
  return lost(hasLeft ? reasonOf(detail) : 'not_connected', detail);
}

/** A loss. */
export function lost(reason: LossReason, detail: string): Reply {
  return { kind: 'lost', reason, detail };
}

// HPE_* are the codes of the HTTP parser (undici's error of that name may have none): what came is no HTTP.
function reasonOf(code: string): LossReason {
  return OVERSIZED.has(code) || code.startsWith('HPE_') ? 'not_understood' : 'connection_lost';
}
