// An installation without its driver, as npm leaves one where install scripts are not allowed: told in words, not as a bug.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

test('a store cannot be opened, and driver_missing says what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollbell-driver-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(folder, part), { recursive: true });
  const env = { HOME: folder, PATH: process.env['PATH'] };
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(folder, 'bin', 'tollbell.js'), ...args], { encoding: 'utf8', env });

  const opened = run('init', '-y');
  expect(opened.status).toBe(9);
  expect(opened.stderr).toMatch(/^error\[driver_missing\]: .*\n {2}Install again .*--allow-scripts=better-sqlite3\n$/);
  expect(run('contact', 'list').status).toBe(0); // there is no store to open yet
});
