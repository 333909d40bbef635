// Where a client finds a server of ours.

import { expect, it } from 'vitest';
import { urlOf } from '../../src/values/address.ts';

it.each([
  ['127.0.0.1', 'http://127.0.0.1:8787'],
  ['localhost', 'http://localhost:8787'],
  ['0.0.0.0', 'http://127.0.0.1:8787'],
  ['::', 'http://[::1]:8787'],
  ['::1', 'http://[::1]:8787'],
  ['192.0.2.7', 'http://192.0.2.7:8787'],
])('a server at %s is called at %s', (host, url) => {
  expect(urlOf(host, 8787)).toBe(url);
});
