// Language codes, in the two spellings that are in use.

import { expect, it } from 'vitest';
import { parseLanguage } from '../../src/values/language.ts';

it.each([
  ['de', 'de'],
  ['en_US', 'en_US'],
  ['en-US', 'en_US'],
  [' pt_BR ', 'pt_BR'],
  ['fil', 'fil'],
  ['zh_Hant', 'zh_Hant'],
])('reads %j', (text, code) => {
  expect(parseLanguage(text)).toBe(code);
});

it.each(['', 'd', 'DE', 'deutsch', 'en_', 'en US', 'en_US_x', '=1'])('refuses %j', (text) => {
  expect(parseLanguage(text)).toBeUndefined();
});
