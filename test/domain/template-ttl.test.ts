// How long a template gives to deliver, and when two say the same of it.

import { expect, it } from 'vitest';
import { DELIVERY_TTL_MS } from '../../src/domain/message.ts';
import { asksForOtherTtl, AUTHENTICATION_TTL_MS, deliveryTtlMs, livesAlike, type TtlFacts } from '../../src/domain/template-ttl.ts';

const of = (category: TtlFacts['category'], ttlSeconds: number | null): TtlFacts => ({ category, ttlSeconds });

it.each([
  ['free form', null, DELIVERY_TTL_MS],
  ['marketing', of('marketing', null), DELIVERY_TTL_MS],
  ['utility', of('utility', null), DELIVERY_TTL_MS],
  ['authentication', of('authentication', null), AUTHENTICATION_TTL_MS],
  ['its own', of('authentication', 30), 30_000],
  ['the longest', of('authentication', -1), DELIVERY_TTL_MS],
  ['more than the longest', of('marketing', Number.MAX_SAFE_INTEGER), DELIVERY_TTL_MS],
])('of %s', (_, template, ttlMs) => {
  expect(deliveryTtlMs(template)).toBe(ttlMs);
});

it('is the same in other words', () => {
  expect(livesAlike(of('utility', null), of('utility', -1))).toBe(true);
  expect(livesAlike(of('utility', -1), of('marketing', 2_592_000))).toBe(true);
  expect(livesAlike(of('authentication', 600), of('authentication', null))).toBe(true);
  expect(livesAlike(of('authentication', -1), of('authentication', null))).toBe(false);
  expect(livesAlike(of('utility', 300), of('utility', 301))).toBe(false);
});

it('is asked for only by one that says it', () => {
  expect(asksForOtherTtl(of('utility', null), of('utility', 300))).toBe(false);
  expect(asksForOtherTtl(of('utility', 300), of('utility', null))).toBe(true);
  expect(asksForOtherTtl(of('utility', 300), of('utility', 300))).toBe(false);
});
