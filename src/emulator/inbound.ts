// What customers do: they write, press buttons, react, stop marketing, change their number, block the business, read.

import { type Answer, asObject, asText, type Json, listedError, ok } from './answer.ts';
import { type Customer, type CustomerRef, keyOf } from './customers.ts';
import { INBOUND_DAYS } from './media.ts';
import { reportRead } from './statuses.ts';
import { identityChange, inboundChange, preferenceChange } from './webhook-body.ts';
import { personOf, tell, type World } from './world.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg',
  document: 'application/pdf',
  sticker: 'image/webp',
};

const UNSUPPORTED: Json = { errors: [listedError(131_051, 'Message type is currently not supported.')] };

/** A customer writes. The window opens, and with a `referral` the answer will open a free one. */
export function writeInbound(world: World, ref: CustomerRef, input: Json): Answer {
  const at = world.timeline.now();
  const customer = world.customers.get(ref, asText(input['name']));
  const messageId = world.nextId('message');
  const referral = asObject(input['referral']);
  const type = asText(input['type']) ?? 'text';
  customer.lastInboundAt = at;
  if (referral !== null) customer.adClickAt = at;
  world.inbound.set(messageId, at);
  const context = contextOf(world, customer, { input, type });
  const beside = {
    ...(context === null ? {} : { context }),
    ...(referral === null ? {} : { referral }),
    ...(type === 'unsupported' ? UNSUPPORTED : {}),
  };
  tell(
    world,
    inboundChange(world.identity, { messageId, at, person: personOf(customer), type, content: contentOf(world, input, type), beside }),
  );
  return ok({ message_id: messageId, user_id: customer.userId });
}

// The content under the name of its type: given as it is, or as text where that says it all.
function contentOf(world: World, input: Json, type: string): Json | readonly unknown[] | null {
  const given = input[type];
  const text = typeof given === 'string' ? given : '';
  switch (type) {
    case 'text':
      return asObject(given) ?? { body: text };
    case 'button':
      return asObject(given) ?? { payload: asText(input['payload']) ?? text, text };
    case 'unsupported':
      return asObject(given) ?? { type: 'unknown' };
    default:
  }
  const mimeType = MEDIA_TYPES[type];
  if (mimeType !== undefined) return mediaOf(world, asObject(given) ?? {}, mimeType);
  return Array.isArray(given) ? given : (asObject(given) ?? {});
}

function mediaOf({ media, timeline }: World, given: Json, usual: string): Json {
  const mimeType = asText(given['mime_type']) ?? usual;
  const file = media.add(
    { bytes: Buffer.from(asText(given['content']) ?? 'a file of a customer'), mimeType },
    timeline.now(),
    INBOUND_DAYS,
  );
  const { content: _content, ...rest } = given;
  return { mime_type: mimeType, sha256: file.sha256, id: file.id, ...rest };
}

type Said = { readonly input: Json; readonly type: string };

// A pressed button belongs to a message of ours: the last one to this person where none is named.
function contextOf({ messages, identity }: World, customer: Customer, { input, type }: Said): Json | null {
  const given = asObject(input['context']);
  if (given !== null || (type !== 'button' && type !== 'interactive')) return given;
  const last = [...messages.values()].findLast((message) => keyOf(message.customer) === keyOf(customer));
  return last === undefined ? null : { from: identity.displayPhoneNumber, id: last.id };
}

/** The person stops marketing in the messenger, or allows it again. */
export function setPreference(world: World, ref: CustomerRef, marketing: 'stop' | 'resume'): Answer {
  const customer = world.customers.get(ref);
  customer.marketingStopped = marketing === 'stop';
  tell(world, preferenceChange(world.identity, { person: personOf(customer), marketing, at: world.timeline.now() }));
  return ok({ success: true });
}

/**
 * The person moves to another number, or gets another user id on the same one; the old one is no longer reached. With `hidesNumber` it is another number in
 * any case, and the webhook does not tell it.
 */
export function changeIdentity(world: World, ref: CustomerRef, next: CustomerRef, hidesNumber: boolean): Answer {
  const was = world.customers.get(ref);
  const person = personOf(was);
  if (hidesNumber && isTaken(world.customers.find(next), was, next)) return TAKEN;
  const is = hidesNumber || 'phone' in next ? moveNumber(world, was, next) : was;
  if (!hidesNumber && !('phone' in next) && !world.customers.changeUserId(was, next.userId)) return TAKEN;
  const messageId = world.nextId('message');
  const { identity, timeline } = world;
  tell(world, identityChange(identity, { messageId, at: timeline.now(), person, next: personOf(is), hidesNumber }));
  return ok({ message_id: messageId, user_id: is.userId });
}

const TAKEN: Answer = { status: 400, body: { error: { message: 'That is the person already, or another number has that user id.' } } };

// Who moves leaves the number behind, and cannot become somebody who has one by a user id alone.
function isTaken(known: Customer | undefined, was: Customer, next: CustomerRef): boolean {
  return known !== undefined && (known === was || (!('phone' in next) && known.phone !== null));
}

// The person has another number, and what the business may do goes along.
function moveNumber({ customers }: World, was: Customer, next: CustomerRef): Customer {
  const is = customers.get(next, was.name);
  if (is === was) return is;
  const { lastInboundAt, marketingStopped, isBlocked } = was;
  Object.assign(is, { lastInboundAt, marketingStopped, isBlocked, isUnreachable: false });
  was.isUnreachable = true;
  return is;
}

/** The person blocks the business, or takes that back. No webhook tells; what is sent then fails with 131026. */
export function blockBusiness(world: World, ref: CustomerRef, isBlocked: boolean): Answer {
  world.customers.get(ref).isUnreachable = isBlocked;
  return ok({ success: true });
}

/** The person reads everything that was delivered. */
export function readMessages(world: World, ref: CustomerRef): Answer {
  const customer = world.customers.get(ref);
  for (const message of world.messages.values()) if (keyOf(message.customer) === keyOf(customer)) reportRead(world, message);
  return ok({ success: true });
}
