// Explanations of messages that really went their ways: on a store in memory, by the rules that settle and reprice.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain, type Explanation } from '../../src/billing/explain.ts';
import type { MessageEvidence } from '../../src/ports/store/evidence.ts';
import type { Store } from '../../src/ports/store.ts';
import { decideRepricings } from '../../src/send/reprice.ts';
import { decideSettlements } from '../../src/send/settle.ts';
import type { MessageId, SenderId } from '../../src/values/id.ts';
import { toMicros } from '../../src/values/money.ts';
import { queue } from '../conformance/store/admission.ts';
import { outcomeOf, settle, turn } from '../conformance/store/crowd.ts';
import { addPerson, ids, later, makeTemplate, NOON, USD } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';

let store: Store;
let senderId: SenderId;
let id: MessageId;

beforeEach(async () => {
  ({ store, senderId } = await startInMemory());
  const contactId = await addPerson(store, senderId, '1', ['marketing', 'utility']);
  id = await queue(store, { senderId, contactId, template: 'offer' });
});
afterEach(() => store.close());

async function evidence(): Promise<MessageEvidence> {
  const found = await store.evidenceOf(id);
  if (found === null) throw new Error('the message is there');
  return found;
}

async function told(kind: 'sent' | 'delivered' | 'read', type: 'regular' | 'free_customer_service', minutes: number): Promise<void> {
  await settle(store, [outcomeOf(id, kind, { at: later(minutes), pricing: { type, category: 'marketing' } })], later(minutes));
}

const statuses = ({ steps }: Explanation) => steps.map(({ status, at }) => [status, at]);
const whys = ({ entries }: Explanation) => entries.map(({ why }) => why.join(' '));

describe('what is charged', () => {
  it('is explained by its row, the word of the provider and the market', async () => {
    await turn(store, senderId, { at: later(1) });
    await settle(store, [outcomeOf(id, 'accepted', { at: later(1), providerId: 'wamid.1' })], later(1));
    await told('sent', 'regular', 2);
    await told('delivered', 'regular', 3);
    const story = explain(await evidence());
    expect(statuses(story)).toEqual([
      ['queued', NOON],
      ['sending', later(1)],
      ['accepted', later(1)],
      ['sent', later(2)],
      ['delivered', later(3)],
    ]);
    expect(story.entries).toMatchObject([
      { decidedBy: 'own_rule', toldBy: null, origin: { callingCode: '49', areaPrefix: '' } },
      { decidedBy: 'provider', toldBy: 'delivered', origin: { callingCode: '49' } },
    ]);
    expect(whys(story)[1]).toBe(
      "The delivery is charged 0.000100, as reserved. Amount: the card's list price; the card does not say where its first volume tier ends (list_open_ended). " +
        "Price row: Germany, marketing, 0.000100 USD, tier from 0 to an end not told, card from 2026-07-01 (a test). The provider's word, with 'delivered': " +
        'regular, marketing. Our rule 2, since 2025-07-01: marketing in any window is charged. Market Germany: calling code +49.',
    );
    expect(story.sums).toEqual({ reserved: 0n, charged: 100n, adjusted: 0n, total: 100n });
    expect(story.differences).toEqual([]);
  });

  it('by our own rule, where the provider says nothing, and what is not known is not said', async () => {
    await turn(store, senderId, { at: later(1) });
    await settle(store, [outcomeOf(id, 'read', { at: later(3) })], later(4));
    const story = explain(await evidence());
    expect(statuses(story)).toEqual([
      ['queued', NOON],
      ['sending', later(1)],
      ['read', later(3)], // the delivery before it was never heard of
    ]);
    expect(story.entries[1]).toMatchObject({ decidedBy: 'own_rule', toldBy: null });
    expect(whys(story)[1]).toContain('The provider said nothing of the price: regular by our own rule.');
  });

  it('and is corrected by what the provider says later', async () => {
    await turn(store, senderId);
    await told('delivered', 'regular', 1);
    await told('read', 'free_customer_service', 2);
    const story = explain(await evidence());
    expect(story.entries.map(({ entry, decidedBy, toldBy }) => [entry.kind, decidedBy, toldBy])).toEqual([
      ['reservation', 'own_rule', null],
      ['charge', 'provider', null],
      ['adjustment', 'provider', null],
      ['adjustment', 'provider', 'read'],
    ]);
    expect(whys(story)[2]).toBe(
      'The provider said later what it bills: takes back 0.000100. Amount: what was booked before, as it was (taken_back).',
    );
    expect(whys(story)[3]).toBe(
      "Books the delivery anew, at 0.000000. Amount: free of charge (free). The provider's word, with 'read': free_customer_service, marketing. Our rule 2, since 2025-07-01: marketing in any window is charged. The provider's word differs: what it says is booked (free_customer_service), and the bill report counts a discrepancy. Market Germany: calling code +49.",
    );
    expect(story.sums).toEqual({ reserved: 0n, charged: 100n, adjusted: -100n, total: 0n });
    expect(story.differences).toEqual([]);
  });

  it('after the reservation was let go, also on a word that differs in the category', async () => {
    await turn(store, senderId);
    await settle(store, [outcomeOf(id, 'failed', { at: later(1), error: { code: '131026', title: '' } })], later(1));
    expect(whys(explain(await evidence()))[1]).toBe('Lets go of 0.000100: the delivery failed (131026).');
    const pricing = { type: 'regular', category: 'utility' } as const;
    await settle(store, [outcomeOf(id, 'delivered', { at: later(2), pricing })], later(2));
    const story = explain(await evidence());
    expect(statuses(story).slice(2)).toEqual([
      ['failed', later(1)],
      ['delivered', later(2)],
    ]);
    expect(whys(story)[2]).toMatch(/after the reservation had been let go\..* The categories differ: the entry counts as marketing\./);
    expect(story.differences).toEqual([]);
  });

  it('because a person said so', async () => {
    await turn(store, senderId);
    await settle(store, [outcomeOf(id, 'unknown', { at: later(1) })], later(1));
    expect(statuses(explain(await evidence())).at(-1)).toEqual(['unknown', later(1)]);
    const outcome = outcomeOf(id, 'delivered', { at: later(2) });
    await store.resolve({ outcome, by: 'ada', reason: 'asked them', at: later(2) }, decideSettlements);
    const story = explain(await evidence());
    expect(statuses(story).slice(2)).toEqual([
      ['unknown', null],
      ['delivered', later(2)],
    ]);
    expect(whys(story)[1]).toContain('That it is so was decided by ada: asked them.');
  });
});

describe('what is reserved', () => {
  it('follows its template to another category', async () => {
    const change = { id: ids.short<'template'>(), name: 'offer', language: 'en', whole: null, providerId: null, quality: null } as const;
    await store.changeTemplates(
      { senderId, changes: [{ ...change, category: 'utility', status: 'approved' }], at: later(1) },
      { settle: decideSettlements, reprice: decideRepricings },
    );
    const story = explain(await evidence());
    expect(story.entries.map(({ entry }) => [entry.kind, entry.held])).toEqual([
      ['reservation', 100n],
      ['repricing', -100n],
      ['repricing', 50n],
    ]);
    expect(whys(story)[1]).toMatch(/^The template moved to another category: lets go of what was held as marketing\./);
    expect(whys(story)[2]).toMatch(/^Holds 0\.000050 anew as utility\. .* Price row: Germany, utility, 0\.000050 USD/);
    expect(story.window).toEqual({ state: 'not_sent', inboundAt: null, until: null });
    expect(story.sums.reserved).toBe(50n);
    expect(story.differences).toEqual([]);
  });
});

describe('a bid', () => {
  const bid = (bidAmount: number | null) => {
    const whole = makeTemplate(senderId, { bidAmount });
    const change = { id: whole.id, name: 'offer', language: 'en', whole, providerId: '7', quality: 'unknown' } as const;
    return store.changeTemplates({ senderId, changes: [change], at: later(1) }, { settle: decideSettlements, reprice: decideRepricings });
  };

  it('tells of another one, what is held by it, and what it came to where the provider told too much', async () => {
    await bid(87);
    await turn(store, senderId, { at: later(1) });
    const cost = { amount: toMicros(900n), currency: USD };
    const pricing = { type: 'regular', category: 'marketing_lite', cost } as const;
    await settle(store, [outcomeOf(id, 'delivered', { at: later(2), pricing })], later(2));
    const story = explain(await evidence());
    expect(whys(story)).toMatchObject([
      expect.stringContaining('Holds 0.000100'),
      expect.stringMatching(/^The template has another bid, or none any more: lets go of what was held as marketing\. .*\(bid_cap\)\./),
      expect.stringMatching(/^Holds 0\.000870 anew as marketing\. .*\(bid_cap\)\./),
      expect.stringMatching(
        /^The delivery is charged 0\.000900, more than the 0\.000870 held\. .*\(told_cost\)\. .* The provider told more than was reserved: /,
      ),
    ]);
    expect(story.entries.at(-1)?.entry.discrepancy).toBe('cost');
    expect(story.differences).toEqual([]);
  });
});

describe('the window', () => {
  const kept = async (rest: Partial<Pick<MessageEvidence, 'inboundAt' | 'freeEntryUntil'>>, claimedAt = later(60)) => {
    const found = await evidence();
    return explain({ ...found, record: { ...found.record, attempt: 1 }, times: { ...found.times, claimedAt }, ...rest }).window;
  };

  it('is what was open at the claim', async () => {
    expect(await kept({ inboundAt: NOON })).toEqual({ state: 'service', inboundAt: NOON, until: later(24 * 60) });
    expect(await kept({ inboundAt: NOON }, later(24 * 60))).toEqual({ state: 'none', inboundAt: NOON, until: null });
    expect(await kept({ inboundAt: NOON, freeEntryUntil: later(61) })).toMatchObject({ state: 'free_entry_point', until: later(61) });
    expect(await kept({ freeEntryUntil: later(60) })).toEqual({ state: 'none', inboundAt: null, until: null });
  });

  it('is not known of a message that was claimed before it was kept', async () => {
    const found = await evidence();
    const story = explain({ ...found, record: { ...found.record, attempt: 1, state: 'sent', providerId: 'wamid.1' } });
    expect(story.window.state).toBe('not_kept');
    expect(statuses(story)).toEqual([
      ['queued', NOON],
      ['sending', null],
      ['accepted', null],
      ['sent', null],
    ]);
  });
});

describe('the market', () => {
  it('is not explained by a number that the person got later, or that was forgotten', async () => {
    const found = await evidence();
    const moved = explain({ ...found, phone: '+33612345678' as MessageEvidence['phone'] });
    expect(whys(moved)[0]).toContain('by what number is not kept; the one known today is in another market');
    expect(whys(explain({ ...found, phone: null }))[0]).toContain('the person was forgotten');
    expect(whys(explain({ ...found, phone: null, userId: 'DE.1' }))[0]).toContain('Market Germany: the user id is of DE.');
  });
});

describe('differences', () => {
  it('are named, one by one', async () => {
    const found = await evidence();
    const [reservation] = found.entries;
    if (reservation === undefined) throw new Error('it is reserved');
    expect(explain({ ...found, held: toMicros(90n) }).differences).toEqual([
      'the entries hold 0.000100, the message says 0.000090',
      'a message that is queued holds 0.000100, this one 0.000090',
    ]);
    expect(explain({ ...found, record: { ...found.record, state: 'delivered' }, held: toMicros(0n) }).differences).toEqual([
      'the entries hold 0.000100, the message says 0.000000',
      'it is delivered, and not charged',
    ]);
    expect(explain({ ...found, entries: [{ ...reservation, held: toMicros(99n) }], held: toMicros(99n) }).differences).toEqual([
      'a message that is queued holds 0.000100, this one 0.000099',
      `entry ${reservation.sequence} is of another amount than the price row that it names`,
    ]);
  });
});
