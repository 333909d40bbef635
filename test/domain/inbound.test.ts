// Which messages are taps on labels that we wrote.

import { expect, it } from 'vitest';
import { isButtonType } from '../../src/domain/inbound.ts';

it.each([
  ['button', true],
  ['interactive', true],
  ['text', false],
  ['edit', false],
  ['image', false],
])('a message of the type %s is a tap on a button: %s', (type, isButton) => {
  expect(isButtonType(type)).toBe(isButton);
});
