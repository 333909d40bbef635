// A small store with everything that a journal must get right: two currencies, two months, two zones, charges that were taken back or added, free
// deliveries, reservations, and names that mean something to the programs that read it.

import type { World } from '../../world.ts';
import { providerTells } from '../../cli/inbound.ts';

// They would end a string, a tag or a line where nobody minds.
const CAMPAIGN = 'Winter; "sale", \\ date:2026-99-99\n1';
const COST_CENTER = '[2026-99-99] = 1 USD';

/** The reports that are kept as golden files, by their options. */
export const SAMPLE_REPORT = ['bill-report', '--from', '2026-10-01', '--to', '2026-12-01', '--by', 'campaign,cost_center,sender'];

const FREE = { type: 'free_customer_service', category: 'service' } as const;

/** Fills a world. */
export async function fillSampleBooks(world: World): Promise<void> {
  world.setClock('2026-10-15T12:00:00Z');
  await world.run('init', '-y');
  await world.run('price', 'builtin');
  await world.run('sender', 'add', 'shop.berlin', '--transport', 'sandbox', '--currency', 'EUR', '--time-zone', 'Europe/Berlin');
  const body = { type: 'BODY', text: 'Ihre Bestellung ist da.' };
  const hi = JSON.stringify({ name: 'hi', language: 'de', category: 'UTILITY', components: [body] });
  await world.pipe(hi, 'template', 'add', '-', '--sender', 'shop.berlin');
  const people = ['+4915112345678', '+4915112340004', '+5511987650001', '+48501234567'];
  const rows = people.map((phone) => `${phone},en_US,utility,form\n`).join('');
  await world.pipe(`phone,language,opt_in,source\n${rows}`, 'contact', 'import', '-');
  await world.run('opt-in', '+4915112345678', '--purpose', 'utility', '--source', 'form', '--sender', 'shop.berlin');

  world.setClock('2026-10-31T23:30:00Z');
  const early = await send(world, 'hello_world', '+4915112345678');
  await send(world, 'hi', '+4915112345678', '--sender', 'shop.berlin');

  world.setClock('2026-11-20T09:00:00Z');
  const labels = ['--campaign', CAMPAIGN, '--cost-center', COST_CENTER];
  const takenBack = await send(world, 'hello_world', '+4915112345678', ...labels);
  await send(world, 'hello_world', '+5511987650001', ...labels);
  await send(world, 'hello_world', '+48501234567');
  await send(world, 'hello_world', '+4915112340004'); // the outcome stays unknown: reserved, and not booked
  const berlin = await send(world, 'hi', '+4915112345678', '--sender', 'shop.berlin');

  world.setClock('2026-11-21T09:00:00Z');
  await send(world, 'hello_world', '+4915112345678', ...labels);
  await providerTells(world, takenBack, 'read', FREE);
  await providerTells(world, berlin, 'read', FREE);
  const free = await send(world, 'hello_world', '+48501234567', '--queue');
  await providerTells(world, free, 'delivered', FREE);

  // October is closed, so what is taken off its message is booked in November, where it is the day's only line.
  world.setClock('2026-11-22T12:00:00Z');
  await must(world, 'bill-close', '2026-10', '-y');
  await must(world, 'bill-adjust', early, '--amount', '-0.005', '--reason', 'credit note');
}

async function must(world: World, ...argv: readonly string[]): Promise<void> {
  const { code, err } = await world.run(...argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${err}`);
}

async function send(world: World, template: string, phone: string, ...options: readonly string[]): Promise<string> {
  const { out, err } = await world.run('send', template, '--to', phone, ...options, '--json');
  const [message] = out === '' ? [] : (JSON.parse(out) as { readonly messages: readonly { readonly id: string | null }[] }).messages;
  if (typeof message?.id !== 'string') throw new Error(`nothing was sent: ${err}${out}`);
  return message.id;
}
