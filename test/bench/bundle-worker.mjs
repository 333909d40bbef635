// The sender process of the benchmarks, bundled with the source as the hot file is.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Writes a program of this folder to `outfile`. It needs NODE_PATH to find the driver. */
export async function bundleWorker(outfile, program = 'dispatch-worker.mjs') {
  await build({
    entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['better-sqlite3'],
    loader: { '.csv': 'text', '.sql': 'text' },
    logLevel: 'error',
  });
}
