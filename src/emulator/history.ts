// `message_history`: what became of messages and of their webhooks. It is listed by page or found by the message's id, by nothing else.

import { type Answer, type Json, refusal } from './answer.ts';
import { type Field, parseFields } from './fields.ts';
import { pageOf, type PageRequest } from './paging.ts';
import { secondsOf } from './webhook-body.ts';
import type { MessageEvent, SentMessage, World } from './world.ts';

const LIMIT_MAX = 100;
const PREFIX = 'mh.';

/** The messages of the number, newest first. */
export function messageHistory(
  world: World,
  request: PageRequest & { readonly messageId?: string | undefined; readonly fields?: string | undefined },
): Answer {
  const { messageId } = request;
  const found = messageId === undefined ? undefined : world.messages.get(messageId);
  const messages = messageId === undefined ? [...world.messages.values()].toReversed() : found === undefined ? [] : [found];
  const fields = parseFields(request.fields ?? 'id,message_id');
  return pageOf(messages, request, { keyOf: ({ id }) => id, limitMax: LIMIT_MAX, toJson: (message) => toNode(world, message, fields) });
}

/** The events of one message; null when the id is not one of a history. */
export function historyEvents(world: World, id: string, request: PageRequest & { readonly status?: string | undefined }): Answer | null {
  if (!id.startsWith(PREFIX)) return null;
  const message = world.messages.get(`wamid.${id.slice(PREFIX.length)}`);
  if (message === undefined) return refusal(100, `There is no message history with the id ${id}.`);
  const events = message.events.filter(({ status }) => request.status === undefined || status.toUpperCase() === request.status);
  return pageOf(events, request, {
    keyOf: ({ status, at }) => `${status}${at}`,
    limitMax: LIMIT_MAX,
    toJson: (event) => toEvent(world, message, event),
  });
}

function toNode(world: World, message: SentMessage, fields: readonly Field[]): Json {
  const names = new Set(fields.map(({ name }) => name));
  return {
    id: message.id.replace('wamid.', PREFIX),
    ...(names.has('message_id') ? { message_id: message.id } : {}),
    ...(names.has('events') ? { events: { data: message.events.map((event) => toEvent(world, message, event)) } } : {}),
  };
}

function toEvent({ webhooks }: World, message: SentMessage, { status, at, webhook, error }: MessageEvent): Json {
  return {
    id: `${message.id.replace('wamid.', PREFIX)}.${status}`,
    delivery_status: status.toUpperCase(),
    timestamp: secondsOf(at),
    webhook_update_state: webhook,
    webhook_uri: webhooks.summary()['url'] ?? undefined,
    ...(error === null ? {} : { error_description: error.details }),
  };
}
