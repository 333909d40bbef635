// Two projects: `fast` is what `npm test` runs; `slow` kills processes, packs and installs, asks other programs, and lives through a year and through random histories. Benchmarks are neither; node runs them.

import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };
const SLOW = [
  'test/fault/**/*.test.ts',
  'test/pack/**/*.test.ts',
  'test/programs/**/*.test.ts',
  'test/simulation/{histories,mutants}.test.ts',
  'test/year/**/*.test.ts',
];

// Node 20 parses the certificates that this variable names at every start: 60 ms for each process that a test starts.
const FAST_CHILDREN = { NODE_EXTRA_CA_CERTS: '' };

/** Imports data files as text, as the build does. */
const textFiles: Plugin = {
  name: 'text-files',
  enforce: 'pre',
  load: (id) => (/\.(csv|sql)$/.test(id) ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))};` : undefined),
};

const common = { pool: 'forks', testTimeout: 20_000, hookTimeout: 20_000, unstubEnvs: true } as const;
const reportFolder = process.env['TOLLBELL_TEST_REPORTS'];

export default defineConfig({
  plugins: [textFiles],
  define: { __TOLLBELL_VERSION__: JSON.stringify(version) },
  test: {
    // Where a folder is named, each run leaves its totals there too, for scripts.
    reporters: reportFolder === undefined ? ['default'] : ['default', ['json', { outputFile: `${reportFolder}/${process.pid}.json` }]],
    coverage: { include: ['src/**'], reporter: ['text-summary', 'html'] },
    projects: [
      { extends: true, test: { ...common, name: 'fast', include: ['test/**/*.test.ts'], exclude: SLOW, env: FAST_CHILDREN } },
      {
        extends: true,
        test: { ...common, name: 'slow', include: SLOW, testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false },
      },
    ],
  },
});
