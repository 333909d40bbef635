// tollbell review list: inbound messages that may be a stop, and wait for a person's decision.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import type { Define, View } from '../command.ts';
import { addPageOptions, helpText, orNull, pageOptions, parsedText, parseOptions } from '../options.ts';
import { table } from '../render.ts';
import { ReviewItem, toReviewItem } from '../review-item.ts';
import { listOf } from '../shapes.ts';

const ReviewListOptions = z.object({
  ...pageOptions(),
  after: orNull(
    parsedText(
      (text) => (/^\d{1,15}$/.test(text) ? text : undefined),
      () => ({ message: 'not a cursor of this list', hint: 'Take the cursor from `next` of the page before, or begin again without it.' }),
    ),
  ),
});

const ReviewListDocument = listOf(ReviewItem);

export const defineReviewList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description(
      'Lists inbound messages of all senders that may be a stop ("please stop sending me this"), oldest first. Until somebody decides, messages go on being\n' +
        'sent to these people: tollbell review close.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell review list', 'tollbell review list --json'],
        output: '{"schema":"tollbell.review-list/1","items":[{"number","sender","contact","phone","name","text","at"}],"next"}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listReviews(app, parseOptions(ReviewListOptions, { ...options }))));
  return ReviewListDocument;
};

/** One page of what waits. A store that does not exist has nothing. */
export async function listReviews(app: App, page: z.output<typeof ReviewListOptions>): Promise<View<z.output<typeof ReviewListDocument>>> {
  const store = await app.reader();
  const { items: reviews, next } = store === null ? { items: [], next: null } : await store.listReviews(page);
  const senders = store === null ? [] : await store.listSenders(DEFAULT_ACCOUNT);
  const items = reviews.map((review) => toReviewItem(review, senders));
  return {
    command: 'review-list',
    schema: ReviewListDocument,
    document: { items, next },
    rows: 'items',
    columns: Object.keys(ReviewItem.shape),
    text: async (style) => {
      if (items.length === 0) return 'Nothing waits for a decision.';
      const rows = items.map(({ number, sender, phone, contact, name, text, at }) => [
        String(number),
        at,
        sender,
        phone ?? contact,
        name ?? '',
        text,
      ]);
      const more = next === null ? '' : `\n${style.dim(`More with --after ${next}`)}`;
      return `${await table({ header: ['number', 'at', 'sender', 'from', 'name', 'text'], rows, rightAligned: [0] }, style)}${more}`;
    },
  };
}
