// tollbell sender show: one sender, or the one that acts when none is named.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { fail } from '../../errors.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import {
  MessagingLimitItem,
  messagingLimitField,
  SENDER_COLUMNS,
  SenderItem,
  senderText,
  toMessagingLimitItem,
  toSenderItem,
} from '../sender-item.ts';

const SenderShowOptions = z.object({ name: z.optional(z.string()) });

const SenderShowDocument = z.object({
  item: z.extend(SenderItem, { messaging_limit: z.nullable(MessagingLimitItem) }),
});

export const defineSenderShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description('Shows a sender; without a name the one that acts now (--sender, or the default).')
    .argument('[name]', "the sender's name")
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell sender show', 'tollbell sender show shop-de --json'],
        output:
          '{"schema":"tollbell.sender-show/1","item":{"name","transport","currency","time_zone","default","created_at","whatsapp":{…}|null,"messaging_limit":{…}|null}}',
        exits: [0, 2, 8],
      }),
    )
    .action((name: string | undefined) => host.run(command, (app) => showSender(app, parseOptions(SenderShowOptions, { name }))));
  return SenderShowDocument;
};

/** The sender. Throws `unknown_sender`, also where there is no store. */
export async function showSender(
  app: App,
  { name }: z.output<typeof SenderShowOptions>,
): Promise<View<z.output<typeof SenderShowDocument>>> {
  const store = await app.reader();
  if (store === null)
    throw fail('unknown_sender', {
      message: 'There is no store yet.',
      hint: 'The first command that writes makes it, with a sender for the sandbox.',
    });
  const sender = await currentSender(store, { sender: name ?? app.config.sender });
  const reach = sender.whatsapp === null ? null : await store.reach(sender.accountId, app.clock.now());
  return {
    command: 'sender-show',
    schema: SenderShowDocument,
    document: { item: { ...toSenderItem(sender), messaging_limit: reach === null ? null : toMessagingLimitItem(reach) } },
    columns: [...SENDER_COLUMNS, 'messaging_limit.limit', 'messaging_limit.reached'],
    text: (style) => senderText(sender, style, reach === null ? [] : [messagingLimitField(reach)]),
  };
}
