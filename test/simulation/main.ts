// The program of the simulation. `--seed N` lives through one history and, with `--trace`, tells it step by step; `--seeds A-B` through all of them; `--minutes M`
// through new ones for so long. The last line is JSON. Ends with 1 where something was wrong; with `--first` already at the first such seed.

import { parseArgs } from 'node:util';
import { type Ended, liveThrough } from './history.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    minutes: { type: 'string' },
    first: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

const startedAt = Date.now();
void simulate().then((wrong) => (process.exitCode = wrong.length === 0 ? 0 : 1));

async function simulate(): Promise<readonly number[]> {
  const trace = values.trace ? write : undefined;
  const sums = { seeds: 0, posts: 0, charges: 0, crashes: 0, powerCuts: 0, steps: 0 };
  const wrong: number[] = [];
  let digest: string | undefined;
  for (const seed of seedsOf()) {
    const ended = await liveThrough(seed, trace);
    add(sums, ended);
    if (values.seed !== undefined) digest = ended.digest;
    for (const failure of ended.failures) write(`seed ${seed}: ${failure}`);
    if (ended.failures.length === 0) continue;
    wrong.push(seed);
    write(`seed ${seed} is lived through again with: npm run simulate -- --seed ${seed} --trace`);
    if (values.first) break;
  }
  const seedsPerSecond = Number(((sums.seeds * 1_000) / (Date.now() - startedAt)).toFixed(1));
  write(JSON.stringify({ ...sums, seedsPerSecond, wrong, digest }));
  return wrong;
}

function* seedsOf(): Generator<number> {
  if (values.minutes !== undefined) {
    const until = startedAt + Number(values.minutes) * 60_000;
    for (let seed = startedAt % 2 ** 32; Date.now() < until; seed += 1) yield seed;
    return;
  }
  const [first = 1, last = first] = (values.seeds ?? values.seed ?? '1').split('-').map(Number);
  for (let seed = first; seed <= last; seed += 1) yield seed;
}

type Sums = { -readonly [Name in keyof Omit<Ended, 'seed' | 'failures' | 'digest'>]: number } & { seeds: number };

function add(sums: Sums, { posts, charges, crashes, powerCuts, steps }: Ended): void {
  sums.seeds += 1;
  sums.posts += posts;
  sums.charges += charges;
  sums.crashes += crashes;
  sums.powerCuts += powerCuts;
  sums.steps += steps;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
