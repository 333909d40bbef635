// Price cards: added, replaced, listed, and found by those who price a message.

import { expect, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import type { StoredPriceCard } from '../../../src/ports/store/directory.ts';
import type { SenderId } from '../../../src/values/id.ts';
import type { Currency } from '../../../src/values/money.ts';
import { type Instant, UTC } from '../../../src/values/time.ts';
import { priceOf } from './admission.ts';
import type { Exam } from './exam.ts';
import { addPerson, instant, makeCard, makeRate, makeSender, makeTemplate, NOON, start, USD } from './fixture.ts';

const EUR = 'EUR' as Currency;

/** The cases. */
export function examPrices(exam: Exam): void {
  it('adds a card once', async () => {
    const { store } = await start(exam);
    const card = makeCard('2026-10-01');
    expect(await store.putPriceCard(card, { replace: false })).toBe('added');
    expect(await store.putPriceCard({ ...makeCard('2026-10-01'), source: 'again' }, { replace: false })).toBe('unchanged');
    expect(await store.putPriceCard(makeCard('2026-10-01'), { replace: true })).toBe('unchanged');
    expect((await store.listPriceCards({ currency: USD })).at(-1)).toEqual(card);
  });

  it('refuses another card of that currency and day, unless it is to replace it', async () => {
    const { store } = await start(exam);
    const dearer = makeCard('2026-07-01', [makeRate('marketing', 999n)]);
    await expect(store.putPriceCard(dearer, { replace: false })).rejects.toMatchObject({
      code: 'price_card_conflict',
      details: { currency: 'USD', effective_from: '2026-07-01' },
    });
    expect(await store.listPriceCards({ currency: null })).not.toContainEqual(dearer);
    expect(await store.putPriceCard(dearer, { replace: true })).toBe('replaced');
    expect(await store.listPriceCards({ currency: null })).toEqual([dearer]);
  });

  it('puts a card in the place of the one that it was made from, and of no other', async () => {
    const { store } = await start(exam);
    const [first] = await store.listPriceCards({ currency: USD });
    const second = makeCard('2026-07-01', [makeRate('marketing', 200n)]);
    const third = makeCard('2026-07-01', [makeRate('marketing', 300n)]);
    expect(await store.putPriceCard(second, { replace: true, madeFrom: first?.digest })).toBe('replaced');
    await expect(store.putPriceCard(third, { replace: true, madeFrom: first?.digest })).rejects.toMatchObject({
      code: 'price_card_conflict',
    });
    await expect(store.putPriceCard(makeCard('2027-07-01'), { replace: true, madeFrom: first?.digest })).rejects.toMatchObject({
      code: 'price_card_conflict',
    });
    expect(await store.listPriceCards({ currency: null })).toEqual([second]);
  });

  it('gives every rate back as it was, past 2^53 too', async () => {
    const { store } = await start(exam);
    const card = makeCard('2027-01-01', [
      makeRate('marketing', 9_007_199_254_740_993n, { tierTo: 'max' }),
      makeRate('utility', 5n, { tierTo: 100_000 }),
      makeRate('utility', 4n, { tierFrom: 100_001, tierTo: 'unknown' }),
      makeRate('service', 0n, { market: "Côte d'Ivoire" }),
    ]);
    await store.putPriceCard(card, { replace: false });
    expect((await store.listPriceCards({ currency: USD })).at(-1)).toEqual(card);
  });

  it('lists cards oldest first, of one currency where asked', async () => {
    const { store } = await start(exam);
    for (const card of [makeCard('2026-10-01'), makeCard('2026-01-01', [], EUR), makeCard('2026-10-01', [], EUR)]) {
      await store.putPriceCard(card, { replace: false });
    }
    const days = (cards: readonly StoredPriceCard[]) => cards.map(({ card }) => `${card.effectiveFrom} ${card.currency}`);
    expect(days(await store.listPriceCards({ currency: null }))).toEqual([
      '2026-01-01 EUR',
      '2026-07-01 USD',
      '2026-10-01 EUR',
      '2026-10-01 USD',
    ]);
    expect(days(await store.listPriceCards({ currency: EUR }))).toEqual(['2026-01-01 EUR', '2026-10-01 EUR']);
    expect(await store.listPriceCards({ currency: 'GBP' as Currency })).toEqual([]);
  });

  it('prices with the newest card of the day, also with one that came later', async () => {
    const { store, senderId } = await start(exam);
    const price = await pricing(store, senderId);
    expect(await price(NOON)).toBe(100n);
    await store.putPriceCard(makeCard('2026-10-15', [makeRate('marketing', 120n)]), { replace: false });
    expect(await price(NOON)).toBe(120n);
    expect(await price(instant('2026-08-01T00:00:00Z'))).toBe(100n);
    expect(await price(instant('2026-06-30T00:00:00Z'))).toBeNull();
  });

  it('never fills the gap of a newer card from an older one', async () => {
    const { store, senderId } = await start(exam);
    const price = await pricing(store, senderId);
    await store.putPriceCard(makeCard('2026-10-15', []), { replace: false });
    expect(await price(NOON)).toBeNull();
  });

  it('prices a sender that came later in its own currency', async () => {
    const { store, senderId } = await start(exam);
    expect(await (await pricing(store, senderId))(NOON)).toBe(100n);
    await store.putPriceCard(makeCard('2026-07-01', [makeRate('marketing', 90n)], EUR), { replace: false });
    const shop = makeSender({ name: 'shop', currency: EUR, timeZone: UTC });
    await store.putSender(shop);
    await store.putTemplate(makeTemplate(shop.id));
    expect(await (await pricing(store, shop.id))(NOON)).toBe(90n);
  });

  exam.needs('several_connections')('sees a card that another process replaced meanwhile', async () => {
    const { store, senderId, connect } = await start(exam);
    const price = await pricing(store, senderId);
    expect(await price(NOON)).toBe(100n);
    const other = await connect();
    await other.putPriceCard(makeCard('2026-07-01', [makeRate('marketing', 70n)]), { replace: true });
    expect(await price(NOON)).toBe(70n);
  });
}

async function pricing(store: Store, senderId: SenderId): Promise<(at: Instant) => Promise<bigint | null>> {
  const contactId = await addPerson(store, senderId, '1', ['marketing']);
  return (at) => priceOf(store, { senderId, contactId, template: 'offer', at });
}
