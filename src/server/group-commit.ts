// Group commit: posts that come at the same time share one transaction, because a commit costs the same for one event as for a thousand. Each is answered when
// all that it brought is committed.

import { AppError, fail } from '../errors.ts';

type Post<Item, Result> = {
  readonly items: readonly Item[];
  readonly results: Result[];
  /** How many of its items were taken into a transaction. */
  taken: number;
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
};

export type GroupCommit<Item, Result> = {
  /** Resolves after the commit with one result per item. Rejects with `store_busy` at once where too much waits, and with what the commit threw. */
  readonly submit: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** How many items wait or are being written. */
  readonly waiting: () => number;
  /** Resolves when nothing waits any more. */
  readonly drained: () => Promise<void>;
};

export type GroupPlan<Item, Result> = {
  /** Writes items in one transaction; one result per item, in order. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** How many items one transaction takes. */
  readonly itemsMax: number;
  /** With more than this waiting, posts are turned away. One post alone is always taken. */
  readonly waitingMax: number;
  /** Lets the process read what has come in the meantime. */
  readonly yield: () => Promise<void>;
};

/** While more comes in, it is waited for so often: each time costs a few microseconds, and a commit saved is worth a hundred times that. */
const YIELDS_MAX = 4;

/** Makes a queue. Nothing runs while it is empty. */
export function createGroupCommit<Item, Result>(plan: GroupPlan<Item, Result>): GroupCommit<Item, Result> {
  const queue: Post<Item, Result>[] = [];
  let waiting = 0;
  let running: Promise<void> | undefined;

  // Once before every commit, however much waits: a commit blocks the process, and with a backlog nobody else would get a turn.
  const gather = async (): Promise<void> => {
    await plan.yield();
    for (let count = 1, before = -1; count < YIELDS_MAX && waiting > before && waiting < plan.itemsMax; count += 1) {
      before = waiting;
      await plan.yield();
    }
  };
  const settle = (post: Post<Item, Result>): void => {
    queue.splice(queue.indexOf(post), 1);
    waiting -= post.items.length;
  };
  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      await gather();
      for (const { post, error } of await commitOnce(plan, queue)) {
        settle(post);
        if (error === undefined) post.resolve(post.results);
        else post.reject(error);
      }
    }
    running = undefined;
  };
  return {
    submit: (items) => {
      if (queue.length > 0 && waiting + items.length > plan.waitingMax) {
        return Promise.reject(fail('store_busy', { message: 'More has come than can be written now.', hint: 'Send it again later.' }));
      }
      const { promise, resolve, reject } = withResolvers<readonly Result[]>();
      queue.push({ items, results: [], taken: 0, resolve, reject });
      waiting += items.length;
      running ??= run();
      return promise;
    },
    waiting: () => waiting,
    drained: async () => running,
  };
}

type Ended<Item, Result> = { readonly post: Post<Item, Result>; readonly error: unknown };
type Share<Item, Result> = { readonly post: Post<Item, Result>; readonly items: readonly Item[] };

// One transaction with the first posts of the queue, as many as it takes; the last may be taken in part. Returns the posts that are over.
async function commitOnce<Item, Result>(
  plan: GroupPlan<Item, Result>,
  queue: readonly Post<Item, Result>[],
): Promise<readonly Ended<Item, Result>[]> {
  const shares: Share<Item, Result>[] = [];
  let room = plan.itemsMax;
  for (const post of queue) {
    if (room === 0) break;
    const items = post.items.slice(post.taken, post.taken + room);
    shares.push({ post, items });
    room -= items.length;
  }
  const error = await commitShares(plan, shares);
  // It waited for the store as long as may be; whoever stands behind would only wait as long again.
  if (isForAll(error)) return queue.map((post) => ({ post, error }));
  if (error === undefined || shares.length === 1) return endedOf(shares, error);
  // Something in one of them cannot be written: each by itself, so that it costs no neighbour.
  const ended: Ended<Item, Result>[] = [];
  for (const share of shares) {
    await plan.yield();
    ended.push(...endedOf([share], await commitShares(plan, [share])));
  }
  return ended;
}

async function commitShares<Item, Result>(plan: GroupPlan<Item, Result>, shares: readonly Share<Item, Result>[]): Promise<unknown> {
  try {
    const results = await plan.commit(shares.flatMap(({ items }) => items));
    let from = 0;
    for (const { post, items } of shares) {
      for (let index = 0; index < items.length; index += 1) post.results.push(results[from + index] as Result);
      from += items.length;
      post.taken += items.length;
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

function endedOf<Item, Result>(shares: readonly Share<Item, Result>[], error: unknown): readonly Ended<Item, Result>[] {
  return shares.filter(({ post }) => error !== undefined || post.taken === post.items.length).map(({ post }) => ({ post, error }));
}

// The store is busy or full: trying one by one would only take longer.
function isForAll(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}

type Resolvers<Value> = {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
};

// Promise.withResolvers comes with Node 22.
function withResolvers<Value>(): Resolvers<Value> {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
