// tollbell bill-close: closes a month of a sender. Its volume discounts are settled, its lines never change again, and a digest proves it.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { closeMonth } from '../../billing/close.ts';
import { assert } from '../../errors.ts';
import { formatAmount } from '../../values/money.ts';
import { formatInstant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { filledText, helpText, monthText, parseOptions } from '../options.ts';
import { askYes } from '../prompt.ts';
import { moneyText } from '../shapes.ts';

const BillCloseOptions = z.object({
  month: monthText,
  by: z._default(filledText().check(z.maxLength(128, 'at most 128 characters')), 'operator'),
});

const BillCloseDocument = z.object({
  item: z.object({
    sender: z.string(),
    month: z.string(),
    result: z.enum(['closed', 'unchanged']),
    closed_at: z.string(),
    by: z.string(),
    currency: z.string(),
    adjusted: moneyText.check(z.describe('the volume discounts that this closing booked, also those of earlier months that changed since')),
    lines: z.int(),
    digest: z.string().check(z.describe('hex SHA-256 over the lines of the month and the digest before it; keep it outside the store')),
    previous: z.nullable(z.string()),
  }),
});

export const defineBillClose: Define = (parent, host) => {
  const command = parent
    .command('bill-close')
    .description(
      'Closes a month of a sender, for good. Its volume discounts are settled and its lines are frozen: what is heard of it later is booked in an open month.\n' +
        'Months are closed in their order, when they are over in the zone of the sender; one before a closed one never. Closing one again changes nothing.',
    )
    .argument('<month>', 'the month, 2026-10')
    .option('--by <name>', 'who closes it (default "operator")')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell bill-close 2026-10', 'tollbell bill-close 2026-10 --sender shop --by ada -y --json'],
        output:
          '{"schema":"tollbell.bill-close/1","item":{"sender","month","result","closed_at","by","currency","adjusted","lines","digest","previous"}}',
        exits: [0, 2, 8, 130],
      }),
    )
    .action((month: string, options: object) =>
      host.run(command, (app) => billClose(app, parseOptions(BillCloseOptions, { month, ...options }))),
    );
  return BillCloseDocument;
};

/** The closed month. Throws `period_open`, `invalid_input`, `input_required` without a terminal and without --yes, `interrupted` where a person thought better of it. */
export async function billClose(
  app: App,
  { month, by }: z.output<typeof BillCloseOptions>,
): Promise<View<z.output<typeof BillCloseDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const isClosed = (await store.closings(sender.id)).some((closing) => closing.month === month);
  if (!isClosed && !app.config.yes) await askYes(app, `Close ${month} of ${sender.name} for good?`);
  const { decision, closing, adjusted } = await closeMonth(store, { sender, month, at: app.clock.now(), by });
  assert(closing.digest !== null && closing.lines !== null, 'a closing ends with its digest');
  const item = {
    sender: sender.name,
    month,
    result: decision.kind === 'close' ? ('closed' as const) : ('unchanged' as const),
    closed_at: formatInstant(closing.closedAt),
    by: closing.closedBy,
    currency: sender.currency,
    adjusted: formatAmount(adjusted),
    lines: closing.lines,
    digest: closing.digest,
    previous: closing.previous,
  };
  return {
    command: 'bill-close',
    schema: BillCloseDocument,
    document: { item },
    columns: Object.keys(item),
    text: (style) =>
      `${style.strong(`${month} of ${sender.name} ${item.result === 'closed' ? 'is closed' : `was closed at ${item.closed_at} by ${item.by}`}`)}: ` +
      `${item.lines} lines, volume discounts of ${item.adjusted} ${item.currency}\ndigest ${item.digest}`,
  };
}
