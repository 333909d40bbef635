// A scenario: how the emulator's world behaves, as JSON. Owns its shape; what a fault does is faults.ts's.

import * as z from 'zod/mini';
import { type InternationalStart, parseAuthInternational } from '../domain/auth-international.ts';
import { parseMessagingLimit } from '../domain/messaging-limit.ts';
import { fail } from '../errors.ts';
import { CURRENCIES, parseCurrency } from '../values/money.ts';
import { parseTimeZone, type TimeZone } from '../values/time.ts';
import { FAULT_NAMES } from './faults.ts';
import { isPriceCards } from './price-cards.ts';

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .int({ error: 'must be a whole number' })
    .check(z.minimum(least, `must be at least ${least}`), z.maximum(most, `must be at most ${most}`));
const word = z.string({ error: 'must be text' });
const delayMs = whole(0);
const share = z
  .number({ error: 'must be a number from 0 to 1' })
  .check(z.minimum(0, 'must be a number from 0 to 1'), z.maximum(1, 'must be a number from 0 to 1'));
const fault = z.enum(FAULT_NAMES, { error: `must be one of ${FAULT_NAMES.join(', ')}` });
/** True for a messaging limit as the provider writes it. */
export function isLimitWord(text: string): boolean {
  return text.startsWith('TIER_') && parseMessagingLimit(text) !== undefined;
}

/** What is to be written instead. */
export const WRONG_LIMIT = 'must be TIER_250, TIER_2K, TIER_10K, TIER_100K, TIER_UNLIMITED, or TIER_ and a number';

/** True for the start of the international rate as the provider writes it. */
export function isEligibility(value: unknown): boolean {
  return parseAuthInternational(value) !== undefined;
}

export const WRONG_ELIGIBILITY =
  'must be {"start_time": seconds, "exception_countries": [{"country_code": "IN", "start_time": seconds}]}, or one of both';

const wrongRate = { error: 'must be a number from 0 to 1, or {"rate", "code", "delay_ms"}' };

const Match = z.strictObject({
  to: z.optional(word),
  nth: z.optional(whole(1)),
  type: z.optional(word),
  template: z.optional(word),
  category: z.optional(word),
});

const Rule = z.strictObject({
  match: z._default(Match, {}),
  fault,
  code: z.optional(whole(0)),
  delay_ms: z.optional(delayMs),
  times: z.optional(whole(1)),
});

const Rate = z.union([share, z.strictObject({ rate: share, code: z.optional(whole(0)), delay_ms: z.optional(delayMs) })], wrongRate);

const Account = z.strictObject({
  currency: z._default(
    z.string().check(z.refine((text) => parseCurrency(text) !== undefined, `must be one of ${CURRENCIES.join(', ')}`)),
    'USD',
  ),
  time_zone: z._default(
    z.string().check(z.refine((text) => parseTimeZone(text) !== undefined, 'must be a time zone like Europe/Berlin')),
    'UTC',
  ),
  payment_method: z._default(z.boolean(), true),
  quality_rating: z._default(z.enum(['GREEN', 'YELLOW', 'RED', 'UNKNOWN']), 'GREEN'),
  /** Any number of people will do, such as TIER_20, so that a test need not send thousands. */
  messaging_limit: z._default(word.check(z.refine(isLimitWord, WRONG_LIMIT)), 'TIER_UNLIMITED'),
  /** From when authentication costs the international rate, as the provider writes it: it does not where this is left out. */
  auth_international_rate_eligibility: z.optional(z.unknown().check(z.refine(isEligibility, WRONG_ELIGIBILITY))),
  can_send_message: z._default(z.enum(['AVAILABLE', 'LIMITED', 'BLOCKED']), 'AVAILABLE'),
  /** CSV, as `price show --format csv` prints it; the built-in cards where it is left out. */
  price_cards: z.optional(word.check(z.refine(isPriceCards, 'must be price cards as CSV'))),
  /** As with the provider's test numbers: all others are refused with 131030. */
  allowed_recipients: z.optional(z.array(word)),
});

const Templates = z.strictObject({
  review: z._default(z.enum(['approve', 'pending', 'reject']), 'approve'),
  /** The category in which a template is approved, whatever was asked for, by name. */
  categories: z._default(z.record(word, z.enum(['MARKETING', 'UTILITY', 'AUTHENTICATION'])), {}),
});

const ScenarioDocument = z.strictObject({
  seed: z._default(whole(0, 2 ** 32 - 1), 1),
  rules: z._default(z.array(Rule), []),
  rates: z._default(z.partialRecord(fault, Rate), {}),
  /** From … to, between the statuses of a message; what the clock's mode gives where it is not said. */
  latency_ms: z.optional(
    z
      .tuple([delayMs, delayMs], { error: 'must be [least, most]' })
      .check(z.refine(([least, most]) => least <= most, 'must be [least, most]')),
  ),
  requests_per_second: z._default(whole(1), 1_000),
  webhook_batch_max: z._default(whole(1, 1_000), 100),
  /** The provider's pages say 7 days, and 36 hours. */
  webhook_retry_hours: z._default(whole(0, 168), 168),
  /** Delivered service messages of this month that were there before. */
  service_units_used: z._default(whole(0), 0),
  account: z._default(Account, Account.parse({})),
  templates: z._default(Templates, Templates.parse({})),
});

/** A scenario as people write it: everything may be left out. */
export type ScenarioInput = z.input<typeof ScenarioDocument>;
export type Scenario = z.output<typeof ScenarioDocument>;

/** The scenario of a document. Throws `scenario_invalid`, naming the place. */
export function parseScenario(document: unknown): Scenario {
  const result = ScenarioDocument.safeParse(document, { error: explain });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = placeOf([...(issue?.path ?? [])]);
  const where = place === '' ? 'The scenario' : place;
  throw fail('scenario_invalid', {
    message: `${where} ${issue?.message ?? 'is wrong'}.`,
    hint: '`tollbell emulator --help` shows an example and lists every fault.',
    details: { path: place },
  });
}

/** The zone of the account, in which its days and months change. */
export function zoneOf(scenario: Scenario): TimeZone {
  return scenario.account.time_zone as TimeZone; // parseTimeZone has read it
}

/** From when the account pays the international rate of authentication; null where it does not. */
export function eligibilityOf({ account }: Scenario): InternationalStart | null {
  return parseAuthInternational(account.auth_international_rate_eligibility) ?? null;
}

function explain(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return `has ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}, which means nothing here`;
  if (issue.code === 'invalid_key') return 'names no fault';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return issue.input === undefined ? 'is missing' : `must be ${issue.code === 'invalid_type' ? issue.expected : 'something else'}`;
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
