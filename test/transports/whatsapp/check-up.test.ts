// The check-up: each thing that sending needs, well, ailing and broken.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/ports/provider.ts';
import { graphError, officeOf, queryOf, type Route, routeOf, routes } from './office.ts';
import { SETTINGS, TOKEN } from './messages.ts';
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts';

const NUMBER = 'GET /106540352242922';
const ACCOUNT = 'GET /102290129340398';
const TEMPLATES = 'GET /102290129340398/message_templates';
const WEBHOOK = 'GET /102290129340398/subscribed_apps';
const TOKENS = 'GET /debug_token';
const ON_TIME = { date: 'Sun, 22 Nov 2026 12:00:01 GMT' };

const number = (rest: object = {}) => ({
  id: '106540352242922',
  display_phone_number: '+1 555-078-3881',
  verified_name: 'Shop',
  quality_rating: 'GREEN',
  throughput: { level: 'STANDARD' },
  whatsapp_business_manager_messaging_limit: 'TIER_2K',
  ...rest,
});
const scopes = ['whatsapp_business_messaging', 'whatsapp_business_management'];
const token = (rest: object = {}): Route => ({ body: { data: { is_valid: true, expires_at: 0, scopes, ...rest } } });
const template = (status: string, name: string) => ({
  id: '1',
  name,
  language: 'en',
  status,
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Hello there' }],
});
const health = (entity_type: string, can_send_message: string, errors: readonly object[] = []) => ({
  can_send_message,
  entities: [{ entity_type, id: '1', can_send_message, errors }],
});

const WELL: Readonly<Record<string, Route>> = {
  [NUMBER]: { body: number(), headers: ON_TIME },
  [ACCOUNT]: { body: { id: '102290129340398', primary_funding_id: '123' } },
  [TEMPLATES]: { body: { data: [template('APPROVED', 'a'), template('APPROVED', 'b'), template('PENDING', 'c')] } },
  [WEBHOOK]: { body: { data: [{ whatsapp_business_api_data: { id: '1', name: 'app' } }] } },
  [TOKENS]: token(),
};

let server: ScriptedServer;

beforeEach(async () => {
  server = await openScriptedServer();
});

afterEach(() => server.close());

async function findings(
  changes: Readonly<Record<string, Route>> = {},
  settings: Partial<typeof SETTINGS> = {},
): Promise<readonly Finding[]> {
  server.behave = routes({ ...WELL, ...changes });
  const found = await officeOf(server, settings).check();
  expect(found.map(({ check }) => check)).toEqual([
    'token',
    'number',
    'limit',
    'international',
    'templates',
    'webhook',
    'payment',
    'clock',
  ]);
  for (const { result, hint } of found) if (result === 'bad' || result === 'warning') expect(hint).toEqual(expect.any(String));
  expect(JSON.stringify(found)).not.toContain(TOKEN);
  return found;
}

it('finds nothing where all is well, and changes nothing', async () => {
  const found = await findings();
  expect(found.map(({ result }) => result)).toEqual(found.map(() => 'good'));
  expect(found.map(({ message }) => message)).toEqual([
    'The token works and does not expire.',
    '+1 555-078-3881 (Shop) can send.',
    'The messaging limit of the business: 2,000 people in 24 hours.',
    'The provider tells no start of the international rate of authentication.',
    'Templates: 2 approved, 1 pending.',
    'An app is subscribed to the account.',
    'A payment method is there.',
    "The clock agrees with the provider's.",
  ]);
  expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
});

type Case = readonly [
  what: string,
  check: Finding['check'],
  result: Finding['result'],
  words: string,
  changes: Readonly<Record<string, Route>>,
];

const CASES: readonly Case[] = [
  ['a token that was withdrawn', 'token', 'bad', 'not valid', { [TOKENS]: token({ is_valid: false }) }],
  ['a token that may not send', 'token', 'bad', 'may not send', { [TOKENS]: token({ scopes: ['whatsapp_business_management'] }) }],
  [
    'a token that may not see to templates',
    'token',
    'warning',
    'templates',
    { [TOKENS]: token({ scopes: ['whatsapp_business_messaging'] }) },
  ],
  ['a token that ends soon', 'token', 'warning', '2026-11-25', { [TOKENS]: token({ expires_at: 1_795_608_000 }) }],
  ['a token that ends next year', 'token', 'good', '2027', { [TOKENS]: token({ expires_at: 1_800_000_000 }) }],
  ['a token that may not look at itself', 'token', 'good', 'does not tell', { [TOKENS]: { status: 400, body: graphError(100) } }],
  ['a double that does not know the question', 'token', 'good', 'does not tell', { [TOKENS]: { status: 404, body: 'no' } }],
  [
    'a number that does not exist',
    'number',
    'bad',
    '(100)',
    { [NUMBER]: { status: 400, body: graphError(100, 'Unsupported get request') } },
  ],
  [
    'a messaging limit that is not told',
    'limit',
    'skipped',
    'does not tell',
    { [NUMBER]: { body: number({ whatsapp_business_manager_messaging_limit: 'TIER_NOT_SET' }) } },
  ],
  ['a number of medium quality', 'number', 'warning', 'medium quality', { [NUMBER]: { body: number({ quality_rating: 'YELLOW' }) } }],
  ['a number of low quality', 'number', 'warning', 'low quality', { [NUMBER]: { body: number({ quality_rating: 'RED' }) } }],
  [
    'a number that is blocked',
    'number',
    'bad',
    'cannot send (131031): Locked',
    {
      [NUMBER]: {
        body: number({
          health_status: health('PHONE_NUMBER', 'BLOCKED', [
            { error_code: 131031, error_description: 'Locked', possible_solution: 'Appeal' },
          ]),
        }),
      },
    },
  ],
  [
    'a number that is limited',
    'number',
    'warning',
    'only so much: no reason',
    { [NUMBER]: { body: number({ health_status: health('PHONE_NUMBER', 'LIMITED', [{ possible_solution: 'Wait' }]) }) } },
  ],
  [
    'a number whose account is blocked',
    'number',
    'good',
    'can send',
    { [NUMBER]: { body: number({ health_status: health('WABA', 'BLOCKED') }) } },
  ],
  ['no templates', 'templates', 'warning', 'no template', { [TEMPLATES]: { body: { data: [] } } }],
  ['no approved template', 'templates', 'warning', '1 pending', { [TEMPLATES]: { body: { data: [template('PENDING', 'a')] } } }],
  [
    'a paused template',
    'templates',
    'warning',
    '1 approved, 1 paused',
    { [TEMPLATES]: { body: { data: [template('APPROVED', 'a'), template('PAUSED', 'b')] } } },
  ],
  [
    'a template that cannot be read',
    'templates',
    'warning',
    '1 unreadable',
    { [TEMPLATES]: { body: { data: [template('APPROVED', 'a'), template('APPROVED', 'UPPER')] } } },
  ],
  ['templates that may not be seen', 'templates', 'bad', '(200)', { [TEMPLATES]: { status: 403, body: graphError(200) } }],
  ['no subscription', 'webhook', 'bad', 'No app', { [WEBHOOK]: { body: { data: [] } } }],
  ['nothing about subscriptions', 'webhook', 'bad', 'No app', { [WEBHOOK]: { body: {} } }],
  ['subscriptions that are not told', 'webhook', 'bad', 'no answer', { [WEBHOOK]: { status: 500, body: 'no' } }],
  ['no payment method', 'payment', 'warning', 'no payment method', { [ACCOUNT]: { body: {} } }],
  ['an empty payment method', 'payment', 'warning', 'no payment method', { [ACCOUNT]: { body: { primary_funding_id: '0' } } }],
  [
    'an account that must pay first',
    'payment',
    'bad',
    'The waba cannot send (131042): Pay',
    {
      [ACCOUNT]: {
        body: {
          primary_funding_id: '1',
          health_status: health('WABA', 'BLOCKED', [{ error_code: 131042, error_description: 'Pay', possible_solution: 'Do' }]),
        },
      },
    },
  ],
  [
    'a clock that is a little late',
    'clock',
    'warning',
    '20 seconds behind',
    { [NUMBER]: { body: number(), headers: { date: 'Sun, 22 Nov 2026 12:00:20 GMT' } } },
  ],
  [
    'a clock that is far ahead',
    'clock',
    'bad',
    '600 seconds ahead',
    { [NUMBER]: { body: number(), headers: { date: 'Sun, 22 Nov 2026 11:50:00 GMT' } } },
  ],
  ['a time that is none', 'clock', 'skipped', 'did not say', { [NUMBER]: { body: number(), headers: { date: 'soon' } } }],
];

it.each(CASES)('%s: %s is %s', async (_, check, result, words, changes) => {
  const found = await findings(changes);
  expect(found.find((finding) => finding.check === check)).toMatchObject({ result, message: expect.stringContaining(words) });
  // The limit stands in the number's answer, and is not told where there is none.
  const others = found.filter((finding) => ![check, 'clock', 'limit'].includes(finding.check));
  expect(others.filter((finding) => finding.result !== 'good')).toEqual([]);
});

describe('a rate that the number does not have', () => {
  it.each([
    ['STANDARD', 1_000, 'warning'],
    ['STANDARD', 80, 'good'],
    ['HIGH', 1_000, 'good'],
    [undefined, 1_000, 'good'],
  ])('%s and %i a second: %s', async (level, ratePerSecond, result) => {
    const found = await findings({ [NUMBER]: { body: number({ throughput: { level } }), headers: ON_TIME } }, { ratePerSecond });
    expect(found[1]).toMatchObject({ check: 'number', result });
  });
});

it('asks for nothing more where the token is refused', async () => {
  const found = await findings({ [NUMBER]: { status: 401, body: graphError(190, 'Session has expired'), headers: ON_TIME } });
  expect(found.map(({ result }) => result)).toEqual(['bad', ...found.slice(2).map(() => 'skipped'), 'good']);
  expect(found[0]?.message).toContain('Session has expired');
  expect(server.requests.map(routeOf)).toEqual([NUMBER]);
});

describe('the start of the international rate', () => {
  const told = async (eligibility: unknown, rest: Partial<Route> = {}) => {
    const account = { primary_funding_id: '1', auth_international_rate_eligibility: eligibility };
    return (await findings({ [ACCOUNT]: { body: account, ...rest } })).find(({ check }) => check === 'international');
  };

  it('is told with the countries that have one of their own', async () => {
    const countries = [{ country_code: 'IN', start_time: 1_800_000_000 }];
    expect(await told({ start_time: 1_796_083_200, exception_countries: countries })).toMatchObject({
      result: 'good',
      message: 'Authentication costs the international rate from 2026-12-01T00:00:00Z, in IN from 2027-01-15T08:00:00Z.',
      authInternational: { from: 1_796_083_200_000, countries: [{ country: 'IN', from: 1_800_000_000_000 }] },
    });
    expect(await told(undefined)).toMatchObject({ result: 'good', authInternational: null });
  });

  it('is none where it cannot be read, or the provider does not know the question', async () => {
    const [unreadable, unknown] = [await told({ start_time: 'soon' }), await told(undefined, { status: 400, body: graphError(100) })];
    expect([unreadable, unknown]).toMatchObject([
      { result: 'skipped', message: expect.stringContaining('cannot be read') },
      { result: 'skipped', message: expect.stringContaining('does not tell') },
    ]);
    expect([unreadable, unknown].filter((finding) => finding !== undefined && 'authInternational' in finding)).toEqual([]);
  });

  it('is asked for by itself, so that a refusal costs nothing else', async () => {
    await findings();
    const fields = server.requests.filter((arrived) => routeOf(arrived) === ACCOUNT).map((arrived) => queryOf(arrived)['fields']);
    expect(fields.toSorted()).toEqual(['auth_international_rate_eligibility', 'primary_funding_id,health_status']);
  });
});

it('shows no words of the provider that act on a terminal', async () => {
  const found = await findings({ [NUMBER]: { body: number({ verified_name: 'a\u001b[2Jb' }), headers: ON_TIME } });
  expect(found[1]?.message).toContain('a\\u001b[2Jb');
});

it('fails where nobody answers', async () => {
  await server.close();
  await expect(officeOf(server).check()).rejects.toMatchObject({ code: 'provider_unreachable' });
  server = await openScriptedServer();
});
