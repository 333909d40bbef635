// tollbell message show: one message, and every ledger entry that it left.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { fail } from '../../errors.ts';
import type { MessageId } from '../../values/id.ts';
import type { Define, View } from '../command.ts';
import { entryItem, MESSAGE_COLUMNS, messageItem, toEntryItem, toMessageItem } from '../message-view.ts';
import { helpText } from '../options.ts';
import { fields, table } from '../render.ts';

const MessageShowDocument = z.object({ item: z.object({ ...messageItem.shape, entries: z.array(entryItem) }) });

export const defineMessageShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description('Shows one message with its ledger entries.')
    .argument('<id>', "the message's id")
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell message show 01j9zk3v8q5t2r7m4n6p --json'],
        output:
          '{"schema":"tollbell.message-show/1","item":{"id","to","status","price","currency",…,"entries":[{"kind","held","posted",…}]}}',
        exits: [0, 2, 8],
      }),
    )
    .action((id: string) => host.run(command, (app) => messageShow(app, id)));
  return MessageShowDocument;
};

/** The message. Throws `unknown_message`. */
export async function messageShow(app: App, id: string): Promise<View<z.output<typeof MessageShowDocument>>> {
  const store = await app.reader();
  const [record] = store === null ? [] : await store.findMessages([id as MessageId]);
  if (store === null || record === undefined || record === null) {
    throw fail('unknown_message', { message: `There is no message ${id}.`, hint: 'tollbell message list shows the ids.', details: { id } });
  }
  const entries = await store.entriesOf(record.id);
  const item = { ...toMessageItem(record), entries: entries.map(toEntryItem) };
  return {
    command: 'message-show',
    schema: MessageShowDocument,
    document: { item },
    columns: MESSAGE_COLUMNS,
    text: async (style) => {
      const { entries: lines, tags, ...rest } = item;
      const pairs = Object.entries({ ...rest, tags: tags.join(', ') || null }).map(
        ([name, value]) => [name, value === null ? null : String(value)] as const,
      );
      const rows = lines.map((line) => [line.kind, line.event_at, line.held, line.posted, line.currency, line.rule ?? line.cause ?? '']);
      return `${fields(pairs, style)}\n\n${await table({ header: ['entry', 'at', 'held', 'posted', '', 'why'], rows, rightAligned: [2, 3] }, style)}`;
    },
  };
}
