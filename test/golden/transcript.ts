// Transcripts: `$ command` lines with the output that follows, run one after the other in one directory with the real command.
// A line `[exit N]` after the output says that the command ends so. Ids differ in each run, so both sides show them alike.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Step = { readonly command: string; readonly output: string };

const LAUNCHER = join(import.meta.dirname, '../../bin/tollbell.js');
const SORTABLE_ID = /\b0[0-9a-hjkmnp-tv-z]{19}\b/g;

/** The steps of a transcript. Lines before the first command are its description. */
export function parseTranscript(text: string): readonly Step[] {
  const steps: { command: string; output: string }[] = [];
  for (const line of text.split('\n')) {
    const last = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: '' });
    else if (last !== undefined && last.command.endsWith('\\') && line.startsWith('> '))
      last.command = `${last.command.slice(0, -1)}${line.slice(2)}`;
    else if (last !== undefined) last.output += `${line}\n`;
  }
  return steps.map(({ command, output }) => ({ command, output: output.trim() }));
}

/** A directory in which transcripts run, with `tollbell` on the path, a store of its own and a clock that stands still. */
export function openTranscriptFolder(files: Readonly<Record<string, string>>): {
  readonly run: (command: string) => string;
  readonly close: () => void;
} {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-transcript-'));
  const bin = join(directory, '.bin');
  mkdirSync(bin);
  symlinkSync(LAUNCHER, join(bin, 'tollbell'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    XDG_CACHE_HOME: join(directory, '.cache'),
    TOLLBELL_DB: join(directory, 'tollbell.db'),
    TOLLBELL_NOW: '2026-11-22T12:00:00Z',
  };
  return {
    run: (command) => {
      const { stdout, stderr, status } = spawnSync('bash', ['-c', command], { cwd: directory, env, encoding: 'utf8' });
      const exit = status === 0 ? '' : `\n[exit ${status}]`;
      return `${[stdout, stderr]
        .map((text) => text.trim())
        .filter(Boolean)
        .join('\n')}${exit}`
        .trim()
        .replaceAll(directory, '.');
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Text with every message's and contact's id replaced, for comparing. */
export function withoutIds(text: string): string {
  return text
    .replace(SORTABLE_ID, '<id>')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
