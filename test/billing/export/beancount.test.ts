// The ledger for Beancount: line by line of our making, whoever wrote the names. The program itself reads it in test/programs.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beancountLedger } from '../../../src/billing/export/beancount.ts';
import { toJournal } from '../../../src/billing/export/bookings.ts';
import { hostileBooks } from './hostile.ts';

const AMOUNT = String.raw`-?\d+\.\d{6}`;
const ACCOUNT = '(Expenses:Messaging|Liabilities:Provider)(:[A-Z0-9][A-Za-z0-9-]*){2}';
const TEXT = String.raw`"([^"\\\n]|\\["\\])*"`;
const LINES = [
  /^(; .*)?$/,
  new RegExp(`^2026-\\d\\d-\\d\\d open ${ACCOUNT}$`),
  new RegExp(`^2026-\\d\\d-\\d\\d \\* ${TEXT}$`),
  new RegExp(`^ {2}(sender|campaign|cost_center|template): ${TEXT}$`),
  new RegExp(`^ {2}${ACCOUNT} +${AMOUNT} [A-Z]{3}(  ; adjusted)?$`),
  new RegExp(`^202\\d-\\d\\d-\\d\\d balance ${ACCOUNT} +${AMOUNT} ~ 0\\.000000 [A-Z]{3}$`),
];

it('has no line but ours, whatever names say', () => {
  fc.assert(
    fc.property(hostileBooks({ maxLength: 10 }), (books) => {
      const text = beancountLedger(books);
      expect(text.split('\n').filter((line) => !LINES.some((pattern) => pattern.test(line)))).toEqual([]);
      const { bookings } = toJournal(books, (part) => part);
      expect(text.match(/^\S+ \*/gm)?.length ?? 0).toBe(bookings.length);
    }),
  );
});
