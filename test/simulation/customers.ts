// Those on the other side: customers who write, stop, start and move, and the platform that moves or pauses templates.

import type { Phone } from '../../src/values/phone.ts';
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

/** A customer moves to another number, which was another's until then. Both senders hear of it. */
export function moveNumber(shop: Shop): void {
  const isInUse = (phone: Phone): boolean =>
    shop.outlets.every(({ provider }) => provider?.world.customers.find({ phone })?.isUnreachable !== true);
  const inUse = PEOPLE.filter(isInUse);
  const [from, to] = [shop.chance.pick(inUse), shop.chance.pick(inUse)];
  if (from === to) return;
  for (const { provider } of shop.outlets) provider?.act('number-change', { from, to });
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
