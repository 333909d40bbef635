// A queue ordered by time: a binary heap in which equal times keep the order in which they came.

import type { Instant } from '../values/time.ts';

export type DueQueue<Item> = {
  readonly add: (at: Instant, item: Item) => void;
  /** Takes out everything that is due, earliest first. */
  readonly takeDue: (now: Instant) => readonly Item[];
  /** When the next one is due; null when there is none. */
  readonly nextAt: () => Instant | null;
  readonly clear: () => void;
};

type Entry<Item> = { readonly at: Instant; readonly sequence: number; readonly item: Item };

/** An empty queue. */
export function createDueQueue<Item>(): DueQueue<Item> {
  const heap: Entry<Item>[] = [];
  let sequence = 0;
  return {
    add: (at, item) => {
      sequence += 1;
      heap.push({ at, sequence, item });
      rise(heap, heap.length - 1);
    },
    takeDue: (now) => {
      const due: Item[] = [];
      for (let first = heap[0]; first !== undefined && first.at <= now; first = heap[0]) {
        due.push(first.item);
        removeFirst(heap);
      }
      return due;
    },
    nextAt: () => heap[0]?.at ?? null,
    clear: () => void heap.splice(0),
  };
}

function rise<Item>(heap: Entry<Item>[], from: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!swapped(heap, parent, index)) return;
    index = parent;
  }
}

function removeFirst<Item>(heap: Entry<Item>[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  let index = 0;
  for (;;) {
    const child = smallerChild(heap, index);
    if (child === null || !swapped(heap, index, child)) return;
    index = child;
  }
}

function smallerChild<Item>(heap: readonly Entry<Item>[], index: number): number | null {
  const [left, right] = [heap[index * 2 + 1], heap[index * 2 + 2]];
  if (left === undefined) return null;
  return right !== undefined && isBefore(right, left) ? index * 2 + 2 : index * 2 + 1;
}

// Puts the earlier one of a parent and its child above; true when they changed places.
function swapped<Item>(heap: Entry<Item>[], parent: number, child: number): boolean {
  const [above, below] = [heap[parent], heap[child]];
  if (above === undefined || below === undefined || !isBefore(below, above)) return false;
  heap[parent] = below;
  heap[child] = above;
  return true;
}

function isBefore<Item>(left: Entry<Item>, right: Entry<Item>): boolean {
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}
