// Text that others wrote: nothing in it acts on a terminal or in a spreadsheet, and what is harmless stays as it is.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hyphenated, inertCell, printable, safeJson, shorten } from '../../src/values/text.ts';

// Any text, with what could do harm made likely.
const harmful = fc.constantFrom(
  '\u001b[31m',
  '\u009b2J',
  '\u0007',
  '\r',
  '\n',
  '\t',
  '\0',
  '\u007f',
  '\u202e',
  '\u2066',
  '\u061c',
  '\u2028',
  '\ufeff',
  '\u00ad',
  '=',
  '+',
  '-',
  '@',
  '＝',
);
const texts = fc.array(fc.oneof(harmful, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 }).map((parts) => parts.join(''));

describe('printable', () => {
  it('lets no control character, direction mark or line separator through', () => {
    fc.assert(fc.property(texts, (text) => !/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(printable(text))));
  });

  it('is the same when it is done twice', () => {
    fc.assert(fc.property(texts, (text) => printable(printable(text)) === printable(text)));
  });

  it('shows what was there instead of hiding it', () => {
    expect(printable('a\u001b[2Jb\u202ec')).toBe('a\\u001b[2Jb\\u202ec');
    expect(printable('one\ntwo\tthree')).toBe('one two three');
  });

  it.each(['Zoë Müller', '日本語', 'عربي', '👩‍💻'.replaceAll('\u200d', ''), '+49 151 123', 'a\u00a0b'])('leaves %s as it is', (text) => {
    expect(printable(text)).toBe(text);
  });
});

describe('safeJson', () => {
  it.each([0, 2])('is JSON of the same value that a terminal cannot act on, indented by %d', (indent) => {
    fc.assert(
      fc.property(fc.array(texts), (value) => {
        const json = safeJson(value, indent);
        expect(JSON.parse(json)).toEqual(value);
        expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('is what JSON always is where nothing could do harm', () => {
    const value = { name: 'Zoë\n', tags: ['日本'], n: null };
    expect(safeJson(value, 2)).toBe(JSON.stringify(value, null, 2));
  });
});

describe('inertCell', () => {
  it('starts no formula, whatever the text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const cell = inertCell(text);
        const isPlainNumber = /^[+-]?\d+(\.\d+)?$/.test(cell);
        expect(isPlainNumber || !/^[=+\-@\t\r\n＝＋－＠]/.test(cell)).toBe(true);
      }),
    );
  });

  it('loses nothing: the text is there, after an apostrophe at most', () => {
    fc.assert(fc.property(texts, (text) => [text, `'${text}`].includes(inertCell(text))));
  });

  it.each(['=1+1', '+1+1', '-1-1', '@SUM(A1)', '\t=1', '+49151x', '-', '+', '+12345', '-1e5', '--1', '+4915112345678\n=1', '＝1'])(
    'puts an apostrophe before %j',
    (text) => {
      expect(inertCell(text)).toBe(`'${text}`);
    },
  );

  it('leaves phone numbers as they are', () => {
    const phones = fc.integer({ min: 1_000_000, max: 999_999_999_999_999 }).map((digits) => `+${digits}`);
    fc.assert(fc.property(phones, (phone) => inertCell(phone) === phone));
  });

  it('leaves numbers and amounts as they are', () => {
    fc.assert(
      fc.property(fc.bigInt(), (number) => inertCell(`${number}`) === `${number}` && inertCell(`${number}.000001`) === `${number}.000001`),
    );
    expect(inertCell('-0.055000')).toBe('-0.055000');
  });
});

describe('hyphenated', () => {
  it('makes one of all spellings of a name', () => {
    for (const name of ['Authentication-\nInternational', 'AUTHENTICATION_INTERNATIONAL', ' authentication  international ']) {
      expect(hyphenated(name)).toBe('authentication-international');
    }
  });
});

describe('shorten', () => {
  it('keeps what fits and cuts the rest to the length', () => {
    expect(shorten('abc', 3)).toBe('abc');
    expect(shorten('abcd', 3)).toBe('ab…');
    fc.assert(fc.property(texts, fc.integer({ min: 1, max: 20 }), (text, length) => shorten(text, length).length <= length));
  });
});
