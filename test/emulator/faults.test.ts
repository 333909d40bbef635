// Faults on purpose: what each does to a request, a message or a webhook, and that a seed decides, not the order of things.

import { afterEach, describe, expect, it } from 'vitest';
import { createFaults, FAULTS, type FaultName } from '../../src/emulator/faults.ts';
import { parseScenario, type ScenarioInput } from '../../src/emulator/scenario.ts';
import { HELLO, openStage, type Stage, valueAt } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** What the client sees, and which statuses follow. */
async function happens(fault: FaultName, more: object = {}) {
  stage = await openStage({ scenario: { rules: [{ fault, delay_ms: 50, ...more }] } });
  const { url, phoneNumberId, accessToken } = stage.emulator;
  const seen = await fetch(`${url}/v26.0/${phoneNumberId}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ messaging_product: 'whatsapp', to: ADA, ...HELLO }),
    redirect: 'manual',
    signal: AbortSignal.timeout(400),
  }).then(
    async (response) => [response.status, await response.text().catch(() => 'broken')] as const,
    (error: unknown) => (error instanceof Error && error.name === 'TimeoutError' ? 'no answer' : 'reset'),
  );
  await stage.settle();
  const { json } = await stage.admin('GET', 'messages');
  return { seen, sent: (json['messages'] as readonly unknown[]).length, statuses: stage.statuses().map(({ status }) => status) };
}

const error = (code: number) => expect.stringContaining(`"code":${code},`) as string;
const GOOD = expect.stringContaining('"message_status":"accepted"') as string;

describe('a request', () => {
  it.each<readonly [FaultName, unknown, number, readonly string[]]>([
    ['http_429', [429, error(130_429)], 0, []],
    ['http_500', [500, error(131_000)], 0, []],
    ['http_500_after', [500, ''], 1, ['sent', 'delivered']],
    ['reset_before', 'reset', 0, []],
    ['reset_after', 'reset', 1, ['sent', 'delivered']],
    ['accept_no_answer', 'no answer', 1, []],
    ['accept_no_answer_then_status', 'no answer', 1, ['sent', 'delivered']],
    ['garbage_body', [200, '\u0000\u0001{"messages":[{"id"'], 1, ['sent', 'delivered']],
    ['half_body', [200, 'broken'], 1, ['sent', 'delivered']],
    ['redirect', [302, ''], 0, []],
    ['html', [200, expect.stringContaining('<!DOCTYPE html>')], 0, []],
    ['slow', [200, GOOD], 1, ['sent', 'delivered']],
    ['error', [400, error(131_000)], 0, []],
  ])('%s', async (fault, seen, sent, statuses) => {
    const { code, ...result } = {
      ...(await happens(fault, fault === 'error' ? { code: 131_042 } : {})),
      code: fault === 'error' ? 131_042 : null,
    };
    expect(result).toEqual({ seen: code === null ? seen : [400, error(code)], sent, statuses });
  });
});

describe('a message', () => {
  it.each<readonly [FaultName, readonly string[]]>([
    ['fail_later', ['failed']],
    ['fail_then_deliver', ['failed', 'delivered']],
    ['drop', ['sent']],
    ['never_reported', []],
    ['read', ['sent', 'delivered', 'read']],
    ['skip_delivered', ['sent', 'read']],
  ])('%s: %j', async (fault, statuses) => {
    expect(await happens(fault)).toEqual({ seen: [200, GOOD], sent: 1, statuses });
  });

  it.each<readonly [FaultName, readonly string[]]>([
    ['held_then_sent', ['sent', 'delivered']],
    ['held_then_dropped', ['failed']],
  ])('%s: after its time', async (fault, statuses) => {
    const { seen, statuses: atOnce } = await happens(fault, { delay_ms: 3_600_000 });
    expect([seen, atOnce]).toEqual([[200, expect.stringContaining('held_for_quality_assessment')], []]);
    await stage?.advance('1h');
    expect(stage?.statuses().map(({ status }) => status)).toEqual(statuses);
  });

  it('paused: is said in the answer, and then failed', async () => {
    expect(await happens('paused')).toEqual({
      seen: [200, expect.stringContaining('"message_status":"paused"')],
      sent: 1,
      statuses: ['failed'],
    });
    expect(stage?.statuses()).toMatchObject([{ errors: [{ code: 132_015 }] }]);
  });

  it('fails with the code that the rule names', async () => {
    await happens('fail_later', { code: 130_472 });
    expect(stage?.statuses()).toMatchObject([{ errors: [{ code: 130_472, title: "User's number is part of an experiment" }] }]);
  });
});

describe('a webhook', () => {
  it('is lost: nothing is posted, and the message is delivered all the same', async () => {
    expect((await happens('lose_webhook')).statuses).toEqual([]);
    expect((await stage?.admin('GET', 'state'))?.json['messages']).toMatchObject({ delivered: 1 });
  });

  it('comes twice', async () => {
    await happens('duplicate_webhook');
    await stage?.advance('1s');
    expect(
      stage
        ?.statuses()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['delivered', 'delivered', 'sent', 'sent']);
  });

  it.each([
    ['no_pricing', [['sent', true, 'regular'], ['delivered'], ['read']]],
    ['other_pricing', [['sent', false, 'free_customer_service'], ['delivered', true, 'regular'], ['read']]],
  ] as const)('%s: tells the price otherwise, and the message is billed as it is', async (fault, told) => {
    stage = await openStage({ scenario: { rules: [{ fault: 'read' }, { fault }] } });
    await stage.send(ADA);
    await stage.settle();
    const prices = stage.statuses().map(({ status, pricing }) => [status, ...(pricing === undefined ? [] : [pricing])]);
    expect(prices).toEqual(
      told.map(([status, billable, type]) => [
        status,
        ...(type === undefined ? [] : [{ billable, type, category: 'utility', pricing_model: 'PMP' }]),
      ]),
    );
    expect(valueAt((await stage.admin('GET', 'messages')).json, 'messages.0.statuses.1.pricing')).toMatchObject({ billable: true });
  });

  it('tells no price with a `read` that no `delivered` came before', async () => {
    stage = await openStage({ scenario: { rules: [{ fault: 'skip_delivered' }], rates: { no_pricing: 1 } } });
    await stage.send(ADA);
    await stage.settle();
    expect(stage.statuses().map((status) => [status['status'], 'pricing' in status])).toEqual([
      ['sent', true],
      ['read', false],
    ]);
  });

  it('comes late', async () => {
    expect((await happens('delay', { delay_ms: 60_000 })).statuses).toEqual([]);
    await stage?.advance('1m');
    expect(stage?.statuses()).toHaveLength(2);
  });

  it('is overtaken by the next one', async () => {
    stage = await openStage({ scenario: { seed: 3, rates: { reorder: 0.5 }, latency_ms: [10, 10] } });
    for (let index = 0; index < 20; index += 1) await stage.send(`+49151123450${10 + index}`);
    await stage.advance('1s');
    const firsts = new Map<unknown, unknown>();
    for (const { id, status } of stage.statuses()) if (!firsts.has(id)) firsts.set(id, status);
    expect(new Set(firsts.values())).toEqual(new Set(['sent', 'delivered']));
    expect(stage.statuses()).toHaveLength(40);
  });

  it('is overtaken by a rule too: the first one only, so that the order really changes', async () => {
    stage = await openStage({ scenario: { rules: [{ match: {}, fault: 'reorder' }], latency_ms: [10, 10] } });
    await stage.send(ADA);
    await stage.advance('1s');
    expect(stage.statuses().map(({ status }) => status)).toEqual(['delivered', 'sent']);
  });
});

describe('rules', () => {
  const struck = (scenario: ScenarioInput, requests: readonly object[]): readonly (string | undefined)[] => {
    const faults = createFaults(parseScenario(scenario));
    const usual = { to: ADA, nth: 1, type: 'template', template: 'hello_world', category: 'utility' };
    return requests.map((request) => faults.strike({ ...usual, ...request }).request?.fault);
  };

  it.each<readonly [object, object, boolean]>([
    [{}, {}, true],
    [{ to: '*5678' }, {}, true],
    [{ to: '*0042' }, {}, false],
    [{ to: '+49*56*' }, {}, true],
    [{ to: ADA }, {}, true],
    [{ to: '+4915112345678*5678' }, {}, false],
    [{ template: 'hello_*', category: 'utility' }, {}, true],
    [{ template: 'hello_*' }, { template: null }, false],
    [{ type: 'text' }, {}, false],
  ])('%j fits %j: %s', (match, request, fits) => {
    expect(struck({ rules: [{ match, fault: 'http_500' }] }, [request])).toEqual([fits ? 'http_500' : undefined]);
  });

  it('nth counts what the rest matches; times ends a rule', () => {
    const other = { to: '+4915112340000' };
    expect(struck({ rules: [{ match: { to: '*5678', nth: 2 }, fault: 'slow' }] }, [{}, other, {}, {}])).toEqual([
      undefined,
      undefined,
      'slow',
      undefined,
    ]);
    expect(struck({ rules: [{ fault: 'slow', times: 1 }] }, [{}, {}])).toEqual(['slow', undefined]);
  });

  it('chances depend on the seed and the message, not on what came before', () => {
    const people = Array.from({ length: 200 }, (_, index) => ({ to: `+4915112340${100 + index}` }));
    const scenario = { seed: 7, rates: { http_429: 0.1 } };
    const forwards = struck(scenario, people);
    expect(struck(scenario, people.toReversed()).toReversed()).toEqual(forwards);
    expect(struck({ ...scenario, seed: 8 }, people)).not.toEqual(forwards);
    const hits = forwards.filter((fault) => fault !== undefined).length;
    expect(hits).toBeGreaterThan(8);
    expect(hits).toBeLessThan(36);
  });
});

it('many late answers at once are no leak of listeners', async () => {
  const warnings: string[] = [];
  const keep = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', keep);
  const { send } = (stage = await openStage({ scenario: { rules: [{ fault: 'slow', delay_ms: 50 }] } }));
  const people = Array.from({ length: 30 }, (_, index) => `+4915112340${100 + index}`);
  const replies = await Promise.all(people.map((to) => send(to)));
  await new Promise((resolve) => void setImmediate(resolve)); // a warning comes in its own turn
  process.off('warning', keep);
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  expect(warnings).toEqual([]);
});

it('every fault is tried here', () => {
  const tried =
    'http_429 http_500 http_500_after reset_before reset_after accept_no_answer accept_no_answer_then_status garbage_body half_body redirect html slow ' +
    'error fail_later fail_then_deliver drop never_reported read skip_delivered held_then_sent paused held_then_dropped lose_webhook duplicate_webhook delay reorder ' +
    'no_pricing other_pricing';
  expect(Object.keys(FAULTS)).toEqual(tried.split(' '));
});
