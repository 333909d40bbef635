// The program of the simulation, built as it is or with a mistake in it, and run in a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundle } from '../bundle.ts';
import type { Mutant } from './mutants.ts';

/** The last line that the program wrote, and all before it. */
export type Simulated = {
  readonly seeds: number;
  readonly posts: number;
  readonly crashes: number;
  readonly wrong: readonly number[];
  readonly digest?: string;
  readonly told: string;
};

/** Builds the program. Throws where what a mistake replaces is not in the source exactly once. */
export async function buildSimulation(outfile: string, mutant: Mutant | null = null): Promise<void> {
  const entryPoints = [fileURLToPath(new URL('main.ts', import.meta.url))];
  await bundle({ entryPoints, outfile, plugins: mutant === null ? [] : [planting(mutant)] });
}

function planting({ mistake, file, from, to }: Mutant): Plugin {
  const path = resolve('src', file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`'${mistake}' cannot be planted: src/${file} has its place ${parts.length - 1} times`);
  return {
    name: 'mistake',
    setup: (plugin) =>
      plugin.onLoad({ filter: /\.ts$/ }, (loaded) => (loaded.path === path ? { contents: parts.join(to), loader: 'ts' } : undefined)),
  };
}

/** Runs it. A program that breaks down tells of no seeds. */
export async function simulate(program: string, ...options: readonly string[]): Promise<Simulated> {
  const child = spawn(process.execPath, [program, ...options], {
    env: { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await once(child, 'close');
  const lines = out.trimEnd().split('\n');
  const last = lines.pop() ?? '';
  return { ...(JSON.parse(last) as Omit<Simulated, 'told'>), told: lines.join('\n') };
}
