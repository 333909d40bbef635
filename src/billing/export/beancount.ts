// A bill as a Beancount ledger. What others wrote stands between quotes, or as a part of an account's name that the program takes.

import { formatAmount } from '../../values/money.ts';
import { printable } from '../../values/text.ts';
import { type Booking, type Books, headingOf, toJournal } from './bookings.ts';

/** The ledger of a bill. `bean-check` takes it: every account is opened on the first day, and its balances are exact. */
export function beancountLedger(books: Books): string {
  const { bookings, accounts, closings } = toJournal(books, accountPart);
  const width = Math.max(0, ...accounts.map(({ length }) => length));
  const line = (account: string, amount: string): string => `${account.padEnd(width)}  ${amount.padStart(AMOUNT_WIDTH)}`;
  const transaction = ({ day, category, market, labels, postings, currency }: Booking): string =>
    [
      `${day} * ${quoted(`${category}, ${market}`)}`,
      ...labels.map(([label, text]) => `  ${label}: ${quoted(text)}`),
      ...postings.map(
        ({ account, amount, isAdjustment }) => `  ${line(account, formatAmount(amount))} ${currency}${isAdjustment ? '  ; adjusted' : ''}`,
      ),
    ].join('\n');
  const heading = headingOf(books).map((text) => `; ${text}`);
  const opened = accounts.map((account) => `${bookings[0]?.day} open ${account}`);
  // Without a tolerance of its own the program would let a millionth pass.
  const balances = closings.map(
    ({ from, account, amount, currency }) => `${from} balance ${line(account, formatAmount(amount))} ~ 0.000000 ${currency}`,
  );
  const parts = [heading.join('\n'), opened.join('\n'), ...bookings.map(transaction), balances.join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const AMOUNT_WIDTH = 12;

// Letters, digits and dashes, a capital or a digit first. ASCII only: which other letters are capitals depends on the program's own tables.
function accountPart(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'Unknown' : `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
}

function quoted(text: string): string {
  return `"${printable(text).replace(/[\\"]/g, '\\$&')}"`;
}
