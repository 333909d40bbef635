// Random histories, the same ones each time; new ones are CI's. A failure names its seed.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildSimulation, simulate } from './program.ts';

/** What once went wrong, each by its seed. */
const MENDED: readonly (readonly [what: string, seed: number])[] = [
  ['a month is closed, and the clock is then set back across its end', 487_481_575],
  ['somebody turns out to be another person while a message to them is on its way, and then both to be a third', 495_896_685],
];

const directory = mkdtempSync(join(tmpdir(), 'tollbell-histories-'));
afterAll(() => rmSync(directory, { recursive: true }));

const program = join(directory, 'simulation.cjs');
beforeAll(() => buildSimulation(program));

it('lives through a hundred histories with the books right', async () => {
  const { wrong, told, seeds, posts, crashes } = await simulate(program, '--seeds', '1-100');
  expect({ wrong, told }).toEqual({ wrong: [], told: '' });
  expect({ seeds, isBusy: posts > 4_000 && crashes > 500 }).toEqual({ seeds: 100, isBusy: true });
});

it.each(MENDED)('lives through what once went wrong: %s', async (_what, seed) => {
  const { wrong, told, seeds } = await simulate(program, '--seed', String(seed));
  expect({ wrong, told, seeds }).toEqual({ wrong: [], told: '', seeds: 1 });
});
