// Starting processes that work on one store, and waiting for what they say.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../bundle.ts';
import type { Task } from './worker.ts';

export type Worker = {
  readonly child: ChildProcess;
  /** What it printed first. Rejects, with what it said on standard error, when it ends without a word. */
  readonly answer: Promise<unknown>;
  readonly ended: Promise<unknown>;
};

export type Workers = {
  readonly start: (task: Task) => Worker;
  /** Starts all of them at one moment and waits for their answers. */
  readonly together: (tasks: readonly Omit<Task, 'startAt'>[]) => Promise<readonly unknown[]>;
  /** Kills what still runs. */
  readonly close: () => Promise<void>;
};

/** Makes the program that the processes run. */
export async function prepareWorkers(): Promise<Workers> {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-workers-'));
  const program = join(directory, 'worker.cjs');
  await bundle({ entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))], outfile: program });
  const started: Worker[] = [];
  const start = (task: Task): Worker => {
    const worker = startWorker(program, task);
    started.push(worker);
    return worker;
  };
  return {
    start,
    together: (tasks) => {
      const startAt = Date.now() + START_MS;
      return Promise.all(tasks.map((task) => start({ ...task, startAt } as Task).answer));
    },
    close: async () => {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
      rmSync(directory, { recursive: true });
    },
  };
}

/** Longer than a process takes to start here; where one is slower, it begins later and the case is merely less hard. */
const START_MS = 400;

function startWorker(program: string, task: Task): Worker {
  const env = { ...process.env, NODE_PATH: resolve('node_modules') }; // the program lies outside the project
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  return { child, ended, answer: firstLine(child, ended) };
}

async function firstLine(child: ChildProcess, ended: Promise<unknown>): Promise<unknown> {
  let [out, err] = ['', ''];
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const line = new Promise<string>((resolveLine) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolveLine(out.slice(0, out.indexOf('\n')));
    });
  });
  const text = await Promise.race([line, ended.then(() => null)]);
  if (text === null) throw new Error(`the process ended without an answer: ${err}`);
  return JSON.parse(text);
}
