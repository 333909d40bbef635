// tollbell sender add: a business identity on a channel, with the currency and the zone that it is billed in.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { DEFAULT_ACCOUNT, isSenderName, type Sender, TRANSPORT_NAMES } from '../../domain/sender.ts';
import type { Define, View } from '../command.ts';
import { hint } from '../hint.ts';
import { currencyText, helpText, parseOptions, timeZoneText } from '../options.ts';
import { SENDER_COLUMNS, SenderItem, toSenderItem } from '../sender-item.ts';

const SenderAddOptions = z.object({
  name: z.string().check(z.refine(isSenderName, 'must have 1 to 64 letters, digits, -, _ or .; the first a letter or digit')),
  transport: z.enum(TRANSPORT_NAMES, {
    error: ({ input }) =>
      input === undefined
        ? `one of ${TRANSPORT_NAMES.join(', ')} is needed`
        : `this version sends through ${TRANSPORT_NAMES.join(', ')} only`,
  }),
  currency: z._default(currencyText, 'USD' as z.output<typeof currencyText>),
  timeZone: z._default(timeZoneText, 'UTC' as z.output<typeof timeZoneText>),
});

const SenderAddDocument = z.object({ item: z.extend(SenderItem, { result: z.enum(['added', 'unchanged']) }) });

export const defineSenderAdd: Define = (parent, host) => {
  const command = parent
    .command('add')
    .description('Adds a sender. Its currency and its zone stay as they are from its first message on.')
    .argument('<name>', 'letters, digits, -, _ and .')
    .option('--transport <name>', `the channel: ${TRANSPORT_NAMES.join(', ')}`)
    .option('--currency <code>', 'the currency it is billed in (default USD)')
    .option('--time-zone <zone>', 'the zone of its days and months, such as Europe/Berlin (default UTC)')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell sender add shop-de --transport sandbox --currency EUR --time-zone Europe/Berlin'],
        output:
          '{"schema":"tollbell.sender-add/1","item":{"name","transport","currency","time_zone","default","created_at","result":"added|unchanged"}}',
        exits: [0, 2, 8],
      }),
    )
    .action((name: string, options: object) =>
      host.run(command, (app) => addSender(app, parseOptions(SenderAddOptions, { name, ...options }))),
    );
  return SenderAddDocument;
};

/** The sender is there. The same one again changes nothing. Throws `sender_conflict` where the name has other settings. */
export async function addSender(app: App, options: z.output<typeof SenderAddOptions>): Promise<View<z.output<typeof SenderAddDocument>>> {
  const store = await app.store();
  const wanted: Sender = { ...options, id: app.ids.short(), accountId: DEFAULT_ACCOUNT, isDefault: false, createdAt: app.clock.now() };
  const result = await store.putSender(wanted);
  const sender = (await store.listSenders(DEFAULT_ACCOUNT)).find(({ name }) => name === options.name) ?? wanted;
  const cards = await store.listPriceCards({ currency: sender.currency });
  if (cards.length === 0)
    hint(app, `There are no ${sender.currency} prices yet: bring a card with tollbell price builtin or price import.`);
  return {
    command: 'sender-add',
    schema: SenderAddDocument,
    document: { item: { ...toSenderItem(sender), result } },
    columns: [...SENDER_COLUMNS, 'result'],
    text: (style) => `${style.good(result)} ${sender.name} (${sender.transport}, ${sender.currency}, ${sender.timeZone})`,
  };
}
