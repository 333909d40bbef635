// What a reply means for the message: accepted, rejected, retry or unknown, by a table over the provider's error codes. The HTTP status decides nothing:
// the provider itself says that it is not to be relied on.

import { type ErrorAction, providerError } from '../../catalog/provider-errors.ts';
import type { ProviderError } from '../../domain/outcome.ts';
import { type AppError, fail } from '../../errors.ts';
import { type BackoffScope, type Delivery, NOT_CONNECTED, type OutgoingMessage } from '../../ports/transport.ts';
import type { Instant } from '../../values/time.ts';
import { type GraphError, graphErrorOf, isFields, parseDocument } from './graph-error.ts';
import { parseRetryAfter } from './http-date.ts';
import type { LossReason, Reply } from './reply.ts';

/** The request that a reply belongs to. `token` is what no error may show. */
export type Asked = { readonly message: Pick<OutgoingMessage, 'id' | 'attempt'>; readonly at: Instant; readonly token: string };

const LOSSES: Readonly<Record<LossReason, string>> = {
  not_connected: 'No connection to the provider',
  no_answer: 'The provider took the request and did not answer in time',
  connection_lost: 'The connection broke before the answer was complete',
  not_understood: 'The answer is none of the API',
};

/** Why a token is refused: expired, withdrawn, without the permission, or without the proof that the app demands. 200 to 299 belong here too. */
const TOKEN_CODES = new Set([0, 3, 10, 104, 190]);

/** What stops a sender as a whole: restricted or locked, wrong or unregistered number, no display name, nobody who pays, a limit as a punishment. */
const SENDER_CODES = new Set([33, 368, 131005, 131031, 131037, 131042, 131045, 131064, 133000, 133005, 133006, 133010, 141010]);

/** How far a throttle reaches; what is not here reaches only the message. */
const SCOPES: Readonly<Record<number, BackoffScope>> = {
  131056: 'pair',
  132001: 'template',
  132015: 'template',
  130429: 'number',
  131048: 'number',
  131057: 'number',
  133008: 'number',
  133009: 'number',
  133015: 'number',
  133016: 'number',
  2494100: 'number',
  4: 'account',
  17: 'account',
  32: 'account',
  341: 'account',
  613: 'account',
  80007: 'account',
};

/** What became of a message. An AppError where the sender can send nothing at all; this message then surely was not sent. */
export function decideDelivery(asked: Asked, reply: Reply): Delivery | AppError {
  if (reply.kind === 'lost') return lostDelivery(asked, reply.reason, reply.detail);
  const { status, body } = reply;
  if (status >= 300 && status <= 399) return unknown(asked, 'redirected', `The provider answered with a redirect (${status})`);
  const document = parseDocument(body);
  const providerId = providerIdOf(document);
  const error = graphErrorOf(document, asked.token);
  if (providerId !== null && document?.['error'] === undefined && status >= 200 && status <= 299) return accepted(asked, providerId);
  if (error === null || providerId !== null) return unknown(asked, 'not_understood', `${LOSSES.not_understood} (HTTP ${status})`);
  return refused(asked, error, reply.retryAfter);
}

/** True for the codes that a refused token has. */
export function isTokenCode(code: number): boolean {
  return TOKEN_CODES.has(code) || (code >= 200 && code <= 299);
}

/** What is to be done about an error. One that is not in the table refuses the request, unless it calls itself transient. */
export function actionOf({ code, isTransient }: GraphError): ErrorAction {
  return providerError(code)?.action ?? (isTransient ? 'retry' : 'never');
}

/** The error of a sender whose token was refused. */
export function tokenRejected({ code, words }: GraphError): AppError {
  return fail('token_rejected', {
    message: `The provider refused the access token (${code}): ${words}`,
    hint: 'Renew the token or its permissions where the sender takes it from. Nothing was sent; what was admitted waits for tollbell dispatch.',
    details: { code: String(code), title: words },
  });
}

// Nothing was sent when the provider answers with an error, so every one of these ways is safe from a second message.
function refused(asked: Asked, error: GraphError, retryAfter: string | null): Delivery | AppError {
  const { code, subcode, words } = error;
  if (isTokenCode(code)) return tokenRejected(error);
  // 100 with subcode 33: the number's id does not exist, or the token does not reach it.
  if (SENDER_CODES.has(code) || (code === 100 && subcode === 33)) return senderRejected(error);
  const said = { code: String(code), title: words };
  const action = actionOf(error);
  if (action !== 'retry' && action !== 'backoff') return { ...ended(asked, 'rejected'), error: said };
  const retryAfterMs = parseRetryAfter(retryAfter, asked.at);
  return { ...ended(asked, 'retry'), error: said, retryAfterMs, backoff: SCOPES[code] ?? 'message' };
}

function senderRejected({ code, words }: GraphError): AppError {
  return fail('provider_rejected', {
    message: `The provider lets this sender send nothing (${code}): ${words}`,
    hint: 'tollbell sender check tells what is wrong. What was not sent stays queued.',
    details: { code: String(code), title: words },
  });
}

// No connection is no fault of the message: the whole sender waits, and the message stays queued.
function lostDelivery(asked: Asked, reason: LossReason, detail: string): Delivery {
  const title = `${LOSSES[reason]} (${detail})`;
  if (reason !== NOT_CONNECTED) return unknown(asked, reason, title);
  return { ...ended(asked, 'retry'), error: { code: reason, title }, backoff: 'number' };
}

function unknown(asked: Asked, code: string, title: string): Delivery {
  const error: ProviderError = { code, title };
  return { ...ended(asked, 'unknown'), error };
}

// `held_for_quality_assessment` and `paused` in message_status are accepted too: a status tells later what became of the message.
function accepted(asked: Asked, providerId: string): Delivery {
  return { ...ended(asked, 'accepted'), providerId };
}

function ended({ message: { id, attempt }, at }: Asked, kind: Delivery['kind']): Delivery {
  return { messageId: id, attempt, kind, at, providerId: null, error: null, retryAfterMs: null, backoff: 'message', later: [] };
}

// Checked by hand: this runs for every message. An id that could act on a terminal or fill a store is none.
function providerIdOf(document: ReturnType<typeof parseDocument>): string | null {
  const messages = document?.['messages'];
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined;
  const id = isFields(first) ? first['id'] : undefined;
  return typeof id === 'string' && /^[\u0021-\u007e]{1,512}$/.test(id) ? id : null;
}
