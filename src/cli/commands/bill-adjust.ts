// tollbell bill-adjust: an amount that a person adds to what a message cost, or takes off it. Nothing is changed in place: it is a line of its own.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { assert, fail } from '../../errors.ts';
import { formatAmount } from '../../values/money.ts';
import type { Define, View } from '../command.ts';
import { findMessage } from '../find-message.ts';
import { filledText, helpText, parseOptions, signedAmountText } from '../options.ts';
import { moneyText } from '../shapes.ts';

const BillAdjustOptions = z.object({
  id: z.string(),
  amount: signedAmountText,
  reason: filledText().check(z.maxLength(1_000, 'at most 1,000 characters')),
  by: z._default(filledText().check(z.maxLength(128, 'at most 128 characters')), 'operator'),
});

const BillAdjustDocument = z.object({
  item: z.object({
    id: z.string(),
    entry: z.int().check(z.describe('the number of the line in the ledger')),
    amount: moneyText,
    total: moneyText.check(z.describe('what the message costs now')),
    currency: z.string(),
    booked_on: z.string().check(z.describe('the day, in the billing zone, on which the line counts')),
    corrects: z.nullable(z.string()).check(z.describe('the closed month that the message belongs to; null where its own month is open')),
    by: z.string(),
    reason: z.string(),
  }),
});

export const defineBillAdjust: Define = (parent, host) => {
  const command = parent
    .command('bill-adjust')
    .description(
      'Adds an amount to what a message cost, or takes it off (negative), and keeps who decided it and why. The line is booked on the day of the charge while\n' +
        'its month is open, else today, and names the month that it corrects. A message never costs less than nothing.',
    )
    .argument('<id>', "the message's id")
    .requiredOption('--amount <amount>', 'in the currency of the message: 0.01, -0.055')
    .requiredOption('--reason <text>', 'why: "credit note 4711 of the provider"')
    .option('--by <name>', 'who decides (default "operator")')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell bill-adjust 01j9zk3v8q5t2r7m4n6p --amount -0.055 --reason "credit note 4711"',
          'tollbell bill-adjust 01j9zk3v8q5t2r7m4n6p --amount 0.01 --reason "billed in the dearer market" --by ada --json',
        ],
        output:
          '{"schema":"tollbell.bill-adjust/1","item":{"id","entry","amount","total","currency","booked_on","corrects","by","reason"}}',
        exits: [0, 2, 8],
      }),
    )
    .action((id: string, options: object) =>
      host.run(command, (app) => billAdjust(app, parseOptions(BillAdjustOptions, { id, ...options }))),
    );
  return BillAdjustDocument;
};

/** The line. Throws `unknown_message`, `invalid_input` where the message would cost less than nothing. */
export async function billAdjust(
  app: App,
  { id, amount, reason, by }: z.output<typeof BillAdjustOptions>,
): Promise<View<z.output<typeof BillAdjustDocument>>> {
  const record = await findMessage(await app.reader(), id);
  const store = await app.store();
  const adjusted = await store.adjust({ messageId: record.id, amount, by, reason, at: app.clock.now() });
  assert(adjusted !== 'unknown', 'a message that was found is there');
  if (adjusted === 'below_zero')
    throw fail('invalid_input', {
      message: `amount: with ${formatAmount(amount)} ${record.currency} message ${id} would cost less than nothing.`,
      hint: `tollbell bill-explain ${id} shows what it costs.`,
      details: { option: 'amount', id },
    });
  const item = {
    id: record.id,
    entry: adjusted.sequence,
    amount: formatAmount(amount),
    total: formatAmount(adjusted.net),
    currency: record.currency,
    booked_on: adjusted.bucket.day,
    corrects: adjusted.late,
    by,
    reason,
  };
  return {
    command: 'bill-adjust',
    schema: BillAdjustDocument,
    document: { item },
    columns: Object.keys(item),
    text: (style) =>
      `${style.strong('adjusted')} ${id} by ${item.amount} ${item.currency}; it costs ${item.total} now. Booked on ${item.booked_on}` +
      `${item.corrects === null ? '' : `, for the closed ${item.corrects}`}.`,
  };
}
