// What can go wrong on purpose: every fault with its meaning, and which of them a scenario brings upon a request, a message or a webhook.

import { chance } from './chance.ts';
import type { Scenario } from './scenario.ts';

/** To a request: `nothing` is sent, or the message `goes` out and only its answer suffers. */
const REQUEST_FAULTS = {
  http_429: 'throttled: error 130429 with HTTP 429, nothing is sent',
  http_500: 'error 131000 with HTTP 500, nothing is sent',
  http_500_after: 'the message is sent, then HTTP 500 without a body',
  reset_before: 'the connection is reset, nothing is sent',
  reset_after: 'the message is sent, then the connection is reset',
  accept_no_answer: 'the request is taken; neither an answer nor a status follows',
  accept_no_answer_then_status: 'the message is sent and reported, and never answered',
  garbage_body: 'the message is sent; the answer is no JSON',
  half_body: 'the message is sent; the answer breaks off in the middle',
  redirect: 'HTTP 302 to another place, nothing is sent',
  html: 'HTTP 200 with a web page, nothing is sent',
  slow: 'the message is sent; the answer comes after delay_ms (5000)',
  error: 'refused with the error `code`, nothing is sent',
} as const;

const MESSAGE_FAULTS = {
  fail_later: 'accepted, then the status `failed` with `code`',
  fail_then_deliver: 'accepted, then the status `failed` with `code`, and delivered after all',
  drop: 'accepted and `sent`, then silence, as when its time to live runs out',
  never_reported: 'accepted, then no status at all',
  read: 'delivered, and then read',
  skip_delivered: 'read at once: `delivered` is never reported',
  held_then_sent:
    'answered with held_for_quality_assessment, sent after delay_ms (600000), or never where its time to live is over by then',
  paused: 'answered with paused, then failed with 132015',
  held_then_dropped: 'answered with held_for_quality_assessment, after delay_ms failed with 132015',
} as const;

const WEBHOOK_FAULTS = {
  lose_webhook: 'a status is never posted',
  duplicate_webhook: 'a status is posted twice',
  delay: 'a status is posted delay_ms (60000) later',
  reorder: 'the first status is posted after the one that follows it',
  no_pricing: 'the first of delivered and read tells no price',
  other_pricing: '`sent` tells another price than the first of delivered and read, which is billed',
} as const;

/** Every fault with what it does, for the help. */
export const FAULTS = { ...REQUEST_FAULTS, ...MESSAGE_FAULTS, ...WEBHOOK_FAULTS } as const;
export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

export type RequestFault = keyof typeof REQUEST_FAULTS;
export type MessageFault = keyof typeof MESSAGE_FAULTS;
export type WebhookFault = keyof typeof WEBHOOK_FAULTS;

/** A fault that strikes, with its settings. */
export type Struck<Name extends FaultName> = { readonly fault: Name; readonly code: number; readonly delayMs: number };

/** All that strikes one request. */
export type Strikes = {
  readonly request: Struck<RequestFault> | null;
  readonly message: Struck<MessageFault> | null;
  /** For every status of the message. */
  readonly webhook: readonly Struck<WebhookFault>[];
};

/** What rules and chances may look at. `nth` counts the requests to this recipient, from 1; the one of a rule counts what the rest of it matches. */
export type Struckable = {
  readonly to: string;
  readonly nth: number;
  readonly type: string;
  readonly template: string | null;
  readonly category: string | null;
};

const DEFAULT_DELAY_MS: Partial<Record<FaultName, number>> = {
  slow: 5_000,
  held_then_sent: 600_000,
  held_then_dropped: 600_000,
  delay: 60_000,
};
/** What `error`, `fail_later` and `fail_then_deliver` say where no code is given: something went wrong. */
const DEFAULT_CODE = 131_000;

export type Faults = {
  /** What strikes this request. Counts it for the rules that look at `nth`. */
  readonly strike: (request: Struckable) => Strikes;
  /** What strikes the webhook of one status, besides what the rules said of its message. */
  readonly strikeWebhook: (request: Struckable, status: string) => readonly Struck<WebhookFault>[];
};

const NOTHING: Strikes = { request: null, message: null, webhook: [] };

type Chance = { readonly fault: FaultName; readonly rate: number; readonly struck: Struck<FaultName> };

/** The faults of a scenario, with its rules counted from now. */
export function createFaults({ seed, rules, rates }: Scenario): Faults {
  const counts = rules.map(() => 0);
  const chances = chancesOf(rates);
  const onRequests = chances.filter(({ fault }) => !(fault in WEBHOOK_FAULTS));
  const onWebhooks = chances.filter(({ fault }) => fault in WEBHOOK_FAULTS);

  const byRules = (request: Struckable): readonly Struck<FaultName>[] =>
    rules.flatMap(({ match, fault, code, delay_ms, times }, index) => {
      if (!isMatch(match, request)) return [];
      const count = (counts[index] ?? 0) + 1;
      counts[index] = count;
      if ((match.nth !== undefined && match.nth !== count) || (times !== undefined && count > times)) return [];
      return [toStruck(fault, code, delay_ms)];
    });

  const byChance = (list: readonly Chance[], { to, nth }: Struckable, status: string): readonly Struck<FaultName>[] =>
    list.filter(({ fault, rate }) => chance(seed, fault, to, nth, status) < rate).map(({ struck }) => struck);

  return {
    strike: (request) => {
      if (rules.length === 0 && onRequests.length === 0) return NOTHING;
      const all = [...byRules(request), ...byChance(onRequests, request, '')];
      return {
        request: (all.find((struck) => struck.fault in REQUEST_FAULTS) as Struck<RequestFault> | undefined) ?? null,
        message: (all.find((struck) => struck.fault in MESSAGE_FAULTS) as Struck<MessageFault> | undefined) ?? null,
        webhook: all.filter((struck) => struck.fault in WEBHOOK_FAULTS) as readonly Struck<WebhookFault>[],
      };
    },
    strikeWebhook: (request, status) => byChance(onWebhooks, request, status) as readonly Struck<WebhookFault>[],
  };
}

function chancesOf(rates: Scenario['rates']): readonly Chance[] {
  return FAULT_NAMES.flatMap((fault) => {
    const rate = rates[fault];
    if (rate === undefined) return [];
    const settings = typeof rate === 'number' ? { rate } : rate;
    return [{ fault, rate: settings.rate, struck: toStruck(fault, settings.code, settings.delay_ms) }];
  });
}

function toStruck(fault: FaultName, code = DEFAULT_CODE, delayMs = DEFAULT_DELAY_MS[fault] ?? 0): Struck<FaultName> {
  return { fault, code, delayMs };
}

function isMatch(match: Scenario['rules'][number]['match'], request: Struckable): boolean {
  return (['to', 'type', 'template', 'category'] as const).every((key) => {
    const pattern = match[key];
    return pattern === undefined || fits(pattern, request[key] ?? '');
  });
}

// `*` stands for anything. The pieces between the stars must come in order; no expression is built from what a file says.
function fits(pattern: string, text: string): boolean {
  const [head = '', ...pieces] = pattern.split('*');
  const tail = pieces.pop();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let rest = text.slice(head.length, text.length - tail.length);
  return pieces.every((piece) => {
    const place = rest.indexOf(piece);
    rest = rest.slice(place + piece.length);
    return place !== -1;
  });
}
