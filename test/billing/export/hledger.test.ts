// The journal for hledger: line by line of our making, whoever wrote the names. The program itself reads it in test/programs.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hledgerJournal } from '../../../src/billing/export/hledger.ts';
import { toJournal } from '../../../src/billing/export/bookings.ts';
import { hostileBooks } from './hostile.ts';

const AMOUNT = String.raw`-?\d+\.\d{6} [A-Z]{3}`;
const ACCOUNT = String.raw`(Expenses:Messaging|Liabilities:Provider)(:[^\s:;()[\]]+( [^\s:;()[\]]+)*){2}`;
const LINES = [
  /^(; .*|decimal-mark \.|commodity 1000\.000000 [A-Z]{3})?$/,
  new RegExp(`^account ${ACCOUNT}$`),
  /^\d{4}-\d\d-\d\d \* [^;\n]*$/,
  /^ {4}; (sender|campaign|cost_center|template):[^,;\n]*$/,
  new RegExp(`^ {4}${ACCOUNT} +${AMOUNT}( = ${AMOUNT})?(  ; adjusted)?$`),
];

it('has no line but ours, whatever names say', () => {
  fc.assert(
    fc.property(hostileBooks({ maxLength: 10 }), (books) => {
      const text = hledgerJournal(books);
      expect(text.split('\n').filter((line) => !LINES.some((pattern) => pattern.test(line)))).toEqual([]);
      const { bookings } = toJournal(books, (part) => part);
      expect(text.match(/^\d/gm)?.length ?? 0).toBe(bookings.length);
    }),
  );
});
