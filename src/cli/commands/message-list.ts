// tollbell message list: messages, newest first.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { MESSAGE_STATES } from '../../domain/message.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import type { Store } from '../../ports/store.ts';
import type { MessageFilter, MessageRecord } from '../../ports/store/report.ts';
import type { Instant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { findCampaign, unknownCampaign } from '../find-campaign.ts';
import { addPageOptions, helpText, instantText, orNull, idPageOptions, parseOptions, phoneText } from '../options.ts';
import { MESSAGE_COLUMNS, type MessageItem, messageItem, toMessageItem } from '../message-view.ts';
import { type Table, table } from '../render.ts';
import { listOf } from '../shapes.ts';

const MessageListOptions = z.object({
  ...idPageOptions(),
  state: orNull(z.enum(MESSAGE_STATES, { error: `states are ${MESSAGE_STATES.join(', ')}` })),
  campaign: orNull(z.string()),
  to: orNull(phoneText),
  since: orNull(instantText),
});

const MessageListDocument = listOf(messageItem);

export const defineMessageList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description('Lists the messages of a sender, newest first, and when it is due what waits for its time.')
    .option('--state <state>', `only these: ${MESSAGE_STATES.join(', ')}`)
    .option('--campaign <name>', 'only this campaign')
    .option('--to <phone>', 'only to this person')
    .option('--since <instant>', 'only those admitted since then: a time with its zone, or a day (2026-12-01, its midnight in UTC)')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell message list --state unknown', 'tollbell message list --campaign autumn --limit 1000 --format csv'],
        output:
          '{"schema":"tollbell.message-list/1","items":[{"id","to","template","status","reason","price","currency","due_at",…}],"next"}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => messageList(app, parseOptions(MessageListOptions, { ...options }))));
  return MessageListDocument;
};

/** One page of messages. A store that does not exist has none. Throws `unknown_campaign`. */
export async function messageList(
  app: App,
  options: z.output<typeof MessageListOptions>,
): Promise<View<z.output<typeof MessageListDocument>>> {
  const store = await app.reader();
  if (store === null && options.campaign !== null) throw unknownCampaign(options.campaign, null);
  const filter = store === null ? null : await filterOf(app, store, options);
  const page = store === null || filter === null ? { items: [], next: null } : await store.listMessages(filter, options);
  const items = page.items.map(toMessageItem);
  return {
    command: 'message-list',
    schema: MessageListDocument,
    document: { items, next: page.next },
    rows: 'items',
    columns: MESSAGE_COLUMNS,
    text: async (style) => {
      if (items.length === 0) return 'No messages.';
      const more = page.next === null ? '' : `\n${style.dim(`More with --after ${page.next}`)}`;
      const now = app.clock.now();
      const due = page.items.map((record, index) => (isForLater(record, now) ? (items[index]?.due_at ?? '') : ''));
      return `${await table(tableOf(items, due), style)}${more}`;
    },
  };
}

function isForLater({ state, dueAt }: MessageRecord, now: Instant): boolean {
  return dueAt !== null && (state === 'scheduled' || dueAt > now);
}

// Most lists have nothing that waits for its time, and do without a column for it.
function tableOf(items: readonly MessageItem[], due: readonly string[]): Table {
  const columns = due.some((text) => text !== '') ? ['due'] : [];
  const header = ['id', 'to', 'template', 'status', 'reason', ...columns, 'price', ''];
  const rows = items.map(({ id, to, template, status, reason, price, currency }, index) => [
    id,
    to ?? '',
    template ?? 'text',
    status,
    reason ?? '',
    ...columns.map(() => due[index] ?? ''),
    price,
    currency,
  ]);
  return { header, rows, rightAligned: [header.indexOf('price')] };
}

// Null when the filter names a person that the store does not know: nothing can match.
async function filterOf(
  app: App,
  store: Store,
  { state, campaign, to, since }: z.output<typeof MessageListOptions>,
): Promise<MessageFilter | null> {
  const sender = await currentSender(store, app.config);
  const campaignId = campaign === null ? null : await findCampaign(store, sender, campaign);
  const [person] = to === null ? [] : await store.findContacts(DEFAULT_ACCOUNT, [{ phone: to }]);
  if (to !== null && (person ?? null) === null) return null;
  return { senderId: sender.id, state, campaignId, contactId: person?.contact.id ?? null, since };
}
