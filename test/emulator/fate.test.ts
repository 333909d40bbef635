// The magic endings, as the emulator and the sandbox ask for them.

import { expect, it } from 'vitest';
import { providerError } from '../../src/catalog/provider-errors.ts';
import { fateOf, MAGIC_ENDINGS } from '../../src/emulator/fate.ts';

it.each([
  ['0000', { kind: 'accepted', statuses: ['sent', 'delivered', 'read'], code: null }],
  ['0001', { kind: 'accepted', statuses: ['sent', 'delivered'], code: null }],
  ['0002', { kind: 'rejected', code: 131_026 }],
  ['0003', { kind: 'accepted', statuses: ['sent', 'failed'], code: 131_049 }],
  ['0004', { kind: 'no_answer' }],
  ['0005', { kind: 'throttled', code: 130_429 }],
  ['0006', { kind: 'accepted', statuses: ['failed'], code: 131_050 }],
  ['0007', { kind: 'accepted', statuses: [], code: null }],
  ['5678', { kind: 'accepted', statuses: ['sent', 'delivered'], code: null }],
])('%s', (ending, fate) => {
  expect(fateOf({ phone: `+491511234${ending}`, nth: 1 })).toEqual(fate);
});

it('0005 is refused once only; a person without a number is reached', () => {
  const delivered = { kind: 'accepted', statuses: ['sent', 'delivered'], code: null };
  expect(fateOf({ phone: '+4915112340005', nth: 2 })).toEqual(delivered);
  expect(fateOf({ phone: null, nth: 1 })).toEqual(delivered);
});

it('every code is one of the provider’s, and every ending is explained', () => {
  for (const ending of Object.keys(MAGIC_ENDINGS)) {
    const fate = fateOf({ phone: `+491511234${ending}`, nth: 1 });
    const code = 'code' in fate ? fate.code : null;
    expect(code === null || providerError(code) !== undefined).toBe(true);
  }
});
