// A bill as an hledger journal. What others wrote can begin no comment, tag or posting of its own, nor end a line.

import { formatAmount } from '../../values/money.ts';
import { printable } from '../../values/text.ts';
import { type Booking, type Books, headingOf, toJournal } from './bookings.ts';

/** The journal of a bill. `hledger check --strict` takes it: its accounts and commodities are declared, its balances asserted, its days in order. */
export function hledgerJournal(books: Books): string {
  const { bookings, accounts, closings } = toJournal(books, accountPart);
  const width = Math.max(0, ...accounts.map(({ length }) => length));
  // Behind the last posting of an account: a month's later payments, in whatever file, come after it.
  const asserted = new Map(closings.map(({ last, amount, currency }) => [last, ` = ${formatAmount(amount)} ${currency}`]));
  const transaction = ({ day, category, market, labels, postings, currency }: Booking): string =>
    [
      `${day} * ${category}, ${inert(market)}`,
      ...labels.map(([label, text]) => `    ; ${label}:${inert(text)}`),
      ...postings.map((posting) => {
        const amount = `${formatAmount(posting.amount).padStart(AMOUNT_WIDTH)} ${currency}`;
        return `    ${posting.account.padEnd(width)}  ${amount}${asserted.get(posting) ?? ''}${posting.isAdjustment ? '  ; adjusted' : ''}`;
      }),
    ].join('\n');
  const declared = [
    'decimal-mark .',
    ...[...new Set(bookings.map(({ currency }) => currency))].toSorted().map((currency) => `commodity 1000.000000 ${currency}`),
    ...accounts.map((account) => `account ${account}`),
  ].join('\n');
  const heading = headingOf(books).map((line) => `; ${line}`);
  return `${[heading.join('\n'), declared, ...bookings.map(transaction)].join('\n\n')}\n`;
}

const AMOUNT_WIDTH = 12;

// A colon would begin a sub-account, two spaces end the name, brackets around it make it virtual, and a semicolon begins a comment.
function accountPart(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} &'._-]+/gu, '-')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain === '' ? 'Unknown' : plain;
}

// A comma ends the value of a tag, and a semicolon a description; they are written out as control characters are.
function inert(text: string): string {
  return printable(text).replaceAll(',', '\\u002c').replaceAll(';', '\\u003b');
}
