// Many sends at a time, by undici: one request on each connection, never sent twice, no redirect followed. The package is loaded here and nowhere else.

import type { Dispatcher } from 'undici';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { type Endpoint, headersOf } from './endpoint.ts';
import { KEEP_ALIVE_MS, type Limits, lost, type Reply, toLoss } from './reply.ts';

export type Bulk = {
  /** Begins one POST; one of `settle` and `refuse` is called, once. */
  readonly post: (request: PostRequest, ends: Ends) => void;
  /** Closes the connections after the requests in flight. */
  readonly close: () => Promise<void>;
};

/** The path with its version, and the body as JSON. */
export type PostRequest = { readonly path: string; readonly body: string };

/** What is to be done when the request is about to leave, and when it is over. */
export type Ends = {
  /** Called when the connection stands, before the first byte is written. Where it throws, nothing is. */
  readonly leave: () => void;
  /** Takes what came back. */
  readonly settle: (reply: Reply) => void;
  /** Takes what `leave` threw, or what kept the HTTP client from being loaded. */
  readonly refuse: (error: unknown) => void;
};

export type BulkOptions = { readonly connections: number; readonly limits: Limits };

/** A pool on the endpoint. It connects when it is first used. */
export async function openBulk(endpoint: Endpoint, { connections, limits }: BulkOptions): Promise<Bulk> {
  const { Pool } = await import('undici');
  const pool = new Pool(endpoint.origin, {
    connections,
    pipelining: 1,
    allowH2: false, // one connection would carry many requests, and its end would make all of them unknown
    connect: { timeout: limits.connectMs },
    headersTimeout: 0, // ours is `deadlines`
    bodyTimeout: 0,
    maxResponseSize: limits.answerBytesMax,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const headers = Object.entries(headersOf(endpoint, 'application/json')).flat(); // undici takes a flat list fastest
  const deadlines = createDeadlines(limits.requestMs);
  return {
    post: ({ path, body }, ends) => void pool.dispatch({ path, method: 'POST', headers, body }, new Answering(ends, deadlines)),
    close: () => pool.close(),
  };
}

// A class, because there is one for each message: nothing is allocated but its fields.
class Answering implements Dispatcher.DispatchHandler {
  readonly #ends: Ends;
  readonly #deadlines: Deadlines;
  #deadline: number | null = null; // once it has left
  #loss: Reply | null = null;
  #refusal: { readonly error: unknown } | null = null;
  #status = 0;
  #retryAfter: string | null = null;
  #chunks: Buffer[] = [];

  constructor(ends: Ends, deadlines: Deadlines) {
    this.#ends = ends;
    this.#deadlines = deadlines;
  }

  // Called when the connection stands, just before the first byte is written. undici's contract lets it begin a request anew; ours does not.
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#deadline !== null) return this.#giveUp(controller, lost('connection_lost', 'not sent again'));
    try {
      this.#ends.leave();
    } catch (error) {
      this.#refusal = { error };
      return controller.abort(new Error('not noted'));
    }
    this.#deadline = this.#deadlines.begin(() => this.#giveUp(controller, lost('no_answer', 'ETIMEDOUT')));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    const { 'retry-after': retryAfter } = headers;
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : null;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#over();
    const body = (this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks))?.toString('utf8') ?? '';
    this.#ends.settle({ kind: 'answer', status: this.#status, retryAfter: this.#retryAfter, date: null, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#over();
    if (this.#refusal !== null) this.#ends.refuse(this.#refusal.error);
    else this.#ends.settle(this.#loss ?? toLoss(error, this.#deadline !== null));
  }

  #over(): void {
    if (this.#deadline !== null) this.#deadlines.end(this.#deadline);
  }

  #giveUp(controller: Dispatcher.DispatchController, loss: Reply): void {
    this.#loss = loss;
    controller.abort(new Error('given up'));
  }
}
