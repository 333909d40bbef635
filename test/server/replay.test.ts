// The webhook on a real store: what it is told changes the books once, however often, in whatever order, and only under the right signature.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toCallbackData } from '../../src/domain/callback-data.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../../src/domain/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { type OpenServer, openServer } from '../../src/server/app.ts';
import type { MessageId } from '../../src/values/id.ts';
import { SECOND_MS } from '../../src/values/time.ts';
import { addPerson, ids, phone } from '../conformance/store/fixture.ts';
import { inboundText, keyedDigest, messagesChange, NUMBER, post } from '../inbound/webhooks.ts';
import { startInMemory } from '../memory.ts';
import { createTestClock, SECRET, send, served, sign, whatsappSender } from './served.ts';

const clock = createTestClock();
let store: Store;
let sender: Sender;
let other: Sender;
let server: OpenServer;

beforeEach(async () => {
  ({ store } = await startInMemory());
  sender = whatsappSender('shop');
  other = whatsappSender('bank', { phoneNumberId: '555', wabaId: '777' });
  for (const one of [sender, other]) await store.putSender(one);
  server = await openServer({
    port: 0,
    host: '127.0.0.1',
    metricsToken: null,
    clock,
    ids,
    keyedDigest,
    store,
    log: () => undefined,
    senders: async () => [served(sender), served(other, ['secret of the bank'])],
  });
});
afterEach(async () => {
  await server.close();
  await store.close();
});

const CUSTOMER = phone('1').slice(1);
const seconds = (ahead = 0): string => String(Math.floor(clock.now() / SECOND_MS) - 60 + ahead);

async function tell(payload: object, secret = SECRET): Promise<number> {
  const body = JSON.stringify(payload);
  return (await send(server.webhookUrl, { method: 'POST', body, headers: { 'x-hub-signature-256': sign(body, secret) } })).status;
}

// A free-form message of a sender to the customer, whose window is opened first.
async function admit(): Promise<MessageId> {
  expect(
    await tell(post(messagesChange({ messages: [inboundText('hi', { from: CUSTOMER, id: 'wamid.hi', timestamp: seconds() })] }))),
  ).toBe(200);
  const id = ids.sortable<'message'>(clock.now());
  const request = {
    id,
    key: null,
    fingerprint: new Uint8Array(0),
    to: { phone: phone('1') },
    language: null,
    checkedFor: null,
    content: '{"type":"text","body":"hello"}',
    maxPrice: null,
    aliases: [],
    retryOf: null,
    confirms: null,
    costCenter: null,
    tags: [],
  };
  const batch = {
    mode: 'commit',
    senderId: sender.id,
    template: null,
    campaignId: null,
    runId: null,
    at: clock.now(),
    requests: [request],
    spent: new Map(),
  } as const;
  const { admissions } = await store.admit(batch, decideAdmissions);
  expect(admissions).toMatchObject([{ kind: 'admitted' }]);
  return id;
}

const about = (messageId: MessageId, word: string, ahead = 0): object => ({
  id: 'wamid.out',
  status: word,
  timestamp: seconds(ahead),
  recipient_id: CUSTOMER,
  biz_opaque_callback_data: toCallbackData({ messageId, attempt: 1 }, keyedDigest),
  pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'service' },
});

async function books(messageId: MessageId) {
  const [record] = await store.findMessages([messageId]);
  const entries = await store.entriesOf(messageId);
  return { state: record?.state, entries: entries.map(({ kind, held, posted }) => ({ kind, held, posted })) };
}

describe('statuses', () => {
  it('move a message and charge it once, however often and in whatever order they come', async () => {
    const id = await admit();
    const posts = ['read', 'delivered', 'sent'].map((word, index) => post(messagesChange({ statuses: [about(id, word, 3 - index)] })));
    for (const payload of [...posts, ...posts.toReversed(), ...posts]) expect(await tell(payload)).toBe(200);
    const { state, entries } = await books(id);
    expect(state).toBe('read');
    expect(entries.map(({ kind }) => kind)).toEqual(['reservation', 'charge']);
    expect(await books(id)).toEqual({ state, entries });
  });

  it('that are forged, another sender’s, or about a message of another sender change nothing', async () => {
    const id = await admit();
    const before = await books(id);
    const statuses = [about(id, 'delivered')];
    expect(await tell(post(messagesChange({ statuses })), 'guess')).toBe(403);
    expect(await tell(post(messagesChange({ statuses }, NUMBER)), 'secret of the bank')).toBe(403);
    expect(await tell(post(messagesChange({ statuses }, '555')), 'secret of the bank')).toBe(200);
    expect(await books(id)).toEqual(before);
    expect(await tell(post(messagesChange({ statuses })))).toBe(200);
    expect((await books(id)).state).toBe('delivered');
  });

  it('come through though junk is between them', async () => {
    const id = await admit();
    expect(await tell(post(messagesChange({ statuses: [null, { status: {} }, about(id, 'delivered'), [], 'x'] }), 17))).toBe(200);
    expect((await books(id)).state).toBe('delivered');
  });
});

describe('words', () => {
  it('stop once, and an old START that is repeated does not undo a newer STOP', async () => {
    const contactId = await addPerson(store, sender.id, '1', ['marketing']);
    const say = (text: string, id: string, ahead: number) =>
      post(messagesChange({ messages: [inboundText(text, { from: CUSTOMER, id, timestamp: seconds(ahead) })] }));
    const start = say('START', 'wamid.start', 0);
    const stop = say('STOP', 'wamid.stop', 30);
    for (const payload of [start, stop]) expect(await tell(payload)).toBe(200);
    const history = await store.consentHistory(contactId);
    for (const payload of [start, stop, start]) expect(await tell(payload)).toBe(200);
    expect(await store.consentHistory(contactId)).toEqual(history);
    const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId }]);
    expect(found?.flags.find(({ subject }) => subject === 'marketing')?.kind).toBe('opt_out');
  });

  it('that may be a stop wait for a person, once', async () => {
    const payload = post(
      messagesChange({ messages: [inboundText('please stop sending me this', { from: CUSTOMER, timestamp: seconds() })] }),
    );
    for (let count = 0; count < 3; count += 1) expect(await tell(payload)).toBe(200);
    const { items } = await store.listReviews({ limit: 10, after: null });
    expect(items).toMatchObject([{ senderId: sender.id, text: 'please stop sending me this' }]);
  });
});

describe('a store that closed', () => {
  it('is told to the provider as an error, so that it repeats', async () => {
    await store.close();
    const status = await tell(post(messagesChange({ messages: [inboundText('hi')] })));
    expect(status).toBeGreaterThanOrEqual(500);
    ({ store } = await startInMemory());
  });
});
