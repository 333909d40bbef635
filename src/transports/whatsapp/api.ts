// Questions to the provider's office, and their answers as documents. Owns the path from a reply to our errors; what only asks is asked once more when it
// got lost, what changes something never.

import { type AppError, fail } from '../../errors.ts';
import { type Endpoint, headersOf } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { type GraphError, graphErrorOf, parseDocument } from './graph-error.ts';
import { actionOf, isTokenCode, tokenRejected } from './outcome.ts';
import type { Reply } from './reply.ts';

type Document = Readonly<Record<string, unknown>>;

export type Question = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** JSON, or bytes with their content type. */
  readonly body?: Document | { readonly bytes: Uint8Array; readonly contentType: string };
  readonly deadlineMs?: number;
};

/** A document, and the error that it holds, if it does. `date` is the header of that name. */
export type Answer = { readonly document: Document; readonly error: GraphError | null; readonly date: string | null };

export type Api = {
  /** The answer, whatever it says. Throws `provider_unreachable` where there is none. */
  readonly ask: (question: Question) => Promise<Answer>;
  /** The document of an answer without an error. Throws for an error as the port of the provider says. */
  readonly demand: (question: Question) => Promise<Document>;
};

/** The office of an endpoint. */
export function createApi(endpoint: Endpoint, exchange: Pick<Exchange, 'request'>): Api {
  const ask = async (question: Question): Promise<Answer> => {
    const isRepeatable = question.method === 'GET';
    const reply = await exchange.request(toRequest(endpoint, question));
    const answer = toAnswer(reply, endpoint.token);
    if (answer !== null && !(isRepeatable && isPassing(answer.error))) return answer;
    const second = isRepeatable ? await exchange.request(toRequest(endpoint, question)) : reply;
    const answered = toAnswer(second, endpoint.token);
    if (answered === null) throw unreachable(second, question);
    return answered;
  };
  const demand = async (question: Question): Promise<Document> => {
    const { document, error } = await ask(question);
    if (error !== null) throw toAppError(error);
    return document;
  };
  return { ask, demand };
}

/** The error of ours that an error of the provider is. */
export function toAppError(error: GraphError): AppError {
  const { code, words } = error;
  if (isTokenCode(code)) return tokenRejected(error);
  const details = { code: String(code), title: words };
  const action = actionOf(error);
  if (action === 'retry' || action === 'backoff') {
    const message = `The provider cannot do it now (${code}): ${words}`;
    return fail('provider_unreachable', { message, hint: 'Try again in a few minutes.', details });
  }
  return fail('provider_rejected', {
    message: `The provider refused (${code}): ${words}`,
    hint: 'Change what it names, then try again.',
    details,
  });
}

function toRequest(endpoint: Endpoint, { method, path, query, body, deadlineMs }: Question): Parameters<Exchange['request']>[0] {
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const sent = body === undefined ? null : isBytes(body) ? body : { bytes: JSON.stringify(body), contentType: 'application/json' };
  return {
    method,
    path: endpoint.path(...path) + search,
    headers: headersOf(endpoint, sent?.contentType ?? null),
    body: sent?.bytes ?? null,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  };
}

function isBytes(body: NonNullable<Question['body']>): body is { readonly bytes: Uint8Array; readonly contentType: string } {
  return body['bytes'] instanceof Uint8Array;
}

// Null for everything that is no answer of the API: a loss, a redirect, HTML.
function toAnswer(reply: Reply, token: string): Answer | null {
  if (reply.kind === 'lost') return null;
  const document = parseDocument(reply.body);
  const error = graphErrorOf(document, token);
  const isSaid = error !== null || (reply.status >= 200 && reply.status <= 299 && document?.['error'] === undefined);
  return document !== undefined && isSaid ? { document, error, date: reply.date } : null;
}

function isPassing(error: GraphError | null): boolean {
  return error !== null && actionOf(error) === 'retry';
}

function unreachable(reply: Reply, { method }: Question): AppError {
  const reason = reply.kind === 'lost' ? `${reply.reason}, ${reply.detail}` : `HTTP ${reply.status}, and not in the form of the API`;
  const mayBeDone = method !== 'GET' && !(reply.kind === 'lost' && reply.reason === 'not_connected');
  return fail('provider_unreachable', {
    message: `The provider gave no answer (${reason}).`,
    hint: mayBeDone
      ? 'It may have done what was asked: look before you ask again.'
      : 'Check the network and the API address of the sender.',
    details: { reason: reply.kind === 'lost' ? reply.reason : 'not_understood' },
  });
}
