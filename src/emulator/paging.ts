// Pages of a list as the Graph gives them: cursors before and after, and the address of the next page.

import { type Answer, type Json, ok, refusal } from './answer.ts';

export type PageRequest = {
  readonly limit?: string | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** The address of this page, with its query. */
  readonly url: string;
};

const LIMIT = 25;

/** The page that is asked for, of items in their order. `keyOf` names an item; error 131059 for a cursor of no item. */
export function pageOf<Item>(
  items: readonly Item[],
  request: PageRequest,
  show: { readonly keyOf: (item: Item) => string; readonly limitMax: number; readonly toJson: (item: Item) => Json },
): Answer {
  const limit = Number(request.limit ?? LIMIT);
  if (!Number.isInteger(limit) || limit < 1) return refusal(100, 'Param limit must be a whole number from 1 on.');
  const size = Math.min(limit, show.limitMax);
  const [after, before] = [placeOf(items, request.after, show.keyOf), placeOf(items, request.before, show.keyOf)];
  if (after === -1 || before === -1) return refusal(131_059, 'The cursor is of no page of this list. Begin again without it.');
  const from = after !== null ? after + 1 : Math.max(0, (before ?? size) - size);
  const end = before !== null && after === null ? before : from + size;
  const page = items.slice(from, end);
  const [first, last] = [page[0], page.at(-1)];
  if (first === undefined || last === undefined) return ok({ data: [] });
  const cursors = { before: cursorOf(show.keyOf(first)), after: cursorOf(show.keyOf(last)) };
  return ok({
    data: page.map(show.toJson),
    paging: {
      cursors,
      ...(from > 0 ? { previous: turned(request.url, 'before', cursors.before) } : {}),
      ...(from + page.length < items.length ? { next: turned(request.url, 'after', cursors.after) } : {}),
    },
  });
}

function placeOf<Item>(items: readonly Item[], cursor: string | undefined, keyOf: (item: Item) => string): number | null {
  return cursor === undefined || cursor === '' ? null : items.findIndex((item) => cursorOf(keyOf(item)) === cursor);
}

function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function turned(url: string, direction: 'after' | 'before', cursor: string): string {
  const next = new URL(url);
  next.searchParams.delete('after');
  next.searchParams.delete('before');
  next.searchParams.set(direction, cursor);
  return next.href;
}
