// Webhooks as the provider writes them, and a reader of them with known senders. The ids are invented.

import { createHash } from 'node:crypto';
import { toCallbackData } from '../../src/domain/callback-data.ts';
import type { InboundEvent } from '../../src/domain/inbound.ts';
import type { ReadingHost } from '../../src/inbound/host.ts';
import { createIds, type MessageId, type SenderId } from '../../src/values/id.ts';
import { parseInstant, toInstant } from '../../src/values/time.ts';

export const NUMBER = '106540352242922';
export const ACCOUNT = '102290129340398';
export const SENDER = 'sender01' as SenderId;
export const SECOND_SENDER = 'sender02' as SenderId;
export const AT = parseInstant('2026-11-22T12:00:00Z') ?? toInstant(0);
/** A minute before `AT`, as the provider writes it. */
export const SECONDS = String(AT / 1_000 - 60);
export const CUSTOMER = '4915112345678';
export const USER = 'DE.9f3kQ2';

export const keyedDigest = (text: string): Uint8Array => createHash('sha256').update(`key ${text}`).digest();
const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();

/** Knows one number, and two senders on its account. */
export function readingHost(): ReadingHost {
  let next = 0;
  return {
    at: AT,
    ids: createIds((count) => Uint8Array.from({ length: count }, () => (next += 1) % 256)),
    keyedDigest,
    sha256,
    senders: {
      byNumber: (id) => (id === NUMBER ? SENDER : null),
      byAccount: (id) => (id === ACCOUNT ? [SENDER, SECOND_SENDER] : []),
    },
  };
}

const messageIds = createIds((count) => new Uint8Array(count).fill(7));

/** The id of a message of ours, and what goes out with its first request. */
export function ourMessage(): { readonly messageId: MessageId; readonly data: string } {
  const messageId = messageIds.sortable<'message'>(AT);
  return { messageId, data: toCallbackData({ messageId, attempt: 1 }, keyedDigest) };
}

/** A post of one entry with these changes. */
export function post(...changes: readonly unknown[]): object {
  return { object: 'whatsapp_business_account', entry: [{ id: ACCOUNT, time: AT / 1_000 - 30, changes }] };
}

/** A change of a number's messages: statuses, messages, or both. */
export function messagesChange(value: object, phoneNumberId = NUMBER): object {
  const metadata = { display_phone_number: '15550783881', phone_number_id: phoneNumberId };
  return { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
}

export function status(fields: object = {}): object {
  return { id: 'wamid.X', status: 'delivered', timestamp: SECONDS, recipient_id: CUSTOMER, recipient_user_id: USER, ...fields };
}

export function inboundText(body: string, fields: object = {}): object {
  return { from: CUSTOMER, id: 'wamid.IN', timestamp: SECONDS, type: 'text', text: { body }, ...fields };
}

/** The events of one kind. */
export function ofKind<Kind extends InboundEvent['kind']>(
  events: readonly InboundEvent[],
  kind: Kind,
): readonly Extract<InboundEvent, { kind: Kind }>[] {
  return events.filter((event): event is Extract<InboundEvent, { kind: Kind }> => event.kind === kind);
}
