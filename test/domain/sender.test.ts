// Names of senders stand in command lines and file names.

import { expect, it } from 'vitest';
import { isSenderName, SANDBOX_SENDER } from '../../src/domain/sender.ts';

it.each([SANDBOX_SENDER, 'shop-eu', 'Shop_1.2', '1', 'a'.repeat(64)])('accepts %s', (name) => {
  expect(isSenderName(name)).toBe(true);
});

it.each(['', '-shop', '.shop', '..', 'shop eu', 'shop/eu', 'größe', 'shop\n', 'a'.repeat(65)])('refuses %j', (name) => {
  expect(isSenderName(name)).toBe(false);
});
