// tollbell review close: a person decides whether an inbound message was a stop.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { PURPOSES } from '../../domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import { fail } from '../../errors.ts';
import { decideReview } from '../../send/decide-review.ts';
import type { Define, View } from '../command.ts';
import { purposesText, StopShape, stopText, toStop } from '../consent-view.ts';
import { countText, flag, helpText, orNull, parseOptions } from '../options.ts';
import { ReviewItem, toReviewItem } from '../review-item.ts';

const ReviewCloseOptions = z.object({ number: countText(), optOut: flag, dismiss: flag, purpose: orNull(purposesText) });

const ReviewCloseDocument = z.object({
  item: z.extend(ReviewItem, {
    decision: z.enum(['opted_out', 'dismissed']),
    purposes: z.array(z.enum(PURPOSES)).check(z.describe('what the person opted out of')),
    ...StopShape,
  }),
});

export const defineReviewClose: Define = (parent, host) => {
  const command = parent
    .command('close')
    .description(
      'Decides about a message that may be a stop. --opt-out records that the person wants no more from that sender, as said when they wrote, with their words\n' +
        'as evidence, and cancels what is queued for them; --dismiss records that it was no stop.',
    )
    .argument('<number>', 'its number, from tollbell review list')
    .option('--opt-out', 'it is a stop')
    .option('--purpose <list>', `with --opt-out: one or more of ${PURPOSES.join(', ')} (default all)`)
    .option('--dismiss', 'it is none')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell review close 17 --opt-out',
          'tollbell review close 17 --opt-out --purpose marketing',
          'tollbell review close 18 --dismiss --json',
        ],
        output:
          '{"schema":"tollbell.review-close/1","item":{"number","contact","text","decision":"opted_out|dismissed","purposes":[…],"cancelled_messages",…}}',
        exits: [0, 2, 8],
      }),
    )
    .action((number: string, options: object) =>
      host.run(command, (app) => closeReview(app, parseOptions(ReviewCloseOptions, { number, ...options }))),
    );
  return ReviewCloseDocument;
};

const NOTHING_STOPPED = { cancelled: [], released: [], inFlight: [] };

/** The review is closed. Throws `unknown_review`, `usage`. */
export async function closeReview(
  app: App,
  { number, optOut, dismiss, purpose }: z.output<typeof ReviewCloseOptions>,
): Promise<View<z.output<typeof ReviewCloseDocument>>> {
  if (optOut === dismiss) throw fail('usage', { message: 'Say what it is: --opt-out or --dismiss.', hint: 'One of the two.' });
  if (purpose !== null && dismiss) throw fail('usage', { message: '--purpose goes with --opt-out.', hint: 'Leave it out.' });
  const purposes = optOut ? (purpose ?? PURPOSES) : [];
  const store = await app.store();
  const { item: review, written } = await decideReview(
    { store, clock: app.clock, ids: app.ids },
    { sequence: number, optOut: optOut ? purposes : null },
  );
  const stop = toStop(written ?? NOTHING_STOPPED);
  const decision = optOut ? ('opted_out' as const) : ('dismissed' as const);
  const item = { ...toReviewItem(review, await store.listSenders(DEFAULT_ACCOUNT)), decision, purposes: [...purposes], ...stop };
  const who = item.phone ?? item.contact;
  return {
    command: 'review-close',
    schema: ReviewCloseDocument,
    document: { item },
    columns: [...Object.keys(ReviewItem.shape), 'decision', 'purposes', 'cancelled_messages'],
    text: (style) =>
      optOut
        ? `${style.bad('opted out')} ${who} of ${purposes.join(', ')}; ${stopText(stop, style)}`
        : `${style.strong('dismissed')} ${number}: ${who} stays as they are`,
  };
}
