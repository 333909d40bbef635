// Many sends at a time, by undici: one request on each connection, never sent twice, no redirect followed. The package is loaded here and nowhere else.

import type { Dispatcher } from 'undici';
import { type Endpoint, headersOf } from './endpoint.ts';
import { KEEP_ALIVE_MS, type Limits, lost, type Reply, toLoss } from './reply.ts';

export type Bulk = {
  /** Begins one POST; `settle` is called once, with what came back. */
  readonly post: (request: PostRequest, settle: (reply: Reply) => void) => void;
  /** Closes the connections after the requests in flight. */
  readonly close: () => Promise<void>;
};

/** The path with its version, and the body as JSON. */
export type PostRequest = { readonly path: string; readonly body: string };

export type BulkOptions = { readonly connections: number; readonly limits: Limits };

/** A pool on the endpoint. It connects when it is first used. */
export async function openBulk(endpoint: Endpoint, { connections, limits }: BulkOptions): Promise<Bulk> {
  const { Pool } = await import('undici');
  const pool = new Pool(endpoint.origin, {
    connections,
    pipelining: 1,
    allowH2: false, // one connection would carry many requests, and its end would make all of them unknown
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.requestMs,
    bodyTimeout: limits.requestMs,
    maxResponseSize: limits.answerBytesMax,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const headers = Object.entries(headersOf(endpoint, 'application/json')).flat(); // undici takes a flat list fastest
  return {
    post: ({ path, body }, settle) => void pool.dispatch({ path, method: 'POST', headers, body }, new Answering(settle, limits)),
    close: () => pool.close(),
  };
}

/** Informational answers (103 and the like) before the real one; each of them starts the wait for it anew. */
const EARLY_ANSWERS_MAX = 4;

// A class, because there is one for each message: nothing is allocated but its fields.
class Answering implements Dispatcher.DispatchHandler {
  readonly #settle: (reply: Reply) => void;
  readonly #limits: Limits;
  #hasLeft = false;
  #loss: Reply | null = null;
  #early = 0;
  #status = 0;
  #retryAfter: string | null = null;
  #chunks: Buffer[] = [];

  constructor(settle: (reply: Reply) => void, limits: Limits) {
    this.#settle = settle;
    this.#limits = limits;
  }

  // Called when the connection stands, just before the first byte is written. undici's contract lets it begin a request anew; ours does not.
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#hasLeft) return this.#abort(controller, lost('connection_lost', 'not sent again'));
    this.#hasLeft = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    const { 'retry-after': retryAfter } = headers;
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : null;
    if (status < 200 && ++this.#early > EARLY_ANSWERS_MAX) this.#abort(controller, lost('not_understood', `HTTP ${status}`));
  }

  // undici's deadline starts anew with each chunk. An answer has one; where more come, all of them together get one more deadline.
  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#chunks.push(chunk) !== 2) return;
    AbortSignal.timeout(this.#limits.requestMs).addEventListener('abort', () => this.#abort(controller, lost('no_answer', 'ETIMEDOUT')));
  }

  onResponseEnd(): void {
    const body = (this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks))?.toString('utf8') ?? '';
    this.#settle({ kind: 'answer', status: this.#status, retryAfter: this.#retryAfter, date: null, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle(this.#loss ?? toLoss(error, this.#hasLeft));
  }

  #abort(controller: Dispatcher.DispatchController, loss: Reply): void {
    this.#loss = loss;
    controller.abort(new Error('given up'));
  }
}
