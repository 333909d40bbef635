// The emulator's world as its own interface shows it. Only reads.

import { dayOf, formatInstant, monthOf } from '../values/time.ts';
import { asText, type Json } from './answer.ts';
import { openFreeEntry, openWindow } from './customers.ts';
import { FREE_SERVICE_UNITS } from './pricing.ts';
import { zoneOf } from './scenario.ts';
import { dialled } from '../domain/wa-id.ts';
import type { SentMessage, World } from './world.ts';

/** Clock, counts, open windows, allowance, and how the webhooks fare. */
export function stateView(world: World): Json {
  const { timeline, customers, bill, scenario, webhooks, messages } = world;
  const now = timeline.now();
  const counts = { accepted: 0, sent: 0, delivered: 0, read: 0, failed: 0 };
  for (const message of messages.values()) counts[message.events.at(-1)?.status ?? 'accepted'] += 1;
  const people = [...customers.all()];
  const windows = people.flatMap((customer) => {
    const until = openWindow(customer, now);
    return until === null ? [] : [{ phone: customer.phone, user_id: customer.userId, until: formatInstant(until) }];
  });
  const freeEntries = people.flatMap((customer) => {
    const freeEntry = openFreeEntry(customer, now);
    return freeEntry === null ? [] : [{ phone: customer.phone, user_id: customer.userId, until: formatInstant(freeEntry.until) }];
  });
  return {
    clock: { now: formatInstant(now), mode: timeline.mode },
    messages: { total: messages.size, ...counts },
    windows,
    free_entry_windows: freeEntries,
    messaging_limit: { limit: scenario.account.messaging_limit, reached: world.reach.count(now) },
    allowance: { month: monthOf(dayOf(now, zoneOf(scenario))), used: bill.used(now), free: FREE_SERVICE_UNITS },
    templates: world.templates
      .all()
      .map(({ id, name, language, status, category, quality }) => ({ id, name, language, status, category, quality })),
    blocked: people.filter(({ isBlocked }) => isBlocked).map(({ phone, userId }) => ({ phone, user_id: userId })),
    webhooks: webhooks.summary(),
    scenario,
  };
}

/** Every accepted message, or those to one number or user id, oldest first. */
export function messagesView({ messages }: World, query: Readonly<Record<string, string>>): Json {
  const to = asText(query['to']);
  // A `+` that was not escaped arrives as a space.
  const digits = to?.replace(/\D/g, '') ?? '';
  const wanted = [...messages.values()].filter(
    ({ customer }) => to === null || customer.userId === to || (digits !== '' && customer.phone === dialled(`+${digits}`)),
  );
  return { messages: wanted.map(toView) };
}

function toView({ id, customer, type, category, template, body, callbackData, acceptedAt, events }: SentMessage): Json {
  return {
    id,
    to: customer.phone,
    user_id: customer.userId,
    type,
    category,
    template,
    body,
    biz_opaque_callback_data: callbackData,
    accepted_at: formatInstant(acceptedAt),
    status: events.at(-1)?.status ?? 'accepted',
    statuses: events.map(({ status, at, pricing, error, webhook }) => ({ status, at: formatInstant(at), pricing, error, webhook })),
  };
}
