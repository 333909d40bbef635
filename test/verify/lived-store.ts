// A store that has lived: every state that a message can be in, and whatever moves money, consent or people, done by the commands that do it.

import { toOutcome } from '../../src/domain/outcome.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { Store } from '../../src/ports/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { MessageId, SenderId } from '../../src/values/id.ts';
import type { Phone } from '../../src/values/phone.ts';
import type { Instant } from '../../src/values/time.ts';
import { turn } from '../conformance/store/crowd.ts';
import { instant } from '../conformance/store/fixture.ts';
import { messageFrom, personOf, receive } from '../conformance/store/webhooks.ts';
import type { World } from '../world.ts';

const ORDER = ['order_shipped', '--param', 'name=Ada', '--param', 'order=A-17', '--language', 'en_US'] as const;
const SALE = ['summer_sale', '--param', 'name=Ada', '--param', 'code=SUN', '--language', 'en_US'] as const;
const person = (ending: string): string => `+491511234${ending}`;

/** Lives in a world that has nothing yet. */
export async function liveIn(world: World): Promise<void> {
  await sendLongAgo(world);
  await world.run('budget', 'set', '100', '--per', 'month');
  await world.run('budget', 'set', '50', '--per', 'campaign', '--category', 'utility');
  await world.run('budget', 'set', '0.1', '--per', 'day', '--cost-center', 'north', '--mode', 'warn');
  for (const ending of ['0000', '0001', '0002', '0003', '0004', '0005', '0007', '1111', '2222', '3333', '4444']) {
    await world.run('contact', 'add', person(ending), '--language', 'en_US', '--opt-in', 'utility,marketing', '--source', 'web');
  }
  for (const ending of ['0000', '0001', '0002', '0003', '0004', '0005', '0007']) {
    await send(world, ending, ORDER, '--campaign', 'autumn', '--cost-center', 'north', '--tag', 'vip', '--key', `order-${ending}`);
  }
  const accepted = await send(world, '0007', ORDER, '--key', 'sent');
  await world.run('webhook', 'trigger', 'sent', '--message', accepted);
  await changeMinds(world);
  await moveCategory(world);
  await becomeOne(world);
  await answerFreely(world);
  await correctPrice(world);
  await compareWithInvoice(world);
  await bid(world);
  await dieWhileSending(world);
}

// Accepted in October. One is never heard of again, and given up in November. Of the other its delivery is heard when its month is closed: it was before the
// second card of that month.
async function sendLongAgo(world: World): Promise<void> {
  world.setClock('2026-10-04T23:30:00Z');
  await world.run('init', '-y');
  await world.run('contact', 'add', person('0007'), '--language', 'en_US', '--opt-in', 'utility,marketing', '--source', 'web');
  await send(world, '0007', ORDER);
  const messageId = await send(world, '0007', ORDER, '--key', 'late');
  world.setClock('2026-11-10T12:00:00Z');
  const card = await world.run('price', 'show', 'USD', '--format', 'csv');
  await world.pipe(card.out.replaceAll('2026-10-01', '2026-10-15'), 'price', 'import', '-');
  world.setClock('2026-11-11T12:00:00Z');
  await world.run('bill-close', '2026-10', '-y');
  await withStore(world, async (store, _sender, at) => {
    await store.settle(
      { outcomes: [toOutcome({ messageId, kind: 'delivered', at: instant('2026-10-05T12:00:00Z') })], at },
      decideSettlements,
    );
  });
  world.setClock('2026-11-22T12:00:00Z');
  await world.run('dispatch');
}

/** Sends one message; its id. */
async function send(world: World, ending: string, message: readonly string[], ...more: readonly string[]): Promise<MessageId> {
  const { json } = await world.run('send', ...message, '--to', person(ending), ...more, '--json');
  const [row] = json()['messages'] as readonly { readonly id: MessageId }[];
  if (row === undefined) throw new Error('one message was sent');
  return row.id;
}

// Cancelled, sent again, opted out, blocked: before and after a message.
async function changeMinds(world: World): Promise<void> {
  const cancelled = await send(world, '1111', ORDER, '--queue', '--key', 'cancelled');
  await world.run('message', 'cancel', cancelled);
  await world.run('message', 'retry', cancelled);
  await send(world, '2222', ORDER);
  await send(world, '2222', SALE, '--queue');
  await world.run('opt-out', person('2222'), '--purpose', 'marketing', '--source', 'phone');
  await send(world, '3333', ORDER);
  await world.run('block', person('3333'));
  await world.run('webhook', 'trigger', 'preferences-stop', '--from', person('0001'));
}

async function moveCategory(world: World): Promise<void> {
  await send(world, '1111', SALE, '--queue');
  await send(world, '1111', ORDER, '--queue');
  await world.run('webhook', 'trigger', 'template-category', '--template', 'summer_sale', '--language', 'en_US', '--category', 'utility');
  await world.run('dispatch');
  await send(world, '1111', ORDER, '--queue', '--key', 'waiting');
}

// Known by a user id, and then seen with a number that is somebody else's: one person.
async function becomeOne(world: World): Promise<void> {
  await world.run('webhook', 'trigger', 'inbound', '--user-id', 'US.ada', '--text', 'START');
  await withStore(world, async (store, senderId, at) => {
    const seen = personOf('', { phone: person('4444') as Phone, userId: 'US.ada' });
    await receive(store, [messageFrom(senderId, seen, 'It is me', at)], at);
  });
}

async function answerFreely(world: World): Promise<void> {
  await send(world, '4444', ['--text', 'Hello Ada']);
}

// Charged as told with the delivery, and free by what was told with the reading: late truth.
async function correctPrice(world: World): Promise<void> {
  const messageId = await send(world, '0001', ORDER, '--key', 'corrected');
  await withStore(world, async (store, _sender, at) => {
    const pricing = { type: 'free_entry_point', category: 'utility' } as const;
    await store.settle({ outcomes: [toOutcome({ messageId, attempt: 1, kind: 'read', at, pricing })], at }, decideSettlements);
  });
}

// More than was sent, which is accepted; and an amount that a person took off.
async function compareWithInvoice(world: World): Promise<void> {
  const invoice = 'month,country,category,volume,cost\n2026-11,DE,UTILITY,90,4.95\n';
  await world.pipe(invoice, 'bill-reconcile', '-', '--month', '2026-11', '--adjust', '-y');
  const delivered = await send(world, '0005', ORDER, '--key', 'order-0005-again');
  await world.run('bill-adjust', delivered, '--amount', '-0.005', '--reason', 'goodwill');
}

// Delivered for what the provider told, which is within the bid; and one that waits.
async function bid(world: World): Promise<void> {
  const spec = { bid_amount: 8_000, bid_strategy: 'LOWEST_COST_WITH_BID_CAP' };
  const components = [{ type: 'BODY', text: 'Everything must go.' }];
  const document = { name: 'flash_sale', language: 'en_US', category: 'MARKETING', components, optimization_spec: spec };
  await world.pipe(JSON.stringify(document), 'template', 'add', '-');
  await send(world, '0000', ['flash_sale']);
  await send(world, '0000', ['flash_sale'], '--queue', '--key', 'bid-waiting');
}

async function dieWhileSending(world: World): Promise<void> {
  await send(world, '0005', ORDER, '--queue', '--key', 'in-flight');
  await withStore(world, async (store, senderId, at) => {
    await turn(store, senderId, { room: 1, at });
  });
}

async function withStore({ db, env }: World, work: (store: Store, senderId: SenderId, at: Instant) => Promise<void>): Promise<void> {
  const store = await openSqliteStore({ path: db, readOnly: false, busyTimeoutMs: 1_000 });
  try {
    const [sender] = await store.listSenders(DEFAULT_ACCOUNT);
    if (sender === undefined) throw new Error('a store has a sender');
    await work(store, sender.id, instant(env['TOLLBELL_NOW'] ?? ''));
  } finally {
    await store.close();
  }
}
