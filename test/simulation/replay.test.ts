// What a seed draws is the same each time: without that no failure could be looked into. And the simulation sees a mistake at all.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { buildSimulation, simulate } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tollbell-replay-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('replays a history step by step, with the books right at its end', async () => {
  const program = join(directory, 'simulation.cjs');
  await buildSimulation(program);
  const [first, again, other] = await Promise.all(['3', '3', '4'].map((seed) => simulate(program, '--seed', seed)));
  expect([first?.wrong, first?.told]).toEqual([[], '']);
  expect(again?.digest).toBe(first?.digest);
  expect(other?.digest).not.toBe(first?.digest);
});

it('tells of a planted mistake, with the seed', async () => {
  const program = join(directory, 'mutant.cjs');
  const [mutant = null] = MUTANTS;
  await buildSimulation(program, mutant);
  const { wrong, told } = await simulate(program, '--seeds', '1-20', '--first');
  expect(wrong).toHaveLength(1);
  expect(told).toContain(`--seed ${wrong[0]}`);
});
