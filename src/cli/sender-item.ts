// A sender as commands show it.

import * as z from 'zod/mini';
import { type Sender, TRANSPORT_NAMES } from '../domain/sender.ts';
import { formatInstant } from '../values/time.ts';
import { fields, type Style } from './render.ts';
import { instantTextOut } from './shapes.ts';

/** The JSON of a sender. */
export const SenderItem = z.object({
  name: z.string(),
  transport: z.enum(TRANSPORT_NAMES),
  currency: z.string(),
  time_zone: z.string().check(z.describe('the zone of its days and months')),
  default: z.boolean().check(z.describe('acts when no other is named')),
  created_at: instantTextOut,
});

/** The columns of `SenderItem` in CSV. */
export const SENDER_COLUMNS = Object.keys(SenderItem.shape);

/** The fields of a sender. */
export function toSenderItem(sender: Sender): z.output<typeof SenderItem> {
  return {
    name: sender.name,
    transport: sender.transport,
    currency: sender.currency,
    time_zone: sender.timeZone,
    default: sender.isDefault,
    created_at: formatInstant(sender.createdAt),
  };
}

/** A sender for people. */
export function senderText(sender: Sender, style: Style): string {
  const { name, transport, currency, time_zone: zone, default: isDefault, created_at: createdAt } = toSenderItem(sender);
  return fields(
    [
      ['sender', name],
      ['transport', transport],
      ['currency', currency],
      ['time zone', zone],
      ['default', isDefault ? 'yes' : 'no'],
      ['created', createdAt],
    ],
    style,
  );
}
