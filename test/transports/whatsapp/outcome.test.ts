// What each reply means, by the table over the provider's codes; the HTTP status must not matter.

import { describe, expect, it } from 'vitest';
import { AppError, exitCodeOf } from '../../../src/errors.ts';
import type { Delivery } from '../../../src/ports/transport.ts';
import { decideDelivery } from '../../../src/transports/whatsapp/outcome.ts';
import { type LossReason, lost, type Reply } from '../../../src/transports/whatsapp/reply.ts';
import type { MessageId } from '../../../src/values/id.ts';
import { NOW } from '../../send/facts.ts';
import { TOKEN } from './messages.ts';

const asked = { message: { id: 'message' as MessageId, attempt: 2 }, at: NOW, token: TOKEN };

function answer(status: number, body: unknown, headers: { readonly retryAfter?: string } = {}): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, retryAfter: headers.retryAfter ?? null, date: null, body: text };
}

function graph(code: number, rest: Readonly<Record<string, unknown>> = {}): unknown {
  return { error: { message: `(#${code}) Words`, type: 'OAuthException', code, fbtrace_id: 'A', ...rest } };
}

function deliveryOf(reply: Reply): Delivery {
  const delivery = decideDelivery(asked, reply);
  if (delivery instanceof AppError) throw delivery;
  return delivery;
}

function stopOf(reply: Reply): AppError {
  const stop = decideDelivery(asked, reply);
  if (!(stop instanceof AppError)) throw new Error(`the sender is not stopped: ${stop.kind}`);
  return stop;
}

const ACCEPTED = { messaging_product: 'whatsapp', contacts: [{ input: '+49', wa_id: '49' }], messages: [{ id: 'wamid.X' }] };

describe('accepted', () => {
  it.each([undefined, 'accepted', 'held_for_quality_assessment', 'paused'])(
    'is a 200 with the id of a message, status %s',
    (message_status) => {
      expect(decideDelivery(asked, answer(200, { ...ACCEPTED, messages: [{ id: 'wamid.X', message_status }] }))).toEqual({
        messageId: 'message',
        attempt: 2,
        kind: 'accepted',
        at: NOW,
        providerId: 'wamid.X',
        error: null,
        retryAfterMs: null,
        backoff: 'message',
        later: [],
      });
    },
  );
});

const GARBAGE: readonly [what: string, status: number, body: unknown][] = [
  ['an empty body', 200, ''],
  ['HTML', 200, '<html><body>Welcome</body></html>'],
  ['half a body', 200, '{"messaging_product":"whatsapp","messages":[{"id":"wamid'],
  ['an empty object', 200, {}],
  ['null', 200, 'null'],
  ['a list', 200, '[{"id":"wamid.X"}]'],
  ['a text', 200, '"wamid.X"'],
  ['no messages', 200, { messages: [] }],
  ['messages that are no list', 200, { messages: { id: 'wamid.X' } }],
  ['a message without an id', 200, { messages: [{}] }],
  ['a message that is null', 200, { messages: [null] }],
  ['an id that is no text', 200, { messages: [{ id: 7 }] }],
  ['an empty id', 200, { messages: [{ id: '' }] }],
  ['an id that acts on a terminal', 200, { messages: [{ id: 'wamid.\u001b[2J' }] }],
  ['an id of 600 characters', 200, { messages: [{ id: 'w'.repeat(600) }] }],
  ['an id and an error', 200, { ...ACCEPTED, error: { code: 131026 } }],
  ['an id with a status that does not go with it', 500, ACCEPTED],
  ['an id with an error status and an error', 400, { ...ACCEPTED, error: { code: 131026 } }],
  ['an error that is a text', 401, { error: 'invalid_token' }],
  ['an error whose code is a text', 400, { error: { code: '190', message: 'no' } }],
  ['an error without a code', 400, { error: { message: 'no' } }],
  ['a gateway that is down', 502, '<html>Bad gateway</html>'],
  ['a proxy that wants a login', 407, 'Proxy authentication required'],
  ['too many requests, and not a word more', 429, ''],
  ['no content', 204, ''],
];

describe('unknown', () => {
  it.each(GARBAGE)('is %s', (_, status, body) => {
    expect(deliveryOf(answer(status, body))).toMatchObject({
      kind: 'unknown',
      providerId: null,
      error: { code: 'not_understood' },
      retryAfterMs: null,
    });
  });

  it.each([301, 302, 303, 307, 308])('is a redirect (%i), whatever it says', (status) => {
    for (const body of [ACCEPTED, graph(190), ''])
      expect(deliveryOf(answer(status, body))).toMatchObject({ kind: 'unknown', error: { code: 'redirected' } });
  });

  it.each<LossReason>(['no_answer', 'connection_lost', 'not_understood'])('is a request that left and is lost: %s', (reason) => {
    expect(deliveryOf(lost(reason, 'ECONNRESET'))).toMatchObject({ kind: 'unknown', error: { code: reason }, retryAfterMs: null });
  });
});

it('without a connection nothing left: the message is tried again, and the sender waits', () => {
  expect(deliveryOf(lost('not_connected', 'ECONNREFUSED'))).toMatchObject({
    kind: 'retry',
    backoff: 'number',
    error: { code: 'not_connected', title: expect.stringContaining('ECONNREFUSED') },
  });
});

describe('the codes of the provider', () => {
  it.each([
    [131026, 'rejected', 'message'],
    [131047, 'rejected', 'message'],
    [131049, 'rejected', 'message'],
    [131050, 'rejected', 'message'],
    [130472, 'rejected', 'message'],
    [131008, 'rejected', 'message'],
    [100, 'rejected', 'message'],
    [132000, 'rejected', 'message'],
    [132001, 'retry', 'template'],
    [132012, 'rejected', 'message'],
    [132015, 'retry', 'template'],
    [131030, 'rejected', 'message'],
    [130497, 'rejected', 'message'],
    [999_999, 'rejected', 'message'],
    [131056, 'retry', 'pair'],
    [130429, 'retry', 'number'],
    [131048, 'retry', 'number'],
    [131057, 'retry', 'number'],
    [133016, 'retry', 'number'],
    [4, 'retry', 'account'],
    [17, 'retry', 'account'],
    [32, 'retry', 'account'],
    [341, 'retry', 'account'],
    [613, 'retry', 'account'],
    [80007, 'retry', 'account'],
    [1, 'retry', 'message'],
    [2, 'retry', 'message'],
    [131000, 'retry', 'message'],
    [131016, 'retry', 'message'],
  ])('%i: %s, and what waits is the %s', (code, kind, backoff) => {
    for (const status of [200, 400, 401, 429, 500, 503])
      expect(deliveryOf(answer(status, graph(code)))).toMatchObject({ kind, backoff, error: { code: String(code), title: 'Words' } });
  });

  it.each([0, 3, 10, 104, 190, 200, 250, 299])('%i: the token is refused, and nothing can be sent', (code) => {
    const stop = stopOf(answer(400, graph(code)));
    expect([stop.code, exitCodeOf(stop.code), stop.details['code']]).toEqual(['token_rejected', 9, String(code)]);
  });

  it.each([33, 368, 131005, 131031, 131037, 131042, 131045, 133010])('%i: the sender can send nothing', (code) => {
    const stop = stopOf(answer(403, graph(code)));
    expect([stop.code, exitCodeOf(stop.code), stop.details['code']]).toEqual(['provider_rejected', 5, String(code)]);
  });

  it('100 with subcode 33: the number does not exist', () => {
    expect(stopOf(answer(400, graph(100, { error_subcode: 33 }))).code).toBe('provider_rejected');
  });

  it('one that nobody knows and that calls itself transient is tried again', () => {
    expect(deliveryOf(answer(500, graph(999_999, { is_transient: true })))).toMatchObject({ kind: 'retry', backoff: 'message' });
  });
});

describe('how long to wait', () => {
  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['999999999', 86_400_000],
    ['Sun, 22 Nov 2099 12:00:00 GMT', 86_400_000],
    ['-3', null],
    ['soon', null],
    ['Sun, 99 Nov 2026 12:00:00 GMT', null],
    ['Sun, 22 Foo 2026 12:00:00 GMT', null],
    [undefined, null],
  ])('Retry-After %j: %j ms', (retryAfter, retryAfterMs) => {
    const headers = retryAfter === undefined ? {} : { retryAfter };
    expect(deliveryOf(answer(429, graph(130429), headers)).retryAfterMs).toBe(retryAfterMs);
  });

  it('is not asked of what is not tried again', () => {
    expect(deliveryOf(answer(400, graph(131026), { retryAfter: '7' })).retryAfterMs).toBeNull();
  });
});

describe("the provider's words", () => {
  const titleOf = (error: Readonly<Record<string, unknown>>): string | undefined =>
    deliveryOf(answer(400, { error: { code: 131009, ...error } })).error?.title;

  it.each([
    ['its message without the code', { message: '(#131009) Parameter value is not valid' }, 'Parameter value is not valid'],
    ['its details too', { message: 'No', error_data: { details: 'x is wrong' } }, 'No: x is wrong'],
    ['details once', { message: 'No: x is wrong', error_data: { details: 'x is wrong' } }, 'No: x is wrong'],
    ['details alone', { error_data: { details: 'x is wrong' } }, 'x is wrong'],
    ['the title of our table where it says nothing', {}, 'Parameter value is not valid'],
    ['no control characters', { message: 'a\u001b[2Jb' }, 'a\\u001b[2Jb'],
    ['no numbers', { message: 'to +49 151 12345678' }, 'to …78'],
    ['no token', { message: `Malformed access token ${TOKEN}` }, 'Malformed access token …'],
    ['no part of a token', { message: 'Malformed access token EAAtesttoken01' }, 'Malformed access token …'],
  ])('%s', (_, error, title) => {
    expect(titleOf(error)).toBe(title);
  });

  it('are no longer than can be read', () => {
    expect(titleOf({ message: 'long '.repeat(1_000) })?.length).toBe(300);
  });
});

it('no answer, whatever it is, makes the decision throw', () => {
  for (const error of [
    null,
    [],
    7,
    { code: null },
    { code: 1.5 },
    { code: Number.MAX_VALUE },
    { code: 131009, message: {}, error_data: [] },
  ])
    expect(['unknown', 'rejected']).toContain(deliveryOf(answer(400, { error })).kind);
});
