// tollbell block: a hard stop that beats every consent and cancels what is queued.

import * as z from 'zod';
import type { App } from '../../app.ts';
import { EVERYWHERE } from '../../domain/consent.ts';
import { stopPerson } from '../../send/stop.ts';
import { formatAmount } from '../../values/money.ts';
import { formatInstant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions, phoneText } from '../options.ts';
import { moneyText } from '../shapes.ts';

const BlockOptions = z.object({
  phone: phoneText,
  reason: z.string().nullable().default(null),
  by: z.enum(['customer', 'business'], { error: 'customer or business' }).default('business'),
  everywhere: z.boolean().default(false),
});

const BlockDocument = z.object({
  contact: z.string(),
  phone: z.string(),
  sender: z.string(),
  blocked: z.literal(true),
  since: z.string(),
  cancelled_messages: z.int(),
  released: z.array(z.object({ currency: z.string(), amount: moneyText })),
  in_flight: z.array(z.string()),
});

export const defineBlock: Define = (parent, host) => {
  const command = parent
    .command('block')
    .description('Stops everything from this sender to a person, also what is queued. A number never seen before is blocked too.')
    .argument('<phone>', 'the number, +4915112345678')
    .option('--reason <text>', 'why, kept as evidence')
    .option('--by <who>', 'customer or business (default business)')
    .option('--everywhere', 'for all senders of the account')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell block +4915112345678 --reason "asked by phone" --by customer', 'tollbell block +4915112345678 --everywhere --json'],
        output: '{"schema":"tollbell.block/1","contact","phone","sender","blocked","since","cancelled_messages","released":[…],"in_flight":[…]}',
        exits: [0, 2, 8],
      }),
    )
    .action((phone: string, options: object) => host.run(command, (app) => block(app, parseOptions(BlockOptions, { phone, ...options }))));
  return BlockDocument;
};

/** Records the block and returns what it stopped. Blocking twice keeps the first instant. */
export async function block(app: App, options: z.output<typeof BlockOptions>): Promise<View<z.output<typeof BlockDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const { written, since } = await stopPerson(app, store, {
    scope: options.everywhere ? EVERYWHERE : sender.id,
    phone: options.phone,
    by: options.by,
    reason: options.reason,
  });
  const document = {
    contact: written.contactId,
    phone: options.phone,
    sender: options.everywhere ? EVERYWHERE : sender.name,
    blocked: true as const,
    since: formatInstant(since),
    cancelled_messages: written.cancelled.length,
    released: written.released.map(({ currency, amount }) => ({ currency, amount: formatAmount(amount) })),
    in_flight: [...written.inFlight],
  };
  return {
    command: 'block',
    schema: BlockDocument,
    document,
    columns: ['contact', 'phone', 'sender', 'blocked', 'since', 'cancelled_messages'],
    text: (style) => {
      const released = document.released.map(({ currency, amount }) => `, ${amount} ${currency} released`).join('');
      const inFlight = document.in_flight.length === 0 ? '' : `\n${style.warn('Already on their way:')} ${document.in_flight.join(', ')}`;
      return `${style.bad('blocked')} ${options.phone} since ${document.since}; ${document.cancelled_messages} queued messages cancelled${released}${inFlight}`;
    },
  };
}
