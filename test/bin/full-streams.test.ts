// Standard streams that take nothing: what cannot be told changes no exit code, and what was asked for and cannot be given does.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

test.skipIf(process.platform !== 'linux')('a full standard error leaves the exit code, and a full standard output is an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollbell-streams-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = { HOME: folder, PATH: process.env['PATH'] };
  const full = openSync('/dev/full', 'w');
  const run = (stdio: readonly (number | 'pipe')[], ...args: readonly string[]) =>
    spawnSync(process.execPath, ['bin/tollbell.js', ...args], { encoding: 'utf8', env, stdio: [...stdio] });

  expect(run(['pipe', 'pipe', full], 'snd').status).toBe(2);
  expect(run(['pipe', 'pipe', full], 'contact', 'list').status).toBe(0);
  for (const command of ['contact list', '--version']) {
    const { status, stderr } = run(['pipe', full, 'pipe'], ...command.split(' '));
    expect(status).toBe(8);
    expect(stderr).toMatch(/^error\[output_unwritable\]: Standard output cannot be written: ENOSPC\.\n {2}What the command did stays done/);
  }
});
