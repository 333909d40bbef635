// The bill of random histories, from a real store and from an oracle that shares no code with it: equal to the micro.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Line } from './history.ts';
import { histories } from './histories.ts';
import { actualBill } from './live.ts';
import { expectedBill } from './oracle.ts';

// A long search: TOLLBELL_PROPERTY_RUNS=10000 npx vitest run test/property/oracle
const RUNS = process.env['TOLLBELL_PROPERTY_RUNS'];
const LIMIT_MS = RUNS === undefined ? 30_000 : 2 ** 31 - 1;

it(
  'bills what the oracle says',
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { bill, violations } = await actualBill(history);
        expect(bill).toEqual(expectedBill(history));
        expect(violations).toEqual([]);
      }),
      RUNS === undefined ? { numRuns: 100, plugins: [fc.interruptAfterTimeLimit(12_000)] } : { numRuns: Number(RUNS) },
    );
  },
  LIMIT_MS,
);

// A search that never comes near an edge finds nothing there.
it('comes to all the edges', () => {
  const lines = fc.sample(histories, { numRuns: 40, seed: 1 }).flatMap((history) => [...expectedBill(history).lines]);
  const isMissing = ([, isIt]: (typeof EDGES)[number]): boolean => !lines.some(([about, line]) => isIt(line, about));
  expect(EDGES.filter(isMissing).map(([edge]) => edge)).toEqual([]);
});

const EDGES: readonly (readonly [string, (line: Line, about: string) => boolean])[] = [
  ['a volume discount', ({ adjusted, billable }) => adjusted < 0n && billable > 0],
  ['something free', ({ free }) => free > 0],
  ['a delivery in another month than the sending', ({ units, delivered }) => units === 0 && delivered > 0],
  ['a correction in a later month', ({ delivered, billable }) => delivered === 0 && billable !== 0],
  ['a delivery after a failure', ({ units, delivered, failed }) => delivered + failed > units && units > 0],
  ['a reply beyond the allowance', ({ units, billable }, about) => units > 990 && billable > 0 && about.includes('service')],
];
