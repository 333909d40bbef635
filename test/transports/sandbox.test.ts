// The sandbox's promises: the last four digits decide, twice the same, and nothing else.

import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/ports/transport.ts';
import { MAGIC_ENDINGS } from '../../src/emulator/fate.ts';
import { createSandbox } from '../../src/transports/sandbox.ts';
import type { ContactId, MessageId } from '../../src/values/id.ts';
import type { Phone } from '../../src/values/phone.ts';
import { transportConformance } from '../conformance/transport.ts';
import { NOW, template } from '../send/facts.ts';

function outgoing(phone: string | null, rest: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    id: `to-${phone}` as MessageId,
    attempt: 1,
    contactId: 'contact' as ContactId,
    phone: phone as Phone | null,
    userId: null,
    template: template(),
    parameters: { name: 'Zoë' },
    freeForm: null,
    conversation: { windowOpen: false, freeEntryOpen: false, freeUnitsUsed: 0 },
    ...rest,
  };
}

async function deliverOne(phone: string | null, rest: Partial<OutgoingMessage> = {}) {
  const [delivery] = await Promise.all(createSandbox().deliver([outgoing(phone, rest)], NOW));
  if (delivery === undefined) throw new Error('one delivery for one message');
  return { ...delivery, statuses: delivery.later.map(({ kind }) => kind) };
}

transportConformance('sandbox', {
  open: () => createSandbox(),
  messages: [...Object.keys(MAGIC_ENDINGS), '5678'].flatMap((ending) =>
    [1, 2, 6].map((attempt) => outgoing(`+491511234${ending}`, { attempt })),
  ),
});

describe('the last four digits', () => {
  it.each([
    ['0000', 'accepted', ['sent', 'delivered', 'read']],
    ['0001', 'accepted', ['sent', 'delivered']],
    ['0002', 'rejected', []],
    ['0003', 'accepted', ['sent', 'failed']],
    ['0004', 'unknown', []],
    ['0005', 'retry', []],
    ['0006', 'accepted', ['failed']],
    ['0007', 'accepted', []],
    ['5678', 'accepted', ['sent', 'delivered']],
  ])('%s: %s, then %j', async (ending, kind, statuses) => {
    expect(await deliverOne(`+491511234${ending}`)).toMatchObject({ kind, statuses });
  });

  it('are looked at only at the end of a number; a person without one is reached', async () => {
    expect((await deliverOne('+4900021234567')).kind).toBe('accepted');
    expect((await deliverOne(null)).statuses).toEqual(['sent', 'delivered']);
  });

  it('0005 is throttled at the first request only', async () => {
    expect(await deliverOne('+4915112340005')).toMatchObject({ retryAfterMs: 0, error: { code: '130429' } });
    expect(await deliverOne('+4915112340005', { attempt: 2 })).toMatchObject({ kind: 'accepted', statuses: ['sent', 'delivered'] });
  });

  it("fail with the provider's own codes", async () => {
    const codes = ['0002', '0003', '0006'].map(async (ending) => {
      const { error, later } = await deliverOne(`+491511234${ending}`);
      return error?.code ?? later.at(-1)?.error?.code;
    });
    expect(await Promise.all(codes)).toEqual(['131026', '131049', '131050']);
  });
});

describe('the price that it tells with the delivery', () => {
  const text = { template: null, freeForm: { type: 'text', body: 'Hello' } } as const;
  const open = { windowOpen: true, freeEntryOpen: false, freeUnitsUsed: 0 };
  const pricing = async (rest: Partial<OutgoingMessage>) => (await deliverOne('+4915112345678', rest)).later.at(-1)?.pricing;

  it('has the category of the template', async () => {
    expect(await pricing({ template: template({ category: 'marketing' }) })).toEqual({ type: 'regular', category: 'marketing' });
  });

  it('is none for the first thousand free-form messages of a month', async () => {
    expect(await pricing({ ...text, conversation: { ...open, freeUnitsUsed: 999 } })).toMatchObject({ type: 'free_customer_service' });
    expect(await pricing({ ...text, conversation: { ...open, freeUnitsUsed: 1_000 } })).toEqual({ type: 'regular', category: 'service' });
  });

  it('counts the free ones of a batch', async () => {
    const messages = ['1', '2', '3'].map((ending) =>
      outgoing(`+49151123456${ending}9`, { ...text, conversation: { ...open, freeUnitsUsed: 998 } }),
    );
    const delivered = await Promise.all(createSandbox().deliver(messages, NOW));
    expect(delivered.map(({ later }) => later.at(-1)?.pricing?.type)).toEqual([
      'free_customer_service',
      'free_customer_service',
      'regular',
    ]);
  });

  it('is none in a free-entry-point window', async () => {
    expect(await pricing({ conversation: { ...open, freeEntryOpen: true } })).toMatchObject({ type: 'free_entry_point' });
  });
});

describe('what bids for its delivery', () => {
  const bidding = { template: { ...template(), category: 'marketing', bidAmount: 87_000 } } as const;
  const toldOf = async (phone: string, rest: Partial<OutgoingMessage> = {}) =>
    (await deliverOne(phone, { ...bidding, ...rest })).later.find(({ kind }) => kind === 'delivered')?.pricing;

  it('is told what it costs: the bid or less, and the same for the same person', async () => {
    const told = await toldOf('+4915112345678');
    expect(told).toMatchObject({ type: 'regular', category: 'marketing_lite', cost: { currency: 'USD' } });
    expect(await toldOf('+4915112345678')).toEqual(told);
    const costs = await Promise.all(Array.from({ length: 30 }, (_, index) => toldOf(`+49151123456${index + 10}`)));
    const amounts = costs.map((pricing) => pricing?.cost?.amount ?? 0n);
    expect(amounts.every((amount) => amount >= 522_000n && amount <= 870_000n)).toBe(true);
    expect(new Set(amounts).size).toBeGreaterThan(5);
  });

  it('costs nothing in a free-entry-point window', async () => {
    const conversation = { windowOpen: true, freeEntryOpen: true, freeUnitsUsed: 0 };
    expect(await toldOf('+4915112345678', { conversation })).toEqual({ type: 'free_entry_point', category: 'referral_conversion' });
  });
});
