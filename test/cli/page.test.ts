// Pages of short lists.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPage } from '../../src/cli/page.ts';

describe('toPage', () => {
  const keyOf = (item: string): string => item;

  it('shows every item once, whatever the size of the page', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 20 }), fc.integer({ min: 1, max: 7 }), (items, limit) => {
        const shown: string[] = [];
        let after: string | null = null;
        do {
          const page: { items: readonly string[]; next: string | null } = toPage(items, { limit, after }, keyOf);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          shown.push(...page.items);
          after = page.next;
        } while (after !== null);
        expect(shown).toEqual(items);
      }),
    );
  });

  it('has no next after the last item', () => {
    expect(toPage(['a', 'b'], { limit: 2, after: null }, keyOf)).toEqual({ items: ['a', 'b'], next: null });
    expect(toPage([], { limit: 2, after: null }, keyOf)).toEqual({ items: [], next: null });
  });

  it('refuses a cursor that is not in the list', () => {
    expect(() => toPage(['a'], { limit: 2, after: 'x' }, keyOf)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});
