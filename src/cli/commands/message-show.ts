// tollbell message show: one message, and every ledger entry that it left.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { printable } from '../../values/text.ts';
import { isDecidedByPerson } from '../../send/resolve.ts';
import type { Define, View } from '../command.ts';
import { findMessage } from '../find-message.ts';
import { entryItem, MESSAGE_COLUMNS, messageItem, resolutionItem, toEntryItem, toMessageItem, toResolutionItem } from '../message-view.ts';
import { helpText } from '../options.ts';
import { fields, table } from '../render.ts';

const MessageShowDocument = z.object({
  item: z.object({ ...messageItem.shape, resolutions: z.array(resolutionItem), entries: z.array(entryItem) }),
});

export const defineMessageShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description('Shows one message with its ledger entries, what it sends again or was sent again as, and what a person decided about it.')
    .argument('<id>', "the message's id")
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell message show 01j9zk3v8q5t2r7m4n6p --json'],
        output:
          '{"schema":"tollbell.message-show/1","item":{"id","to","status","price",…,"resolutions":[{"resolved_as","outcome","by","reason",…}],"entries":[{"kind","held",…}]}}',
        exits: [0, 2, 8],
      }),
    )
    .action((id: string) => host.run(command, (app) => messageShow(app, id)));
  return MessageShowDocument;
};

/** The message. Throws `unknown_message`. */
export async function messageShow(app: App, id: string): Promise<View<z.output<typeof MessageShowDocument>>> {
  const store = await app.reader();
  const record = await findMessage(store, id);
  const [entries, resolutions] =
    store === null ? [[], []] : await Promise.all([store.entriesOf(record.id), store.resolutionsOf(record.id)]);
  const item = { ...toMessageItem(record), resolutions: resolutions.map(toResolutionItem), entries: entries.map(toEntryItem) };
  return {
    command: 'message-show',
    schema: MessageShowDocument,
    document: { item },
    columns: MESSAGE_COLUMNS,
    text: async (style) => {
      const { entries: lines, resolutions: decisions, tags, ...rest } = item;
      const said = isDecidedByPerson(rest.reason) ? decisions.at(-1)?.resolved_as : undefined;
      const status = said === undefined ? rest.status : `${rest.status} (${said}, decided by a person)`;
      const pairs = Object.entries({ ...rest, status, tags: tags.join(', ') || null }).map(
        ([name, value]) => [name, value === null ? null : String(value)] as const,
      );
      const rows = lines.map((line) => [line.kind, line.event_at, line.held, line.posted, line.currency, line.rule ?? line.cause ?? '']);
      const decided = decisions
        .map(({ by, resolved_as, at, reason }) => `\n\n${printable(`${by} decided ${resolved_as} at ${at}: ${reason}`)}`)
        .join('');
      return `${fields(pairs, style)}${decided}\n\n${await table({ header: ['entry', 'at', 'held', 'posted', '', 'why'], rows, rightAligned: [2, 3] }, style)}`;
    },
  };
}
