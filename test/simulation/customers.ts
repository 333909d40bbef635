// Those on the other side: customers who write, stop, start and move, and the platform that moves or pauses templates.

import type { Phone } from '../../src/values/phone.ts';
import { SECOND_MS } from '../../src/values/time.ts';
import { block } from './office.ts';
import { type Outlet, PEOPLE, type Shop, TEMPLATE_NAMES } from './shop.ts';
import type { Provider } from './provider.ts';

/** A customer writes: a stop, a start, or something else. */
export function writeSomething(shop: Shop): void {
  const text = shop.chance.pick(['STOP', 'START', 'Hello', 'Hello']);
  providerOf(shop)?.act('inbound', { from: shop.chance.pick(PEOPLE), type: 'text', text });
}

/** A customer uses the messenger's own switch for marketing. */
export function switchMarketing(shop: Shop): void {
  providerOf(shop)?.act('preferences', { from: shop.chance.pick(PEOPLE), marketing: shop.chance.pick(['stop', 'stop', 'resume']) });
}

/** A customer reads everything. */
export function readEverything(shop: Shop): void {
  providerOf(shop)?.act('read', { from: shop.chance.pick(PEOPLE) });
}

/** A customer moves to another number, which was another's until then, and perhaps once more. Both senders hear of it. Some were blocked before. */
export function moveNumber(shop: Shop): void {
  const { chance, engine } = shop;
  const [from, to, next] = [chance.pick(PEOPLE), chance.pick(PEOPLE), chance.pick(PEOPLE)];
  if (chance.hits(0.3)) block(shop, from);
  engine.after(chance.below(3_600 * SECOND_MS), 'a customer moves', () => move(shop, from, to));
  if (chance.hits(0.5)) engine.after(chance.between(3_600, 18_000) * SECOND_MS, 'a customer moves again', () => move(shop, to, next));
}

// Who has left a number is there no more, and nobody has come to it.
function move({ outlets }: Shop, from: Phone, to: Phone): void {
  const isInUse = (phone: Phone): boolean =>
    outlets.every(({ provider }) => provider?.world.customers.find({ phone })?.isUnreachable !== true);
  if (from === to || !isInUse(from) || !isInUse(to)) return;
  for (const { provider } of outlets) provider?.act('number-change', { from, to });
}

/** The platform moves a template to another category, or pauses it for some hours. */
export function changeTemplate(shop: Shop): void {
  const name = shop.chance.pick(TEMPLATE_NAMES);
  const change = shop.chance.hits(0.7) ? { category: shop.chance.pick(['MARKETING', 'UTILITY']) } : { status: 'PAUSED' };
  providerOf(shop)?.act('templates', { name, ...change });
}

function providerOf({ chance, outlets }: Shop): Provider | null {
  return chance.pick(outlets.filter((outlet): outlet is Outlet => outlet.provider !== null)).provider;
}
