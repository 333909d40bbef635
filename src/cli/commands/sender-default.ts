// tollbell sender default: chooses the sender that acts when none is named.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import { SENDER_COLUMNS, SenderItem, toSenderItem } from '../sender-item.ts';

const SenderDefaultOptions = z.object({ name: z.string() });

const SenderDefaultDocument = z.object({ item: SenderItem });

export const defineSenderDefault: Define = (parent, host) => {
  const command = parent
    .command('default')
    .description('Makes a sender the default one: it acts whenever --sender, TOLLBELL_SENDER and the configuration name none.')
    .argument('<name>', "the sender's name")
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell sender default shop-de'],
        output:
          '{"schema":"tollbell.sender-default/1","item":{"name","transport","currency","time_zone","default":true,"created_at","whatsapp":{…}|null}}',
        exits: [0, 2, 8],
      }),
    )
    .action((name: string) => host.run(command, (app) => chooseSender(app, parseOptions(SenderDefaultOptions, { name }))));
  return SenderDefaultDocument;
};

/** The sender is the default one, and no other is. Throws `unknown_sender`. */
export async function chooseSender(
  app: App,
  { name }: z.output<typeof SenderDefaultOptions>,
): Promise<View<z.output<typeof SenderDefaultDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, { sender: name });
  await store.setDefaultSender(sender.id);
  return {
    command: 'sender-default',
    schema: SenderDefaultDocument,
    document: { item: toSenderItem({ ...sender, isDefault: true }) },
    columns: SENDER_COLUMNS,
    text: (style) => `${style.good('default')} ${sender.name}`,
  };
}
