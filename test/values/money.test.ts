// Amounts: read, written and added exactly.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CURRENCIES,
  formatAmount,
  type Micros,
  minus,
  parseAmount,
  parseCurrency,
  plus,
  roundedAmount,
  roundedTo,
  toMicros,
  ZERO,
} from '../../src/values/money.ts';

// Far past 2^53, where a float would round; signed, because differences are.
const amounts = fc.bigInt(-(2n ** 80n), 2n ** 80n).map(toMicros);

// What can be typed: at most twelve digits before the point.
const typed = fc.bigInt(0n, 10n ** 18n - 1n).map(toMicros);

describe('parseAmount and formatAmount', () => {
  it.each([
    ['0', 0n],
    ['0.0068', 6_800n],
    ['1', 1_000_000n],
    ['0.000001', 1n],
    [' 12.50 ', 12_500_000n],
    ['999999999999.999999', 999_999_999_999_999_999n],
  ])('reads %s', (text, micros) => {
    expect(parseAmount(text)).toBe(micros);
  });

  it.each(['', '-1', '+1', '1e3', '1,5', '.5', '5.', '0.0000001', '1 000', '1000000000000', 'NaN', 'Infinity', '0x10', '١', '1.5 USD'])(
    'refuses %j instead of guessing',
    (text) => {
      expect(parseAmount(text)).toBeUndefined();
    },
  );

  it('writes six decimals, with the sign in front', () => {
    expect(formatAmount(ZERO)).toBe('0.000000');
    expect(formatAmount(toMicros(6_800n))).toBe('0.006800');
    expect(formatAmount(toMicros(-1n))).toBe('-0.000001');
    expect(formatAmount(toMicros(-12_500_000n))).toBe('-12.500000');
    expect(formatAmount(toMicros(9_007_199_254_740_993n))).toBe('9007199254.740993'); // 2^53 + 1, which a double cannot hold
  });

  it('reads back what it writes', () => {
    fc.assert(fc.property(typed, (amount) => parseAmount(formatAmount(amount)) === amount));
  });

  it('writes back what it reads, but for trailing zeros', () => {
    const texts = fc.tuple(fc.bigInt(0n, 999_999_999_999n), fc.bigInt(0n, 999_999n));
    fc.assert(
      fc.property(texts, ([whole, fraction]) => {
        const text = `${whole}.${fraction.toString().padStart(6, '0')}`;
        expect(formatAmount(parseAmount(text) ?? toMicros(-1n))).toBe(text);
      }),
    );
  });

  it('keeps the order of amounts of equal length', () => {
    fc.assert(
      fc.property(typed, typed, (left, right) => {
        const width = 19;
        const [leftText, rightText] = [formatAmount(left).padStart(width, '0'), formatAmount(right).padStart(width, '0')];
        expect(leftText < rightText).toBe(left < right);
      }),
    );
  });
});

describe('roundedAmount', () => {
  it.each([
    ['0.546', 546_000n],
    ['-0.546', -546_000n],
    ['12', 12_000_000n],
    ['0.0000005', 1n],
    ['-0.0000005', -1n],
    ['0.00000049999999999999999', 0n],
    ['0.30000000000000004', 300_000n],
    ['1e-7', 0n],
    ['5E-7', 1n],
    ['1.5e3', 1_500_000_000n],
    ['9007199254740993.000001', 9_007_199_254_740_993_000_001n],
  ])('reads %s to the nearest micro, a half away from zero', (text, micros) => {
    expect(roundedAmount(text)).toBe(micros);
  });

  it.each(['', '.5', '1.', '1,5', '$1', 'NaN', 'Infinity', '1e99', '--1', '0x1'])('does not read %j', (text) => {
    expect(roundedAmount(text)).toBeUndefined();
  });

  it('reads what a float of a price times a count was printed as', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 10_000 }), (micros, count) => {
        const cost = Number(((micros / 1e6) * count).toFixed(6));
        return roundedAmount(String(cost)) === BigInt(micros) * BigInt(count);
      }),
    );
  });
});

describe('roundedTo', () => {
  it.each([
    [54_600n, 2, 50_000n],
    [55_000n, 2, 60_000n],
    [-55_000n, 2, -60_000n],
    [55_001n, 6, 55_001n],
    [55_001n, 9, 55_001n],
    [499_999n, 0, 0n],
  ])('%d to %d decimals', (amount, decimals, rounded) => {
    expect(roundedTo(toMicros(amount), decimals)).toBe(rounded);
  });
});

describe('plus and minus', () => {
  const same = (left: Micros, right: Micros): void => expect(left).toBe(right);

  it('are a commutative group', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, (a, b, c) => {
        same(plus(plus(a, b), c), plus(a, plus(b, c)));
        same(plus(a, b), plus(b, a));
        same(plus(a, ZERO), a);
        same(plus(a, minus(ZERO, a)), ZERO);
        same(minus(plus(a, b), b), a);
      }),
    );
  });

  it('keep the order when the same is added to both', () => {
    fc.assert(fc.property(amounts, amounts, amounts, (a, b, c) => a < b === plus(a, c) < plus(b, c)));
  });

  it('stay whole: no amount ever becomes a float', () => {
    fc.assert(fc.property(amounts, amounts, (a, b) => typeof plus(a, b) === 'bigint' && typeof minus(a, b) === 'bigint'));
    expect(plus(toMicros(2n ** 53n), toMicros(1n)) - 2n ** 53n).toBe(1n);
  });
});

describe('parseCurrency', () => {
  it('reads what the provider bills in, in any case', () => {
    for (const code of CURRENCIES) expect(parseCurrency(` ${code.toLowerCase()} `)).toBe(code);
  });

  it.each(['', 'XXX', 'US', 'USDT', 'U S D'])('refuses %j', (text) => {
    expect(parseCurrency(text)).toBeUndefined();
  });
});
