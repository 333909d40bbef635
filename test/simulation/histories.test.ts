// Random histories, the same ones each time; new ones are CI's. A failure names its seed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildSimulation, simulate } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tollbell-histories-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('lives through a hundred histories with the books right', async () => {
  const program = join(directory, 'simulation.cjs');
  await buildSimulation(program);
  const { wrong, told, seeds, posts, crashes } = await simulate(program, '--seeds', '1-100');
  expect({ wrong, told }).toEqual({ wrong: [], told: '' });
  expect({ seeds, isBusy: posts > 4_000 && crashes > 500 }).toEqual({ seeds: 100, isBusy: true });
});
