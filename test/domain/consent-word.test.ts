// The folded form of words: what is left out of it, and what must not be.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText, isUnspaced } from '../../src/domain/consent-word.ts';

describe('foldText', () => {
  it.each([
    ['¡Dé-me  de BAJA! 🛑', 'de me de baja'],
    ["don't", 'dont'],
    ['don’t', 'dont'],
    ['İPTAL', 'iptal'],
    ['ıptal', 'iptal'],
    ['REZYGNUJĘ', 'rezygnuje'],
    ['Straße', 'strasse'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ЁЛКА', 'елка'],
    ['ŁÓDŹ', 'lodz'],
    ['ﬁn', 'fin'],
    ['st\u00adop', 'stop'],
    ['  ', ''],
    ['🛑👍🏽', ''],
  ])('%s is %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('leaves the letters of other scripts', () => {
    expect(foldText('रोकें')).toBe('रोकें');
    expect(foldText('توقف!')).toBe('توقف');
    expect(foldText('إلغاء')).toBe(foldText('الغاء'));
    expect(foldText('СТОП.')).toBe('стоп');
    expect(foldText('退订')).toBe('退订');
  });

  it('changes nothing that is folded, and takes any case for the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const folded = foldText(text);
        expect(foldText(folded)).toBe(folded);
        expect(folded).not.toMatch(/^\s|\s$|\s\s/);
      }),
    );
  });
});

describe('isUnspaced', () => {
  it.each(['退订', '配信停止', 'ยกเลิก'])('holds for %s', (word) => {
    expect(isUnspaced(word)).toBe(true);
  });

  it.each(['stop', '수신거부', 'رسائل', 'הסר', 'रोको'])('does not hold for %s', (word) => {
    expect(isUnspaced(word)).toBe(false);
  });
});
