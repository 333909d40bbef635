// What the provider changes in a template: versions, what drifted, and what is queued: it follows, is priced anew, or is cancelled.

import { expect, it } from 'vitest';
import type { Template } from '../../../src/domain/template.ts';
import type { TemplateChange, TemplateChanged } from '../../../src/ports/store/templates.ts';
import { decideRepricings } from '../../../src/send/reprice.ts';
import { decideSettlements } from '../../../src/send/settle.ts';
import type { MessageId } from '../../../src/values/id.ts';
import type { Day } from '../../../src/values/time.ts';
import { queue } from './admission.ts';
import { makeBudget, outcomeOf, turn } from './crowd.ts';
import type { Exam } from './exam.ts';
import { addPerson, ids, later, NOON, makeCard, makeRate, makeTemplate, type Started, start } from './fixture.ts';
import { receive, resultsOf, templateTold } from './webhooks.ts';

type Told = Partial<Pick<Template, 'status' | 'category'>> & { readonly quality?: 'green' | 'red'; readonly providerId?: string };

/** The cases. */
export function examTemplateChanges(exam: Exam): void {
  it('adds a template that the provider has, and takes over what it says of it', async () => {
    const { store, senderId } = await start(exam);
    const template = makeTemplate(senderId, { name: 'welcome' });
    expect(await changeAll({ store, senderId }, [whole(template), whole(template)])).toMatchObject([
      { result: 'added', drift: [] },
      { result: 'unchanged' },
    ]);
    const [found] = await store.listTemplates({ senderId, name: 'welcome' });
    expect(found).toMatchObject({ status: 'approved', providerId: '77', quality: 'green', contentHash: template.contentHash });
    expect(await change({ store, senderId }, { name: 'nobody' })).toMatchObject({ result: 'unknown', drift: [] });
  });

  it('says what drifted, side by side', async () => {
    const shop = await start(exam);
    const offer = { ...makeTemplate(shop.senderId), components: [{ type: 'BODY', text: 'Good morning' }] };
    const [changed] = await changeAll(shop, [{ ...whole({ ...offer, status: 'paused' }), quality: 'red' }]);
    expect(changed?.result).toBe('changed');
    expect(changed?.drift.map(({ what, from, to }) => (what === 'content' ? what : `${what} ${from} ${to}`))).toEqual([
      'content',
      'status approved paused',
      'quality unknown red',
    ]);
    expect(await change(shop, { name: 'offer', category: 'utility' })).toMatchObject({
      drift: [{ what: 'category', from: 'marketing', to: 'utility' }],
    });
  });

  it('takes over another time to live as another version, with which what is queued goes out', async () => {
    const shop = await start(exam);
    const contactId = await addPerson(shop.store, shop.senderId, '1111', ['marketing']);
    const id = await queue(shop.store, { senderId: shop.senderId, contactId, template: 'offer' });
    const [changed] = await changeAll(shop, [whole(makeTemplate(shop.senderId, { ttlSeconds: 86_400 }))]);
    expect(changed).toMatchObject({
      result: 'changed',
      drift: [{ what: 'time_to_live', from: 'default', to: '86400' }, { what: 'quality' }],
      cancelled: [],
    });
    expect((await turn(shop.store, shop.senderId)).claimed.map((message) => message.id)).toEqual([id]);
    expect(await shop.store.listTemplates({ senderId: shop.senderId, name: 'offer' })).toMatchObject([{ ttlSeconds: 86_400 }]);
    const [back] = await changeAll(shop, [whole(makeTemplate(shop.senderId))]);
    expect(back?.drift).toEqual([{ what: 'time_to_live', from: '86400', to: 'default' }]);
  });

  it('keeps the version where the quality changed alone', async () => {
    const shop = await start(exam);
    const [before] = await shop.store.listTemplates({ senderId: shop.senderId, name: 'offer' });
    expect(await change(shop, { name: 'offer', quality: 'red', providerId: '77' })).toMatchObject({
      result: 'changed',
      drift: [{ what: 'quality' }],
    });
    expect(await shop.store.listTemplates({ senderId: shop.senderId, name: 'offer' })).toEqual([
      { ...before, quality: 'red', providerId: '77' },
    ]);
    expect(await change(shop, { name: 'offer', quality: 'green', providerId: '78' })).toMatchObject({ result: 'unknown' });
  });

  it('keeps what is queued while its template is paused, and sends it once the pause is over', async () => {
    const shop = await queuedNotices(exam, 2);
    const { store, senderId, messages } = shop;
    await change(shop, { name: 'notice', status: 'paused' });
    expect(await turn(store, senderId)).toEqual({ settled: [], claimed: [], isPaused: false, nextDueAt: later(30) });
    expect(await store.heldTemplates(senderId, NOON)).toMatchObject([{ name: 'notice', isPaused: true, units: 2, until: later(30) }]);
    await change(shop, { name: 'notice', status: 'approved' });
    const { claimed } = await turn(store, senderId, { at: later(5) });
    expect(claimed.map(({ id, template }) => [id, template?.status])).toEqual(messages.map((id) => [id, 'approved']));
  });

  it('lets what was on its way follow its template to another category when it goes again', async () => {
    const shop = await queuedNotices(exam, 1);
    const { store, senderId, messages } = shop;
    await turn(store, senderId);
    await change(shop, { name: 'notice', category: 'marketing' });
    const again = await turn(store, senderId, { outcomes: messages.map((id) => outcomeOf(id, 'retry', { attempt: 1, retryAt: NOON })) });
    expect(again.claimed).toMatchObject([{ id: messages[0], attempt: 2, template: { category: 'marketing' } }]);
    expect(await store.findMessages(messages)).toMatchObject([{ category: 'marketing', price: 100n }]);
    expect(await reservedBy(shop)).toEqual({ marketing: [100n, 100n], utility: [0n, 0n] });
  });

  it('tells of what cannot follow its template when it goes again', async () => {
    const shop = await queuedNotices(exam, 1);
    const { store, senderId, messages } = shop;
    await turn(store, senderId);
    await change(shop, { name: 'notice', category: 'marketing' });
    await store.putPriceCard(makeCard('2026-07-01', [makeRate('utility', 50n)]), { replace: true });
    const again = await turn(store, senderId, { outcomes: messages.map((id) => outcomeOf(id, 'retry', { attempt: 1, retryAt: NOON })) });
    expect(again.settled.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['sending', 'queued', null],
      ['queued', 'cancelled', 'no_price'],
    ]);
  });

  it('is not lifted by an event where it was missing or unreadable when the provider was asked', async () => {
    const { store, senderId } = await start(exam);
    await change({ store, senderId }, { name: 'notice', status: 'disabled' });
    const approved = templateTold(senderId, { name: 'notice', status: 'approved' }, later(60));
    await receive(store, [approved]);
    expect((await store.listTemplates({ senderId, name: 'notice' }))[0]?.status).toBe('disabled');
    await changeAll({ store, senderId }, [whole(makeTemplate(senderId, { name: 'notice', category: 'utility' }))], 90);
    expect((await store.listTemplates({ senderId, name: 'notice' }))[0]?.status).toBe('approved');
  });

  it('does not let what was told before the provider was asked undo what it answered', async () => {
    const { store, senderId } = await start(exam);
    const template = makeTemplate(senderId, { name: 'notice', category: 'utility' });
    await changeAll({ store, senderId }, [whole(template)], 60);
    const old = templateTold(senderId, { name: 'notice', status: 'paused', quality: 'red' }, later(58));
    const recent = templateTold(senderId, { name: 'notice', status: 'disabled' }, later(59.5));
    expect(await resultsOf(store, [old])).toEqual(['repeated']);
    expect((await store.listTemplates({ senderId, name: 'notice' }))[0]).toMatchObject({ status: 'approved', quality: 'green' });
    expect(await resultsOf(store, [recent])).toEqual(['applied']);
  });

  it('lets what was on its way go again under a template that was paused in between', async () => {
    const shop = await queuedNotices(exam, 1);
    const { store, senderId, messages } = shop;
    const { claimed } = await turn(store, senderId);
    await change(shop, { name: 'notice', status: 'paused' });
    await change(shop, { name: 'notice', status: 'approved' });
    const again = await turn(store, senderId, {
      outcomes: claimed.map(({ id }) => outcomeOf(id, 'retry', { attempt: 1, retryAt: later(0) })),
    });
    expect(again.claimed.map(({ id, attempt }) => [id, attempt])).toEqual([[messages[0], 2]]);
  });

  it('reserves the price of the new category, in its own bucket, and charges it', async () => {
    const shop = await queuedNotices(exam, 2);
    const { store, senderId, messages } = shop;
    const changed = await change(shop, { name: 'notice', category: 'marketing' });
    expect(changed).toMatchObject({ result: 'changed', difference: 100n, cancelled: [] });
    expect(changed?.repriced.toSorted()).toEqual(messages.toSorted());
    expect(await store.findMessages(messages)).toMatchObject(messages.map(() => ({ state: 'queued', category: 'marketing', price: 100n })));
    expect((await store.entriesOf(messages[0] as MessageId)).map(({ kind, held, category }) => `${kind} ${held} ${category}`)).toEqual([
      'reservation 50 utility',
      'repricing -50 utility',
      'repricing 100 marketing',
    ]);
    expect(await reservedBy(shop)).toEqual({ marketing: [200n, 200n], utility: [0n, 0n] });
    const { claimed } = await turn(store, senderId, { room: 1 });
    expect(claimed[0]?.template?.category).toBe('marketing');
    await store.settle({ outcomes: claimed.map(({ id }) => outcomeOf(id, 'delivered')), at: later(9) }, decideSettlements);
    expect(await reservedBy(shop)).toEqual({ marketing: [100n, 200n], utility: [0n, 0n] });
  });

  it('follows a category back and forth, up and down, and ends where it began', async () => {
    const shop = await queuedNotices(exam, 1);
    const differences: (bigint | undefined)[] = [];
    for (const category of ['marketing', 'utility', 'marketing', 'utility'] as const) {
      differences.push((await change(shop, { name: 'notice', category }))?.difference);
    }
    expect(differences).toEqual([50n, -50n, 50n, -50n]);
    expect(await reservedBy(shop)).toEqual({ marketing: [0n, 0n], utility: [50n, 50n] });
    expect((await turn(shop.store, shop.senderId)).claimed).toHaveLength(1);
  });

  it('cancels what the consent, the price or the budget of the new category does not allow, and gives the reservation back', async () => {
    const shop = await start(exam);
    const { store, senderId } = shop;
    const agreed = await addPerson(store, senderId, '1', ['marketing', 'utility']);
    const notAgreed = await addPerson(store, senderId, '2', ['utility']);
    const first = await queue(store, { senderId, contactId: agreed, template: 'notice' });
    const second = await queue(store, { senderId, contactId: notAgreed, template: 'notice' });
    const third = await queue(store, { senderId, contactId: agreed, template: 'notice' });
    await store.putBudget(makeBudget(senderId, 150n));
    // 150 are used; the first needs 50 more than there is, and gives its 50 back; the second gives back another 50, which the third may use.
    expect(await change(shop, { name: 'notice', category: 'marketing' })).toMatchObject({
      repriced: [third],
      difference: 50n,
      cancelled: [first, second],
    });
    expect((await store.findMessages([first, second, third])).map((message) => [message?.state, message?.reason])).toEqual([
      ['cancelled', 'over_budget'],
      ['cancelled', 'no_consent'],
      ['queued', null],
    ]);
    expect(await reservedBy(shop)).toEqual({ marketing: [100n, 100n], utility: [0n, 0n] });
  });

  it('warns of the thresholds that the new price reaches, also without another send', async () => {
    const shop = await queuedNotices(exam, 2);
    const { store, senderId } = shop;
    await store.putBudget(makeBudget(senderId, 200n, { thresholds: [60, 100] }));
    await change(shop, { name: 'notice', category: 'marketing' });
    const reached = (await store.checkWarnings({ senderId, at: later(9) })).map(({ threshold, used }) => `${threshold} ${used}`);
    expect(reached).toEqual(['60 200', '100 200']);
  });

  it('asks a budget for the difference alone, and no budget that was lowered since to allow less', async () => {
    const shop = await queuedNotices(exam, 2);
    await shop.store.putBudget(makeBudget(shop.senderId, 200n));
    expect(await change(shop, { name: 'notice', category: 'marketing' })).toMatchObject({ difference: 100n, cancelled: [] });
    await shop.store.putBudget(makeBudget(shop.senderId, 10n));
    expect(await change(shop, { name: 'notice', category: 'utility' })).toMatchObject({ difference: -100n, cancelled: [] });
  });

  it('asks the budget of each campaign, and of the day on which the reservation was made', async () => {
    const shop = await start(exam);
    const { store, senderId } = shop;
    const contactId = await addPerson(store, senderId, '1', ['marketing', 'utility']);
    const runs = await Promise.all(['a', 'b'].map((campaign) => store.openRun({ id: ids.short(), senderId, campaign, at: later(0) })));
    for (const { campaignId } of runs) await queue(store, { senderId, contactId, template: 'notice', campaignId });
    await store.putBudget(makeBudget(senderId, 100n, { period: 'campaign' }));
    await store.putBudget(makeBudget(senderId, 150n, { period: 'day' }));
    const [changed] = await changeAll(shop, [partial({ name: 'notice', category: 'marketing' })], 36 * 60);
    expect([changed?.repriced.length, changed?.cancelled.length]).toEqual([1, 1]);
  });

  it('cancels what the new category has no price for', async () => {
    const shop = await queuedNotices(exam, 1);
    await shop.store.putPriceCard(makeCard('2026-07-01', [makeRate('utility', 50n)]), { replace: true });
    expect(await change(shop, { name: 'notice', category: 'marketing' })).toMatchObject({ repriced: [], cancelled: shop.messages });
    expect((await shop.store.findMessages(shop.messages))[0]).toMatchObject({ state: 'cancelled', reason: 'no_price' });
  });

  it('leaves what is on its way as it was sent, and what has other content to the gate', async () => {
    const shop = await queuedNotices(exam, 1);
    const { store, senderId, messages } = shop;
    await turn(store, senderId);
    expect(await change(shop, { name: 'notice', category: 'marketing' })).toMatchObject({ repriced: [], cancelled: [] });
    await store.settle({ outcomes: messages.map((id) => outcomeOf(id, 'delivered')), at: later(9) }, decideSettlements);
    expect((await store.entriesOf(messages[0] as MessageId)).map(({ kind, posted }) => `${kind} ${posted}`)).toEqual([
      'reservation 0',
      'charge 50',
    ]);
  });

  it('hears the same from a webhook, once, and of two events the later one', async () => {
    const shop = await queuedNotices(exam, 1);
    const { store, senderId } = shop;
    const paused = templateTold(senderId, { name: 'notice', status: 'paused' }, later(1));
    const approved = templateTold(senderId, { name: 'notice', status: 'approved' }, later(2));
    const category = templateTold(senderId, { name: 'notice', category: 'marketing' }, later(1));
    const [first] = await receive(store, [paused]);
    expect(first).toMatchObject({ result: 'applied', template: { result: 'changed', drift: [{ what: 'status', to: 'paused' }] } });
    expect(await resultsOf(store, [approved, paused])).toEqual(['applied', 'repeated']);
    const late = templateTold(senderId, { name: 'notice', status: 'disabled' }, later(1));
    expect(await resultsOf(store, [late])).toEqual(['repeated']);
    expect(await receive(store, [category])).toMatchObject([{ result: 'applied', template: { repriced: shop.messages, difference: 50n } }]);
    expect((await store.listTemplates({ senderId, name: 'notice' }))[0]).toMatchObject({ status: 'approved', category: 'marketing' });
    expect(await resultsOf(store, [templateTold(senderId, { name: 'nobody', status: 'paused' })])).toEqual(['unmatched']);
  });
}

type Place = Pick<Started, 'store' | 'senderId'>;

function whole(template: Template): Extract<TemplateChange, { whole: Template }> {
  return { id: ids.short(), name: template.name, language: template.language, whole: template, providerId: '77', quality: 'green' };
}

function partial({ name, ...told }: Told & { readonly name: string }): TemplateChange {
  const nothing = { providerId: null, status: null, quality: null, category: null };
  return { id: ids.short(), name, language: 'en', whole: null, ...nothing, ...told };
}

async function changeAll({ store, senderId }: Place, changes: readonly TemplateChange[], minutes = 5): Promise<readonly TemplateChanged[]> {
  return store.changeTemplates({ senderId, changes, at: later(minutes) }, { settle: decideSettlements, reprice: decideRepricings });
}

async function change(place: Place, told: Told & { readonly name: string }): Promise<TemplateChanged | undefined> {
  return (await changeAll(place, [partial(told)]))[0];
}

/** So many notices (utility, 50) queued for people who agreed to marketing too. */
async function queuedNotices(exam: Exam, count: number): Promise<Place & { readonly messages: readonly MessageId[] }> {
  const { store, senderId } = await start(exam);
  const messages: MessageId[] = [];
  for (let index = 0; index < count; index += 1) {
    const contactId = await addPerson(store, senderId, `${index}`, ['marketing', 'utility']);
    messages.push(await queue(store, { senderId, contactId, template: 'notice' }));
  }
  return { store, senderId, messages };
}

/** By category, what is reserved and what is committed. */
async function reservedBy({ store, senderId }: Place): Promise<Readonly<Record<string, readonly bigint[]>>> {
  const { rows } = await store.counters({
    period: { from: '2026-01-01' as Day, to: '2027-01-01' as Day },
    senderId,
    groupBy: ['category'],
  });
  return Object.fromEntries(rows.map(({ group: [category = ''], counters }) => [category, [counters.reserved, counters.committed]]));
}
