// What customers send: messages, changes of their number or user id, and the messenger's own switch for marketing.

import type { InboundEvent } from '../domain/inbound.ts';
import type { SenderId } from '../values/id.ts';
import { printable, shorten } from '../values/text.ts';
import { idOf, type JsonObject, objectOf, pastOf, phoneOf, textOf, userIdOf } from './fields.ts';
import { commonOf, personOf, type ReadingHost } from './host.ts';
import type { Profiles } from './profiles.ts';

type Place = { readonly senderId: SenderId | null; readonly profiles: Profiles };

const TYPE_LENGTH_MAX = 40;

/**
 * The event of one inbound message; undefined where it cannot be read. A type that we do not know is still a message of somebody. One without a time was
 * written when it came: a stop is not lost for that.
 */
export function readMessage(host: ReadingHost, place: Place, item: unknown): InboundEvent | undefined {
  const message = objectOf(item);
  const id = idOf(message?.['id']);
  const type = textOf(message?.['type']);
  if (message === undefined || id === null || type === null) return undefined;
  const common = commonOf(host, {
    senderId: place.senderId,
    at: pastOf(message['timestamp'], host.at) ?? host.at,
    identity: () => JSON.stringify(['message', id]),
    evidence: item,
  });
  if (type === 'system') return readIdentity(host, common, message);
  if (type === 'revoke') return undefined; // taking a message back says nothing, and is no message
  const person = personOf(host, place.profiles.known(message['from'], message['from_user_id']));
  if (person === null) return undefined;
  return { ...common, kind: 'message', person, text: wordsOf(message, type), messageType: printable(shorten(type, TYPE_LENGTH_MAX)) };
}

// What can be read for stop words. A caption is as good as a text.
function wordsOf(message: JsonObject, type: string): string | null {
  const part = objectOf(message[type]);
  switch (type) {
    case 'text':
      return textOf(part?.['body']);
    case 'button':
      return textOf(part?.['text']) ?? textOf(part?.['payload']);
    case 'interactive':
      return textOf((objectOf(part?.['button_reply']) ?? objectOf(part?.['list_reply']))?.['title']);
    case 'edit':
      return editedWords(objectOf(part?.['message']));
    default:
      return textOf(part?.['caption']);
  }
}

function editedWords(message: JsonObject | undefined): string | null {
  const type = textOf(message?.['type']);
  return message === undefined || type === null || type === 'edit' ? null : wordsOf(message, type);
}

const IDENTITY_CHANGES: ReadonlySet<unknown> = new Set(['user_changed_number', 'user_changed_user_id']);

// Such a message has no contacts: `from` is who they were, `system` who they are.
function readIdentity(host: ReadingHost, common: ReturnType<typeof commonOf>, message: JsonObject): InboundEvent | undefined {
  const system = objectOf(message['system']);
  if (system === undefined || !IDENTITY_CHANGES.has(system['type'])) return undefined;
  const numberBefore = phoneOf(message['from']);
  const numberNow = phoneOf(system['wa_id']);
  const userNow = userIdOf(system['user_id']);
  const sender = userIdOf(message['from_user_id']);
  const userBefore = userIdOf(system['previous_user_id']) ?? (sender === userNow ? null : sender);
  const previous = personOf(host, { phone: numberBefore, userId: userBefore, name: null });
  // Who got another user id kept the number; who got another number, and does not tell it, is known by the user id alone.
  const keepsNumber = system['type'] === 'user_changed_user_id';
  const person = personOf(host, { phone: numberNow ?? (keepsNumber ? numberBefore : null), userId: userNow, name: null });
  if (previous === null || person === null) return undefined;
  return { ...common, kind: 'identity', previous, keepsNumber, person };
}

/** The event of one preference; undefined where it cannot be read, or is about something else than marketing. */
export function readPreference(host: ReadingHost, place: Place, item: unknown): InboundEvent | undefined {
  const preference = objectOf(item);
  const marketing = preference?.['value'];
  if (preference?.['category'] !== 'marketing_messages' || (marketing !== 'stop' && marketing !== 'resume')) return undefined;
  const { wa_id: waId, user_id: userId, timestamp } = preference;
  const person = personOf(host, place.profiles.known(waId, userId));
  if (person === null) return undefined;
  const common = commonOf(host, {
    senderId: place.senderId,
    at: pastOf(timestamp, host.at) ?? host.at,
    identity: () => JSON.stringify(['preference', waId, userId, marketing, timestamp]),
    evidence: item,
  });
  return { ...common, kind: 'preference', person, marketing };
}
