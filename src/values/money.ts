// Money: whole micro-units of a currency. Owns reading, writing and adding amounts; knows nothing of prices.

declare const microsBrand: unique symbol;

/**
 * One millionth of a currency unit. A branded bigint, because the compiler then refuses `amount * 0.1` and `amount + instant`;
 * a branded number would allow both.
 */
export type Micros = bigint & { readonly [microsBrand]: true };

/** An ISO 4217 code in capitals, always kept beside its amount. */
export type Currency = string & { readonly __currency: true };

/** The currencies that the provider bills in (its pricing page, October 2026). */
export const CURRENCIES = [
  'USD',
  'AED',
  'ARS',
  'AUD',
  'BRL',
  'CLP',
  'COP',
  'EUR',
  'GBP',
  'IDR',
  'INR',
  'MXN',
  'MYR',
  'PEN',
  'SAR',
  'SGD',
] as const;

const MICROS_PER_UNIT = 1_000_000n;
const MICRO_DIGITS = 6;
/** Past it a number is no amount of money, whatever wrote it. */
const EXPONENT_MAX = 40;
const AMOUNT = /^(\d{1,12})(?:\.(\d{1,6}))?$/;

export const ZERO = 0n as Micros;

/** Brands an integer count of micro-units. */
export function toMicros(count: bigint): Micros {
  return count as Micros;
}

/** Reads a non-negative decimal amount such as `0.0068`; undefined for anything else (signs, exponents, more than six decimals). */
export function parseAmount(text: string): Micros | undefined {
  const match = AMOUNT.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = '0', fraction = ''] = match;
  return toMicros(BigInt(whole) * MICROS_PER_UNIT + BigInt(fraction.padEnd(6, '0')));
}

const DECIMAL = /^(-?)(\d{1,21})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads a decimal number of any length (`0.0546`, `1.2e-7`) to the nearest micro; a half goes away from zero. Exact: the digits never become a float. Undefined
 * for anything else.
 */
export function roundedAmount(text: string): Micros | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text.trim()) ?? [];
  if (sign === undefined || Math.abs(Number(exponent)) > EXPONENT_MAX) return undefined;
  const shift = Number(exponent) + MICRO_DIGITS - fraction.length;
  const digits = BigInt(whole + fraction);
  const divisor = 10n ** BigInt(Math.max(0, -shift));
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : (digits * 2n + divisor) / (divisor * 2n);
  return toMicros(sign === '-' ? -size : size);
}

/** The amount to so many decimals; a half goes away from zero. */
export function roundedTo(amount: Micros, decimals: number): Micros {
  const unit = 10n ** BigInt(Math.max(0, MICRO_DIGITS - decimals));
  const size = amount < 0n ? -amount : amount;
  const rounded = ((size * 2n + unit) / (unit * 2n)) * unit;
  return toMicros(amount < 0n ? -rounded : rounded);
}

/** Writes an amount as decimal text with exactly six decimals: `"0.006800"`. */
export function formatAmount(amount: Micros): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Reads a currency code that the provider bills in; undefined for any other. */
export function parseCurrency(text: string): Currency | undefined {
  const code = text.trim().toUpperCase();
  return (CURRENCIES as readonly string[]).includes(code) ? (code as Currency) : undefined;
}

// A table and not Intl: what that says of COP and IDR depends on the release of Node, and ISO 4217 gives both two decimals.
const WHOLE_UNITS: ReadonlySet<string> = new Set(['CLP', 'COP', 'IDR']);

/** The smallest unit in which the provider counts a currency: a hundredth, or the unit itself (the column `Offset` of its page on currency codes). */
export function smallestUnit(currency: Currency): Micros {
  return toMicros(WHOLE_UNITS.has(currency) ? MICROS_PER_UNIT : MICROS_PER_UNIT / 100n);
}

/** Money of a currency. */
export type Amount = { readonly currency: Currency; readonly amount: Micros };

/** One sum for each currency, in the order in which they first come. */
export function sumsByCurrency(amounts: readonly Amount[]): readonly Amount[] {
  const sums = new Map<Currency, Micros>();
  for (const { currency, amount } of amounts) sums.set(currency, plus(sums.get(currency) ?? ZERO, amount));
  return Array.from(sums, ([currency, amount]) => ({ currency, amount }));
}

/** The sum of two amounts of one currency. */
export function plus(left: Micros, right: Micros): Micros {
  return (left + right) as Micros;
}

/** The difference of two amounts of one currency; may be negative. */
export function minus(left: Micros, right: Micros): Micros {
  return (left - right) as Micros;
}

/** The amount with the other sign. */
export function negative(amount: Micros): Micros {
  return toMicros(-amount);
}

/** The amount, so many times. */
export function times(amount: Micros, count: number): Micros {
  return toMicros(amount * BigInt(count));
}
