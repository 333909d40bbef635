// Random histories: the same ones each time, and new ones for a minute. A failure names its seed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildSimulation, simulate } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tollbell-histories-'));
const program = join(directory, 'simulation.cjs');
beforeAll(() => buildSimulation(program));
afterAll(() => rmSync(directory, { recursive: true }));

it('lives through two hundred histories with the books right', async () => {
  const { wrong, told, seeds, posts, crashes } = await simulate(program, '--seeds', '1-200');
  expect(wrong, told).toEqual([]);
  expect({ seeds, isBusy: posts > 5_000 && crashes > 1_000 }).toEqual({ seeds: 200, isBusy: true });
});

it('lives through new histories for a minute', async () => {
  const { wrong, told } = await simulate(program, '--minutes', '1');
  expect(wrong, told).toEqual([]);
});
