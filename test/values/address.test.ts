// Where a client finds a server of ours.

import { expect, it } from 'vitest';
import { isLoopback, parseServerUrl, urlOf } from '../../src/values/address.ts';

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

it.each(['https://ops.example/a?b=c', 'http://localhost:8787/x', 'http://127.0.0.1', 'http://[::1]:4010/', 'https://127.0.0.1/'])(
  '%s may be called',
  (url) => {
    expect(parseServerUrl(url)?.href).toBe(new URL(url).href);
  },
);

it.each([
  '',
  'ops.example',
  'http://ops.example',
  'http://localhost.example/',
  'http://127.0.0.1@ops.example/',
  'https://:password@ops.example/',
  'https://ops.example/#part',
  'file:///etc/hosts',
  `https://ops.example/${'a'.repeat(500)}`,
])('%s may not', (url) => {
  expect(parseServerUrl(url)).toBeUndefined();
});

it('a server on this machine is one by its name or number, over http or https', () => {
  expect(['http://localhost', 'https://127.9.9.9:1/', 'http://[::1]/a'].every(isLoopback)).toBe(true);
  expect(['http://127.0.0.1.example/', 'http://ops.example/?localhost', 'localhost'].some(isLoopback)).toBe(false);
});
