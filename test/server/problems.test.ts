// Problems are said once in a while, never with a number of somebody.

import { expect, it } from 'vitest';
import { createProblems, createStandings } from '../../src/server/problems.ts';
import { toInstant } from '../../src/values/time.ts';

function problemsAt() {
  const lines: string[] = [];
  const clock = { at: 0 };
  return { lines, clock, say: createProblems((line) => void lines.push(line), { now: () => toInstant(clock.at) }) };
}

it('says each at once, and a repeated one with its count after ten seconds', () => {
  const { lines, clock, say } = problemsAt();
  for (let count = 0; count < 5; count += 1) say('forged');
  say('busy');
  expect(lines).toEqual(['forged', 'busy']);
  clock.at = 10_000;
  say('forged');
  say('forged');
  clock.at = 20_000;
  say('busy');
  expect(lines.slice(2)).toEqual(['forged (and 4 times more)', 'busy']);
});

it('says them again where the clock was set back', () => {
  const { lines, clock, say } = problemsAt();
  clock.at = 50_000;
  say('busy');
  clock.at = 0;
  say('busy');
  expect(lines).toHaveLength(2);
});

it('says what lasts once, until it changes or was mended', () => {
  const lines: string[] = [];
  const say = createStandings((line) => void lines.push(line));
  say('shop', 'no token');
  say('shop', 'no token');
  say('other', 'no token');
  say('shop', 'no secret');
  say('shop', null);
  say('shop', 'no secret');
  expect(lines).toEqual(['no token', 'no token', 'no secret', 'no secret']);
});

it('masks numbers and control characters', () => {
  const { lines, say } = problemsAt();
  say('+4915112345678 said \u001b[31mno');
  expect(lines[0]).toMatch(/^…78 said \\u001b\[31mno$/);
});
