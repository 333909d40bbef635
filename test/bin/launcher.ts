// A copy of the launcher beside a small program, in a folder of its own, with a cache of its own.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

type Place = { readonly folder: string; readonly launcher: string; readonly cacheHome: string };
type Result = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

// Prints its arguments and ends with the code that follows `--code`, as one function, which is how the build leaves a program. The end stands for
// the hash that the build writes.
const PROGRAM = `(function (exports, require, module, __filename, __dirname) {
function main(argv) {
  process.stdout.write(JSON.stringify(argv) + '\\n');
  return Promise.resolve(argv[1] === '--code' ? Number(argv[2]) : 0);
}
module.exports = { main };
})//${'0123456789abcdef'.repeat(4)}`;

/** Puts the launcher and the stand-in program into a new folder, which goes when the test ends. */
export function installLauncher(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'tollbell-launcher-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync('bin', join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', 'main.cjs'), PROGRAM);
  writeFileSync(join(folder, 'dist', 'often.cjs'), PROGRAM.replace('JSON.stringify(argv)', "'often'"));
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3","type":"module"}');
  return { folder, launcher: join(folder, 'bin', 'tollbell.js'), cacheHome: join(folder, 'cache') };
}

/** Runs the launcher as a process of its own. */
export function run(place: Place, args: readonly string[]): Result {
  const env = { ...process.env, XDG_CACHE_HOME: place.cacheHome, HOME: place.folder };
  return spawnSync(process.execPath, [place.launcher, ...args], { encoding: 'utf8', env, timeout: 15_000 });
}
