// Pages of the short lists that the store gives whole: templates, senders, cards, budgets. Long lists are cut by the store.

import { fail } from '../errors.ts';
import type { Page, PageRequest } from '../ports/store/directory.ts';

/** At most `limit` items after the cursor. The cursor is the key of an item; keys must be unique. Throws `invalid_input` for an unknown one. */
export function toPage<Item>(items: readonly Item[], { limit, after }: PageRequest, keyOf: (item: Item) => string): Page<Item> {
  const before = after === null ? -1 : items.findIndex((item) => keyOf(item) === after);
  if (after !== null && before === -1) throw unknownCursor(after);
  const page = items.slice(before + 1, before + 1 + limit);
  const last = page.at(-1);
  return { items: page, next: last !== undefined && before + 1 + limit < items.length ? keyOf(last) : null };
}

/** The error for a cursor that no item of the list is. */
export function unknownCursor(after: string): Error {
  return fail('invalid_input', {
    message: `after: the list has no item '${after}'.`,
    hint: 'Take the cursor from `next` of the page before, or begin again without it.',
    details: { option: 'after' },
  });
}
