// Signatures of the provider's kind, checked against a known answer.

import { describe, expect, it } from 'vitest';
import { isSameSecret, sha256, signingSecret } from '../../src/server/signature.ts';

// RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?".
const BODY = Buffer.from('what do ya want for nothing?');
const SIGNATURE = 'sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

describe('signingSecret', () => {
  it('finds the secret that made it, wherever it stands', () => {
    expect(signingSecret(SIGNATURE, BODY, ['a', 'Jefe', 'b'])).toBe('Jefe');
    expect(signingSecret(SIGNATURE, BODY, new Set(['Jefe']))).toBe('Jefe');
  });

  it.each([
    ['no signature', undefined],
    ['half of it', SIGNATURE.slice(0, 39)],
    ['more than it', `${SIGNATURE}0`],
    ['capitals', SIGNATURE.toUpperCase()],
    ['another method', SIGNATURE.replace('sha256', 'sha1')],
    ['a line more', `${SIGNATURE}\n`],
  ])('finds none for %s', (_, signature) => {
    expect(signingSecret(signature, BODY, ['Jefe'])).toBeUndefined();
  });

  it('finds none where there are no secrets, or others', () => {
    expect(signingSecret(SIGNATURE, BODY, [])).toBeUndefined();
    expect(signingSecret(SIGNATURE, BODY, ['jefe', ''])).toBeUndefined();
  });
});

describe('isSameSecret', () => {
  it('is true for the same text only, of any length', () => {
    expect(isSameSecret('token', 'token')).toBe(true);
    for (const other of ['', 'toke', 'token ', 'Token', 'tokens']) expect(isSameSecret(other, 'token')).toBe(false);
  });
});

describe('sha256', () => {
  it('is the digest of the text in UTF-8', () => {
    expect(Buffer.from(sha256('abc')).toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
