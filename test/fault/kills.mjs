// npm run kills -- --kills 1000 --seed 7 [--rows 10000] [--rate 240]: kills.test.ts at length. Build first. Each campaign takes a quarter of a thousand kills, and
// the next seed.

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    rows: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '240' },
  },
});
const { kills: KILLS, seed: SEED, rows: ROWS, rate: RATE } = values;
const vitest = ['vitest', 'run', '--project', 'slow', 'test/fault/kills.test.ts'];
process.exitCode = spawnSync('npx', vitest, { stdio: 'inherit', env: { ...process.env, KILLS, SEED, ROWS, RATE } }).status ?? 1;
