// The confirmation of a stop, on a real store: once, in the customer's language, and only where the rules let it through.

import { beforeEach, describe, expect, it } from 'vitest';
import { confirmsStops, confirmStops, type Stop } from '../../src/inbound/confirm.ts';
import { readEvents } from '../../src/inbound/events.ts';
import { readInbound } from '../../src/inbound/reading.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { Store } from '../../src/ports/store.ts';
import type { SenderId } from '../../src/values/id.ts';
import { ids, later, makeEvent, makeSender, NOON, phone } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { inboundText, messagesChange, post, readingHost, NUMBER } from './webhooks.ts';

let store: Store;
let senderId: SenderId;

beforeEach(async () => {
  ({ store, senderId } = await startInMemory());
});

async function receive(text: string, id = 'wamid.1'): Promise<readonly Stop[]> {
  const message = inboundText(text, { id, from: phone('1').slice(1), timestamp: NOON / 1_000 });
  const host = {
    ...readingHost(),
    at: NOON,
    senders: { byNumber: (number: string) => (number === NUMBER ? senderId : null), byAccount: () => [] },
  };
  const events = readEvents(post(messagesChange({ messages: [message] })), host);
  const received = await store.receive({ events, at: NOON }, { settle: decideSettlements, read: readInbound, reprice: decideRepricings });
  return received.flatMap(({ stop }) => (stop === null ? [] : [stop]));
}

const confirm = (stops: readonly Stop[]) => confirmStops({ store, ids }, stops, later(1));

describe('a stop word', () => {
  it('is confirmed once, however often it is asked for', async () => {
    const stops = await receive('STOP');
    expect(stops).toMatchObject([{ senderId }]);
    const [id, ...more] = await confirm(stops);
    expect(more).toEqual([]);
    expect(await confirm(stops)).toEqual([]);
    expect(await confirm([...stops, ...stops])).toEqual([]);
    const page = await store.listMessages(
      { senderId, state: null, campaignId: null, contactId: null, since: null },
      { limit: 10, after: null },
    );
    expect(page.items).toMatchObject([{ id, template: null, category: 'service', state: 'queued' }]);
  });

  it('that is delivered again, or said again, is not confirmed again', async () => {
    await confirm(await receive('STOP'));
    expect(await receive('STOP')).toEqual([]);
    expect(await confirm(await receive('stop', 'wamid.2'))).toEqual([]);
  });

  it('of somebody who is blocked stays without an answer', async () => {
    const stops = await receive('STOP');
    const writes = stops.map(({ contactId }) => ({ contactId, who: { contactId }, events: [makeEvent('block', senderId)] }));
    await store.recordConsent({ accountId: 'default' as never, writes, at: later(1) }, decideSettlements);
    expect(await confirm(stops)).toEqual([]);
  });
});

describe('what is no stop', () => {
  it.each(['START', 'please stop by tomorrow', 'hello'])('%s asks for no confirmation', async (text) => {
    expect(await receive(text)).toEqual([]);
  });
});

describe('confirmsStops', () => {
  it('is a setting of senders with a number', () => {
    expect(confirmsStops(makeSender())).toBe(false);
  });
});
