// Runs histories: `npm run simulate -- --seed 7`. The program is built first, as the product is, so that nothing loads while a history runs.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleWorker } from '../bench/bundle-worker.mjs';

const directory = mkdtempSync(join(tmpdir(), 'tollbell-simulation-'));
try {
  const program = join(directory, 'simulation.cjs');
  await bundleWorker(program, '../simulation/main.ts');
  const env = { ...process.env, NODE_PATH: resolve('node_modules') };
  process.exitCode = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { env, stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(directory, { recursive: true });
}
