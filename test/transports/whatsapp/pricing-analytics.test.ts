// What the provider billed: asked a day of the zone at a time, summed up exactly, and refused where it cannot be read whole.

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Month, TimeZone } from '../../../src/values/time.ts';
import { graphError, officeOf, queryOf, routeOf } from './office.ts';
import { answer, openScriptedServer, type ScriptedServer } from './scripted-server.ts';

const ACCOUNT = 'GET /102290129340398';
const NUMBER = 'GET /106540352242922';
const POINT = { country: 'DE', tier: '0:MAX', pricing_type: 'REGULAR', pricing_category: 'MARKETING', volume: 4, cost: 0.546 };

let server: ScriptedServer;
beforeEach(async () => {
  server = await openScriptedServer();
});
afterEach(() => server.close());

type Window = { readonly start: number; readonly end: number };

/** Answers every window with these points, whose start is so many half hours after the start of the window. */
function tell(
  points: readonly (Readonly<Record<string, unknown>> & { readonly at?: number })[],
  wrap = (list: unknown): unknown => ({ data: [{ data_points: list }] }),
): void {
  server.behave = (arrived, response) => {
    if (routeOf(arrived) === NUMBER) return answer(response, 200, { display_phone_number: '+1 555-078-3881', id: '106540352242922' });
    const { start } = windowOf(queryOf(arrived)['fields'] ?? '');
    const list = points.map(({ at = 0, ...point }) => ({ start: start + at * 1_800, end: start + (at + 1) * 1_800, ...POINT, ...point }));
    answer(response, 200, { pricing_analytics: wrap(list), id: '102290129340398' });
  };
}

function windowOf(fields: string): Window {
  const [, start = '', end = ''] = /start\((\d+)\)\.end\((\d+)\)/.exec(fields) ?? [];
  return { start: Number(start), end: Number(end) };
}

const billed = (month = '2026-02', zone = 'UTC') => officeOf(server).billed(month as Month, zone as TimeZone);

it('asks for each day of the zone by itself, in half hours, of the own number alone', async () => {
  tell([]);
  expect(await billed('2026-10', 'Europe/Berlin')).toEqual([]);
  const asked = server.requests.filter((arrived) => routeOf(arrived) === ACCOUNT).map((arrived) => queryOf(arrived)['fields'] ?? '');
  expect(asked).toHaveLength(31);
  expect(asked[0]).toBe(
    'pricing_analytics.start(1790805600).end(1790892000).granularity(HALF_HOUR).phone_numbers(["15550783881"]).dimensions([PRICING_CATEGORY,PRICING_TYPE,COUNTRY,PHONE,TIER])',
  );
  const windows = asked.map(windowOf);
  expect(windows.slice(1).map(({ start }) => start)).toEqual(windows.slice(0, -1).map(({ end }) => end));
  expect(windows.map(({ start, end }) => (end - start) / 3_600).filter((hours) => hours !== 24)).toEqual([25]); // the clock goes back
});

it('sums up the half hours of a day, by country, category, type and tier, without a float', async () => {
  const tier = '250001:MAX';
  tell([
    { cost: 0.1 },
    { cost: 0.2, at: 3 },
    { country: 'AT' },
    { tier },
    { pricing_type: 'FREE_ENTRY_POINT', pricing_category: 'REFERRAL_CONVERSION', tier: undefined, cost: 0 },
  ]);
  const lines = await billed();
  expect(lines).toHaveLength(4 * 28);
  const common = { period: '2026-02-01', country: 'DE', market: null, category: 'marketing', type: 'regular', tierFrom: 0, units: 4 };
  expect(lines.slice(0, 4)).toEqual([
    { ...common, units: 8, amount: 300_000n },
    { ...common, country: 'AT', amount: 546_000n },
    { ...common, tierFrom: 250_001, amount: 546_000n },
    { ...common, category: 'referral-conversion', type: 'free_entry_point', tierFrom: null, amount: 0n },
  ]);
});

it('leaves out what is of another day than it was asked for', async () => {
  tell([{ at: 48 }, { at: -1 }]);
  expect(await billed()).toEqual([]);
});

it('an account with nothing to tell leaves the field out, and one on the credit line of a partner its costs', async () => {
  tell([], () => undefined);
  expect(await billed()).toEqual([]);
  tell([{ cost: undefined }, { cost: 1 }]);
  expect((await billed())[0]).toMatchObject({ units: 8, amount: null });
});

it.each([
  ['a category that it does not know', [{ pricing_category: 'NEWS' }], undefined],
  ['a type that it does not know', [{ pricing_type: 'PAID' }], undefined],
  ['no country', [{ country: 'Germany' }], undefined],
  ['a volume that is no count', [{ volume: 1.5 }], undefined],
  ['a cost that is no number', [{ cost: '0.1' }], undefined],
  ['a tier that is none', [{ tier: 'first' }], undefined],
  ['a list that goes on', [], (list: unknown) => ({ data: [{ data_points: list }], paging: { next: 'https://elsewhere.example.com' } })],
  ['no list', [], () => ({ data: [{ data_points: 7 }] })],
  ['no data', [], () => 'none'],
] as const)('refuses %s: what is misread would look like a difference', async (_, points, wrap) => {
  tell(points, wrap);
  await expect(billed()).rejects.toMatchObject({ code: 'provider_unreachable', exit: 10 });
});

it.each([
  [190, 'token_rejected'],
  [100, 'provider_rejected'],
  [4, 'provider_unreachable'],
])('the error %d of the provider is %s', async (code, ours) => {
  server.behave = (_, response) => answer(response, 400, graphError(code));
  await expect(billed()).rejects.toMatchObject({ code: ours });
});
