// Purposes and the names of attributes, as people write them in files and options.

import { expect, it } from 'vitest';
import { parsePurposes } from '../../src/domain/consent.ts';
import { isAttributeKey } from '../../src/domain/contact.ts';

it.each([
  ['utility', ['utility'], null],
  [' marketing, utility  ads,', ['marketing', 'utility', 'ads'], null],
  ['utility,utility', ['utility'], null],
  ['', [], null],
  ['utility,news,more', ['utility'], 'news'],
  ['Utility', [], 'Utility'],
])('reads the purposes %j', (text, purposes, unknown) => {
  expect(parsePurposes(text)).toEqual({ purposes, unknown });
});

it.each(['city', 'a.b-c_9', 'x'.repeat(64)])('takes the attribute %j', (key) => {
  expect(isAttributeKey(key)).toBe(true);
});

it.each(['', 'a b', 'größe', 'x'.repeat(65), 'a=b'])('refuses the attribute %j', (key) => {
  expect(isAttributeKey(key)).toBe(false);
});
