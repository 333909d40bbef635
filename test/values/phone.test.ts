// Phone numbers: one spelling for each, and none left in what leaves the process.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callingCode, maskPhone, maskPhones, parsePhone } from '../../src/values/phone.ts';

const digits = (min: number, max: number) => fc.array(fc.nat(9), { minLength: min, maxLength: max }).map((drawn) => drawn.join(''));
const phones = fc.tuple(fc.constantFrom('1', '7', '44', '49', '91', '353', '971'), digits(6, 12)).map(([code, rest]) => `+${code}${rest}`);

describe('parsePhone', () => {
  it.each([
    ['+4915112345678', '+4915112345678'],
    ['+49 151 1234-5678', '+4915112345678'],
    ['+1 (212) 555.0100', '+12125550100'],
    ['+44\u00a07700/900123', '+447700900123'],
    ['+2901234', '+2901234'],
  ])('reads %s', (text, phone) => {
    expect(parsePhone(text)).toBe(phone);
  });

  it.each([
    '',
    '4915112345678',
    '004915112345678',
    '015112345678',
    '+49151',
    '+4915112345678901',
    '+0151123456',
    '+2101234567', // 210 is not assigned
    '+999123456',
    '+49151x2345678',
    '++4915112345678',
    '=+4915112345678',
    '+٤٩١٥١١٢٣٤٥٦٧',
  ])('refuses %j', (text) => {
    expect(parsePhone(text)).toBeUndefined();
  });

  it('reads a number the same with any separators, and its own result unchanged', () => {
    const separators = fc.array(fc.constantFrom('', ' ', '-', '.', '/', '(', ')'), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(phones, separators, (phone, between) => {
        const spaced = Array.from(phone)
          .map((character, index) => `${character}${between[index] ?? ''}`)
          .join('');
        expect(parsePhone(spaced)).toBe(phone);
        expect(parsePhone(phone)).toBe(phone);
      }),
    );
  });
});

describe('callingCode', () => {
  it.each([
    ['+12125550100', '1'],
    ['+77012345678', '7'],
    ['+4915112345678', '49'],
    ['+353871234567', '353'],
    ['+2101234567', undefined],
  ])('of %s', (phone, code) => {
    expect(callingCode(phone)).toBe(code);
  });
});

describe('masks', () => {
  it('show the calling code and two digits of a number that is known to be one', () => {
    expect(maskPhone('+4915112345678')).toBe('+49…78');
    expect(maskPhone('+2101234567')).toBe('+…67');
  });

  it('leave no number in a text, however it is written', () => {
    // Also without the plus, as the provider writes it, and with a date before it, as logs do.
    const spelled = fc
      .tuple(phones, fc.constantFrom('+', ''), fc.constantFrom('', ' ', '-', '.', ') (', '/'))
      .map(([phone, plus, separator]) => {
        const groups = phone.slice(1).match(/.{1,3}/g) ?? [];
        return { phone, text: plus + groups.join(plus === '' && separator === '/' ? '' : separator) };
      });
    const before = fc.constantFrom('', 'to ', 'Recipient: ', '2026-11-22 ', '2026-11-22T12:00:00Z ', '(', 'row 12: ');
    const after = fc.constantFrom('', '.', ' is blocked', ')', ', ');
    fc.assert(
      fc.property(before, spelled, after, (start, { phone, text }, end) => {
        const masked = maskPhones(`${start}${text}${end}`);
        expect(masked.replace(/[^\d+]/g, '')).not.toContain(phone.slice(1));
        expect(masked).not.toContain(text);
      }),
    );
  });

  it.each([
    'nothing to hide',
    'exit code 8',
    '2026-11-22',
    '2026-11-22T12:00:00Z',
    'from 2026-10-01 to 2026-11-01',
    '2026-11-22 12:00:00',
    'row 123456',
    '2 of 1000000 rows cannot be used',
    'row 1234567, to: not a number',
    'row 12345678 (line 12345679): a quote opens and never closes.',
    'over the budget of 12500000.000000 by 0.055000',
    '131026: Message undeliverable',
    'over the budget of 1250.000000 by 0.055000',
    'There is no message 01kb3z0000123456789x.',
    '/backups/2026/11/22/store.db',
  ])('leave %j as it is', (text) => {
    expect(maskPhones(text)).toBe(text);
  });

  it('leave nothing to mask the second time', () => {
    fc.assert(fc.property(phones, (phone) => maskPhones(maskPhones(`to ${phone}!`)) === maskPhones(`to ${phone}!`)));
  });
});
