// How the provider names a person whose number is hidden.

import { expect, it } from 'vitest';
import { isUserId } from '../../src/domain/contact.ts';

it.each(['DE.9f3kQ2', 'US.1', 'US.ENT.11815799212886844830', `GB.${'a'.repeat(128)}`])('knows the user id %s', (text) => {
  expect(isUserId(text)).toBe(true);
});

it.each(['', 'DE.', 'de.9f3kQ2', 'DEU.9f3kQ2', '9f3kQ2', 'DE.9f3-kQ2', 'DE.9f3kQ2\n', `GB.${'a'.repeat(129)}`, '+4915112345678'])(
  'refuses %j',
  (text) => {
    expect(isUserId(text)).toBe(false);
  },
);
