// A review as commands show it: an inbound message that may be a stop, and who wrote it.

import * as z from 'zod/mini';
import type { ReviewItem as Review } from '../ports/store/inbound.ts';
import type { Sender } from '../domain/sender.ts';
import { formatInstant } from '../values/time.ts';
import { instantTextOut } from './shapes.ts';

export const ReviewItem = z.object({
  number: z.int(),
  sender: z.string(),
  contact: z.string(),
  phone: z.nullable(z.string()),
  name: z.nullable(z.string()),
  text: z.string().check(z.describe('what they wrote')),
  at: instantTextOut,
});

/** The fields of a review. */
export function toReviewItem(review: Review, senders: readonly Sender[]): z.output<typeof ReviewItem> {
  const { sequence, senderId, contactId, phone, name, text, at } = review;
  const sender = senders.find(({ id }) => id === senderId)?.name ?? senderId;
  return { number: sequence, sender, contact: contactId, phone, name, text, at: formatInstant(at) };
}
