// tollbell sender list: the senders of the account.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import type { Define, View } from '../command.ts';
import { addPageOptions, helpText, pageOptions, parseOptions } from '../options.ts';
import { toPage } from '../page.ts';
import { table } from '../render.ts';
import { SENDER_COLUMNS, SenderItem, toSenderItem } from '../sender-item.ts';
import { listOf } from '../shapes.ts';

const SenderListOptions = z.object(pageOptions());

const SenderListDocument = listOf(SenderItem);

export const defineSenderList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description('Lists the senders.')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell sender list', 'tollbell sender list --json'],
        output:
          '{"schema":"tollbell.sender-list/1","items":[{"name","transport","currency","time_zone","default","created_at","whatsapp":{…}|null}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listSenders(app, parseOptions(SenderListOptions, { ...options }))));
  return SenderListDocument;
};

/** The senders by name. Empty where there is no store. */
export async function listSenders(app: App, page: z.output<typeof SenderListOptions>): Promise<View<z.output<typeof SenderListDocument>>> {
  const store = await app.reader();
  const { items, next } = toPage(store === null ? [] : await store.listSenders(DEFAULT_ACCOUNT), page, ({ name }) => name);
  return {
    command: 'sender-list',
    schema: SenderListDocument,
    document: { items: items.map(toSenderItem), next },
    rows: 'items',
    columns: SENDER_COLUMNS,
    text: (style) => {
      const rows = items.map(({ name, transport, currency, timeZone, isDefault, whatsapp }) => [
        name,
        transport,
        whatsapp?.phoneNumberId ?? '',
        currency,
        timeZone,
        isDefault ? 'yes' : '',
      ]);
      const header = ['NAME', 'TRANSPORT', 'NUMBER ID', 'CURRENCY', 'TIME ZONE', 'DEFAULT'];
      return items.length === 0 ? 'No senders.' : table({ header, rows }, style);
    },
  };
}
