// The simulation is worth what it notices: every planted mistake must be found within so many histories. What is planted, and where each is found first, is in
// mutants.ts.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MUTANTS } from './mutants.ts';
import { buildSimulation, simulate } from './program.ts';

/** How many histories a mistake may live through. */
const SEEDS_MAX = 60;

const directory = mkdtempSync(join(tmpdir(), 'tollbell-mutants-'));
afterAll(() => rmSync(directory, { recursive: true }));

it.each(MUTANTS)('notices that $mistake', async (mutant) => {
  const program = join(directory, `${MUTANTS.indexOf(mutant)}.cjs`);
  await buildSimulation(program, mutant);
  const { wrong } = await simulate(program, '--seeds', `${mutant.seed}-${mutant.seed + SEEDS_MAX - 1}`, '--first');
  expect(wrong).toHaveLength(1);
});
