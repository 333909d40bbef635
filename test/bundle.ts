// The source as one program, for tests that start processes of their own: built as the hot file is, with the driver left outside.

import { build, type BuildOptions } from 'esbuild';

/** Builds the program. */
export async function bundle(options: Pick<BuildOptions, 'entryPoints' | 'stdin' | 'outfile' | 'plugins'>): Promise<void> {
  await build({
    ...options,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['better-sqlite3'],
    loader: { '.csv': 'text', '.sql': 'text' },
    logLevel: 'silent',
  });
}
