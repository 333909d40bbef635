// The messaging limit of the emulator's business: who counts, for how long, what is refused, and what is told of it.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { HELLO, openStage, type Stage, TEXT, valueAt } from './stage.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage({ scenario: { account: { messaging_limit: 'TIER_2' } } });
});
afterEach(() => stage.close());

const number = (index: number): string => `+4915112300${String(index).padStart(3, '0')}`;

/** What became of a template to each of these people: `delivered`, or the code of the error. */
async function fatesOf(...people: readonly number[]): Promise<readonly unknown[]> {
  const fates: unknown[] = [];
  for (const person of people) {
    const { json } = await stage.send(number(person), HELLO);
    await stage.settle();
    const last = stage.statuses().findLast(({ id }) => id === valueAt(json, 'messages.0.id'));
    fates.push(last?.['status'] === 'failed' ? valueAt(last, 'errors.0.code') : last?.['status']);
  }
  return fates;
}

it('takes as many people in 24 hours as the limit says, each as often as one likes, and tells of the next ones that they failed', async () => {
  expect(await fatesOf(111, 112, 111, 113, 112)).toEqual(['delivered', 'delivered', 'delivered', 131_048, 'delivered']);
  expect(valueAt((await stage.admin('GET', 'state')).json, 'messaging_limit')).toEqual({ limit: 'TIER_2', reached: 2 });
});

it('counts from the newest message to a person on, for a day', async () => {
  expect(await fatesOf(111, 112)).toEqual(['delivered', 'delivered']);
  await stage.advance('12h');
  expect(await fatesOf(111)).toEqual(['delivered']);
  await stage.advance('12h');
  expect(await fatesOf(113, 114)).toEqual(['delivered', 131_048]);
});

it('does not count who wrote in the last 24 hours', async () => {
  await stage.admin('POST', 'inbound', { from: number(111), type: 'text', text: 'Hello' });
  expect(await fatesOf(111, 112, 113)).toEqual(['delivered', 'delivered', 'delivered']);
  await stage.send(number(111), TEXT);
  expect(await fatesOf(114)).toEqual([131_048]);
});

it('has the limit that it was given last, and tells the receiver', async () => {
  await fatesOf(111, 112);
  expect((await stage.admin('POST', 'messaging-limit', { limit: 'TIER_2K' })).status).toBe(200);
  await stage.settle();
  expect(stage.changes().at(-1)).toMatchObject({
    field: 'business_capability_update',
    value: { max_daily_conversations_per_business: 'TIER_2K' },
  });
  expect(await fatesOf(113)).toEqual(['delivered']);
  const { json } = await stage.graph('GET', `/v26.0/${stage.emulator.phoneNumberId}?fields=whatsapp_business_manager_messaging_limit`);
  expect(json).toMatchObject({ whatsapp_business_manager_messaging_limit: 'TIER_2K' });
});

it.each([undefined, 'TIER_NOT_SET', '2K', 2_000, 'TIER_0'])('refuses the limit %o', async (limit) => {
  expect((await stage.admin('POST', 'messaging-limit', { limit })).status).toBe(400);
});
