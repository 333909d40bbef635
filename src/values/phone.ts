// Phone numbers in E.164. Owns their syntax, the assigned calling codes and the mask for logs; not which market a number is in.

declare const phoneBrand: unique symbol;

/** `+` and 7 to 15 digits that begin with an assigned calling code: `+4915112345678`. */
export type Phone = string & { readonly [phoneBrand]: true };

/** How our own texts write a number. */
export const EXAMPLE_PHONE = '+4915112345678';

const E164 = /^\+[1-9]\d{6,14}$/;
const SEPARATORS = /[\s().\-/\u00a0]/g;

// Assigned country calling codes (ITU-T E.164, list of 2016 with later amendments); everything else is a typing error.
const CALLING_CODES = new Set(
  (
    '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 ' +
    '211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 ' +
    '250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 ' +
    '370 371 372 373 374 375 376 377 378 379 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 ' +
    '590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 ' +
    '800 808 850 852 853 855 856 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 ' +
    '992 993 994 995 996 998'
  ).split(' '),
);

/**
 * Reads an international number, with or without separators; undefined when it is not `+`, an assigned calling code and 7 to 15 digits.
 * It does not ask whether the number is in use: the provider alone knows, and numbers made for tests must pass.
 */
export function parsePhone(text: string): Phone | undefined {
  const compact = E164.test(text) ? text : text.replace(SEPARATORS, '');
  return E164.test(compact) && callingCode(compact) !== undefined ? (compact as Phone) : undefined;
}

/** The calling code of a number, without `+`. No assigned code is the beginning of another, so the first match is the one. */
export function callingCode(phone: string): string | undefined {
  for (let length = 1; length <= 3; length += 1) {
    const code = phone.slice(1, 1 + length);
    if (CALLING_CODES.has(code)) return code;
  }
  return undefined;
}

/** A number as logs and errors may show it: calling code and the last two digits. */
export function maskPhone(phone: string): string {
  return `+${callingCode(phone) ?? ''}…${phone.slice(-2)}`;
}

// What looks like a number but is none: an id of ours, a date, an amount with its six decimals, a place in a file or how many rows it has.
const HARMLESS = /^([0-9a-z]*[a-z][0-9a-z]*|\d{4}-\d\d-\d\d|\d{1,9}\.\d{6}|(row|line|byte) \d+|\d+ rows)$/;
const SUSPECTS =
  /\b[0-9a-z]{20}\b|\b(?:row|line|byte) \d{1,8}(?!\d|[\s()./-]+\d)|(?<![+\d][\s()./-]*)\d{1,8} rows\b|(?<![+\d])(?:19|20)\d\d-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])(?!\d)|\+\d[\d\s()./-]{5,}\d|\d[\d\s().-]{5,}\d/g;

/** Text with everything that looks like a phone number masked; what leaves the process as an error or a log goes through here. */
export function maskPhones(text: string): string {
  return text.replace(SUSPECTS, (found) => {
    const digits = found.replace(/\D/g, '');
    return digits.length < 7 || HARMLESS.test(found) ? found : `…${digits.slice(-2)}`;
  });
}
