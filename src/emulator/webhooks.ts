// The queue of webhooks: what is due together goes in one signed post, several posts at once, and again until the receiver says 200.

import { DAY_MS, formatInstant, type Instant, SECOND_MS, toInstant } from '../values/time.ts';
import type { Json } from './answer.ts';
import type { Timeline } from './clock.ts';
import { signatureOf, toWireJson } from './signer.ts';
import { type Change, type StatusValues, statusesChange, webhookBody, type WebhookSource } from './webhook-body.ts';
import type { Poster } from './webhook-post.ts';

/** How far the webhook of an event has come, as `message_history` tells it. */
export type WebhookState = 'PENDING' | 'DELIVERED' | 'FAILED' | 'RETRYING';

export type WebhookEvent = {
  readonly content: { readonly status: StatusValues } | { readonly change: Change };
  readonly onState?: (state: WebhookState) => void;
};

export type Webhooks = {
  /** Posts the event soon; forgets it where no receiver is set. */
  readonly enqueue: (event: WebhookEvent) => void;
  /** Sends everything from now on there, also what is waiting to be tried again. The handshake goes out; its end is in `summary`. */
  readonly setUrl: (url: string | null) => void;
  /** Resolves when no post is under way. */
  readonly settled: () => Promise<void>;
  readonly summary: () => Json;
  /** The last posts, newest last. */
  readonly log: () => readonly Json[];
  readonly clear: () => void;
  readonly close: () => Promise<void>;
};

type WebhookParts = {
  readonly timeline: Pick<Timeline, 'now' | 'schedule'>;
  readonly source: WebhookSource;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly batchMax: () => number;
  readonly retryForMs: () => number;
  /** The wire, for `POSTS_AT_ONCE` posts. */
  readonly poster: Poster;
};

type Post = {
  readonly body: string;
  readonly signature: string;
  readonly events: readonly WebhookEvent[];
  readonly firstAt: Instant;
  attempt: number;
};

/** The provider delivers concurrently; more connections than this gain nothing on one machine. */
export const POSTS_AT_ONCE = 8;
const LOG_MAX = 200;

type Desk = {
  readonly parts: WebhookParts;
  readonly counts: { delivered: number; retried: number; given_up: number };
  readonly log: Json[];
  readonly waiting: WebhookEvent[];
  readonly repeats: Post[];
  /** Posts whose next attempt is not due yet. */
  readonly later: Set<Post>;
  readonly onSettled: (() => void)[];
  url: string | null;
  verified: boolean | null;
  underWay: number;
  isFlushing: boolean;
};

/** An empty queue without a receiver. */
export function createWebhooks(parts: WebhookParts): Webhooks {
  const desk: Desk = {
    parts,
    counts: { delivered: 0, retried: 0, given_up: 0 },
    log: [],
    waiting: [],
    repeats: [],
    later: new Set(),
    onSettled: [],
    url: null,
    verified: null,
    underWay: 0,
    isFlushing: false,
  };
  return {
    enqueue: (event) => {
      if (desk.url === null) return;
      desk.waiting.push(event);
      flushSoon(desk);
    },
    setUrl: (url) => {
      Object.assign(desk, { url, verified: null });
      if (url !== null) void verify(desk, url);
    },
    settled: () => (desk.underWay === 0 ? Promise.resolve() : new Promise((resolve) => desk.onSettled.push(resolve))),
    summary: () => ({
      url: desk.url,
      verified: desk.verified,
      waiting: desk.waiting.length + eventsToRepeat(desk),
      retrying: eventsToRepeat(desk),
      posts: { under_way: desk.underWay, ...desk.counts },
    }),
    log: () => desk.log,
    clear: () => {
      for (const list of [desk.waiting, desk.repeats, desk.log]) list.splice(0);
      desk.later.clear();
      Object.assign(desk.counts, { delivered: 0, retried: 0, given_up: 0 });
      desk.isFlushing = false; // what would have done it was forgotten too
    },
    close: async () => {
      desk.url = null;
      for (const resolve of desk.onSettled.splice(0)) resolve();
      await parts.poster.close();
    },
  };
}

function eventsToRepeat({ repeats, later }: Desk): number {
  return [...repeats, ...later].reduce((sum, { events }) => sum + events.length, 0);
}

// What becomes due at the same moment is queued before the flush runs, and so goes out together.
function flushSoon(desk: Desk): void {
  if (desk.isFlushing) return;
  desk.isFlushing = true;
  const { timeline } = desk.parts;
  timeline.schedule(timeline.now(), () => {
    desk.isFlushing = false;
    flush(desk);
  });
}

function flush(desk: Desk): void {
  for (let room = POSTS_AT_ONCE - desk.underWay; room > 0; room -= 1) {
    const post = desk.repeats.shift() ?? toPost(desk.parts, desk.waiting.splice(0, desk.parts.batchMax()));
    if (post === null) break;
    void send(desk, post);
  }
  if (desk.underWay === 0) for (const resolve of desk.onSettled.splice(0)) resolve();
}

function toPost({ source, timeline, appSecret }: WebhookParts, events: readonly WebhookEvent[]): Post | null {
  if (events.length === 0) return null;
  const at = timeline.now();
  const body = toWireJson(webhookBody(source, changesOf(source, events), at));
  return { body, signature: signatureOf(body, appSecret), events, firstAt: at, attempt: 0 };
}

async function send(desk: Desk, post: Post): Promise<void> {
  const { url, log, parts } = desk;
  if (url === null) return;
  desk.underWay += 1;
  post.attempt += 1;
  const at = parts.timeline.now();
  const { status, error } = await parts.poster.post(url, post.body, post.signature);
  desk.underWay -= 1;
  const { attempt, signature, body, events } = post;
  log.push({ at: formatInstant(at), url, attempt, events: events.length, status, error, signature, body });
  if (log.length > LOG_MAX) log.shift();
  conclude(desk, post, { status, at });
  flush(desk);
}

function conclude(desk: Desk, post: Post, { status, at }: { readonly status: number | null; readonly at: Instant }): void {
  const againAt = toInstant(at + retryDelayMs(post.attempt));
  const isGivenUp = status !== 200 && againAt - post.firstAt > desk.parts.retryForMs();
  const [state, count] = STATES[status === 200 ? 'taken' : isGivenUp ? 'givenUp' : 'repeated'];
  desk.counts[count] += 1;
  for (const { onState } of post.events) onState?.(state);
  if (state !== 'RETRYING') return;
  desk.later.add(post);
  desk.parts.timeline.schedule(againAt, () => {
    desk.later.delete(post);
    desk.repeats.push(post);
    flushSoon(desk);
  });
}

const STATES = {
  taken: ['DELIVERED', 'delivered'],
  givenUp: ['FAILED', 'given_up'],
  repeated: ['RETRYING', 'retried'],
} as const;

async function verify(desk: Desk, url: string): Promise<void> {
  const { timeline, verifyToken, poster } = desk.parts;
  desk.underWay += 1;
  const challenge = String(Math.floor(timeline.now() / 7) % 1e10);
  const isVerified = await poster.verify(url, verifyToken, challenge);
  desk.underWay -= 1;
  if (desk.url === url) desk.verified = isVerified;
  flush(desk);
}

/** "Immediately, then with decreasing frequency": 0 s, 1 s, 2 s, 4 s … up to once a day. */
function retryDelayMs(attempt: number): number {
  return attempt === 1 ? 0 : Math.min(2 ** (attempt - 2) * SECOND_MS, DAY_MS);
}

// All statuses in one change, everything else in changes of its own.
function changesOf(source: WebhookSource, events: readonly WebhookEvent[]): readonly Change[] {
  const statuses = events.flatMap(({ content }) => ('status' in content ? [content.status] : []));
  const others = events.flatMap(({ content }) => ('change' in content ? [content.change] : []));
  return [...(statuses.length === 0 ? [] : [statusesChange(source, statuses)]), ...others];
}
