// The business's block list: only who wrote within 24 hours can be put on it, and a list may fail in part.

import { parsePhone } from '../values/phone.ts';
import { type Answer, asList, asObject, asText, type Json, listedError, missing, ok, refusal } from './answer.ts';
import { type Customer, openWindow, waIdOf } from './customers.ts';
import { pageOf, type PageRequest } from './paging.ts';
import { isUserId } from './recipient.ts';
import type { World } from './world.ts';

const BLOCKED_MAX = 64_000;

/** Puts people on the list, or takes them off. Those for whom it fails are listed under error 139100. */
export function setBlocked(world: World, body: Json, isBlocked: boolean): Answer {
  const users = asList(body['block_users']);
  if (body['messaging_product'] !== 'whatsapp') return missing('messaging_product');
  if (users === null || users.length === 0) return missing('block_users');
  const [done, failed]: [Json[], Json[]] = [[], []];
  for (const user of users) {
    const input = asText(asObject(user)?.['user']) ?? asText(asObject(user)?.['user_id']) ?? '';
    const customer = find(world, input);
    const code = customer === null ? 131_009 : problemOf(world, customer, isBlocked);
    const named = { input, ...(customer === null ? {} : nameOf(customer)) };
    if (customer === null || code !== null)
      failed.push({ ...named, errors: [listedError(code ?? 131_009, 'The user cannot be blocked.')] });
    else {
      customer.isBlocked = isBlocked;
      done.push(named);
    }
  }
  const result = {
    messaging_product: 'whatsapp',
    block_users: {
      ...(done.length === 0 ? {} : { [isBlocked ? 'added_users' : 'removed_users']: done }),
      ...(failed.length === 0 ? {} : { failed_users: failed }),
    },
  };
  return failed.length === 0 ? ok(result) : refusal(139_100, 'Look at failed_users.', { beside: result });
}

/** Who is on the list. */
export function listBlocked(world: World, request: PageRequest): Answer {
  return pageOf(blocked(world), request, {
    keyOf: ({ userId }) => userId,
    limitMax: 100,
    toJson: (customer) => ({ block_users: [{ messaging_product: 'whatsapp', ...nameOf(customer) }] }),
  });
}

function find(world: World, input: string): Customer | null {
  if (isUserId(input)) return world.customers.get({ userId: input });
  const phone = parsePhone(input.startsWith('+') ? input : `+${input}`);
  return phone === undefined ? null : world.customers.get({ phone });
}

function problemOf(world: World, customer: Customer, isBlocked: boolean): number | null {
  if (!isBlocked || customer.isBlocked) return null;
  if (openWindow(customer, world.timeline.now()) === null) return 131_047;
  return blocked(world).length >= BLOCKED_MAX ? 139_101 : null;
}

function blocked(world: World): readonly Customer[] {
  return [...world.customers.all()].filter((customer) => customer.isBlocked);
}

function nameOf(customer: Customer): Json {
  const waId = waIdOf(customer);
  return waId === null ? { user_id: customer.userId } : { wa_id: waId };
}
