// Scenarios: what is understood, what is refused, and that the refusal names the place.

import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { parseScenario } from '../../src/emulator/scenario.ts';

function refusal(document: unknown): AppError {
  try {
    parseScenario(document);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it should have been refused');
}

it('everything may be left out', () => {
  expect(parseScenario({})).toMatchObject({ seed: 1, rules: [], rates: {}, requests_per_second: 1_000, webhook_batch_max: 100 });
});

it('the example of the contract is understood', () => {
  const scenario = {
    seed: 7,
    rules: [{ match: { to: '*0042', nth: 3 }, fault: 'accept_no_answer' }],
    rates: {
      duplicate_webhook: 0.1,
      reorder: 0.05,
      lose_webhook: 0.02,
      http_429: 0.05,
      http_500_after: 0.01,
      reset_before: 0.01,
      reset_after: 0.01,
    },
    latency_ms: [5, 40],
  };
  expect(parseScenario(scenario)).toMatchObject(scenario);
});

describe('refused', () => {
  it.each<readonly [unknown, string]>([
    [[], 'The scenario must be object.'],
    ['fast', 'The scenario must be object.'],
    [{ speed: 1 }, 'The scenario has "speed", which means nothing here.'],
    [{ seed: 1.5 }, 'seed must be a whole number.'],
    [{ rules: [{}] }, 'rules[0].fault'],
    [{ rules: [{ fault: 'explode' }] }, 'rules[0].fault must be one of http_429,'],
    [{ rules: [{ fault: 'slow' }, { fault: 'slow', match: { nth: 0 } }] }, 'rules[1].match.nth must be at least 1.'],
    [{ rules: [{ fault: 'slow', match: { from: '*' } }] }, 'rules[0].match has "from", which means nothing here.'],
    [{ rates: { slow: 2 } }, 'rates.slow must be a number from 0 to 1'],
    [{ rates: { explode: 0.1 } }, 'rates'],
    [{ latency_ms: [5, 1] }, 'latency_ms must be [least, most].'],
    [{ account: { time_zone: 'Mars' } }, 'account.time_zone must be a time zone like Europe/Berlin.'],
    [{ account: { price_cards: 'market,rate' } }, 'account.price_cards must be price cards as CSV.'],
    [{ account: { currency: 'XXX' } }, 'account.currency must be one of USD,'],
    [{ templates: { review: 'maybe' } }, 'templates.review must be one of approve, pending, reject.'],
  ])('%j: %s', (document, words) => {
    const error = refusal(document);
    expect(error.code).toBe('scenario_invalid');
    expect(error.message).toContain(words);
    expect(error.hint).toContain('--help');
  });
});
