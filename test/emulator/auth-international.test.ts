// An account that pays the international rate of authentication: from when, in which countries, and how that is told, billed and shown.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBill } from '../../src/emulator/bill.ts';
import { parseScenario } from '../../src/emulator/scenario.ts';
import { type Instant, parseInstant, toInstant } from '../../src/values/time.ts';
import { openStage, type Stage, valueAt } from './stage.ts';

const DECEMBER = 1_796_083_200; // 2026-12-01T00:00:00Z

describe('a delivery', () => {
  const CODE = { category: 'authentication', windowOpen: true, freeEntryOpen: false, isLite: false, cost: null } as const;
  const INDIA = '+919812345678';
  const STARTS = { from: toInstant(DECEMBER * 1_000), countries: [{ country: 'EG', from: toInstant((DECEMBER - 1) * 1_000) }] };

  const billed = (address: string, text: string, more: object = {}) => {
    const bill = createBill(parseScenario({}));
    const at = parseInstant(text) as Instant;
    const message = { ...CODE, address, international: STARTS, ...more };
    const [quoted, told] = [bill.quote(message, at), bill.charge(message, at)];
    expect(told).toEqual(quoted);
    return [told.category, ...bill.lines().map(({ category, cost }) => `${category} ${cost}`)];
  };

  it.each<readonly [string, string, readonly string[]]>([
    [INDIA, '2026-11-30T23:59:59Z', ['authentication', 'AUTHENTICATION 0.0014']],
    [INDIA, '2026-12-01T00:00:00Z', ['authentication-international', 'AUTHENTICATION_INTERNATIONAL 0.0304']],
    ['IN.9f3kQ2', '2026-12-01T00:00:00Z', ['authentication-international', 'AUTHENTICATION_INTERNATIONAL 0.0304']],
    ['+201012345678', '2026-11-30T23:59:58Z', ['authentication', 'AUTHENTICATION 0.0036']],
    ['+201012345678', '2026-11-30T23:59:59Z', ['authentication-international', 'AUTHENTICATION_INTERNATIONAL 0.065']],
    ['+4915112345678', '2026-12-01T00:00:00Z', ['authentication', 'AUTHENTICATION 0.055']],
  ])('to %s at %s: %j', (address, at, line) => {
    expect(billed(address, at)).toEqual(line);
  });

  it('of another category, of an account that does not pay it, or in a free entry point is none', () => {
    const at = '2026-12-01T00:00:00Z';
    expect(billed(INDIA, at, { category: 'utility' })[0]).toBe('utility');
    expect(billed(INDIA, at, { international: null })[0]).toBe('authentication');
    expect(billed(INDIA, at, { freeEntryOpen: true })[0]).toBe('referral_conversion');
  });
});

describe('an account', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const shown = async () => {
    const { json } = await stage.graph('GET', `/v26.0/${stage.emulator.wabaId}?fields=auth_international_rate_eligibility`);
    return json['auth_international_rate_eligibility'];
  };
  const make = (input: object) => stage.admin('POST', 'auth-international', input);

  it('pays it in 30 days, where nothing else is said, and tells the receiver', async () => {
    expect(await shown()).toBeUndefined();
    expect((await make({})).status).toBe(200);
    await stage.settle();
    const eligibility = { start_time: 1_795_348_800 + 30 * 86_400 };
    const value = { event: 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE', auth_international_rate_eligibility: eligibility };
    expect(stage.changes()).toEqual([{ field: 'account_update', value }]);
    expect(await shown()).toEqual(eligibility);
  });

  it('pays it from when it is told to, in each country', async () => {
    const eligibility = { start_time: DECEMBER, exception_countries: [{ country_code: 'IN', start_time: DECEMBER + 1 }] };
    await make(eligibility);
    expect(await shown()).toEqual(eligibility);
    await make({ exception_countries: eligibility.exception_countries });
    expect(await shown()).toEqual({ exception_countries: eligibility.exception_countries });
  });

  it('pays it from the start where its scenario says so', async () => {
    const account = { auth_international_rate_eligibility: { start_time: DECEMBER } };
    await stage.admin('POST', 'faults', { account });
    expect(await shown()).toEqual({ start_time: DECEMBER });
    expect(stage.changes()).toEqual([]);
  });

  it('does not do what cannot be read', async () => {
    for (const input of [{ start_time: 'soon' }, { exception_countries: [{ country_code: 'India', start_time: DECEMBER }] }]) {
      const { status, json } = await make(input);
      expect([status, valueAt(json, 'error.message')]).toEqual([400, expect.stringContaining('"start_time": seconds')]);
      const account = { auth_international_rate_eligibility: input };
      const refused = await stage.admin('POST', 'faults', { account });
      expect(JSON.stringify(refused.json)).toContain('auth_international_rate_eligibility must be');
    }
    expect(await shown()).toBeUndefined();
  });
});
