// What users install: the packed tarball in an empty folder, and the linked clone. The driver is compiled where it has no binary.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const version = /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8'))?.[1];
const folder = mkdtempSync(join(tmpdir(), 'tollbell-pack-'));
const app = join(folder, 'app');
let packed: readonly string[];

beforeAll(() => {
  mkdirSync(app);
  const [{ filename, files }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.')) as [
    { filename: string; files: { path: string }[] },
  ];
  packed = files.map(({ path }) => path);
  writeFileSync(join(app, 'package.json'), '{"private":true}');
  npm(['install', join(folder, filename)], app);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('holds the program and its papers, and nothing else', () => {
    const own = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin/package.json', 'bin/tollbell.js', 'package.json'];
    expect(packed.filter((path) => !path.startsWith('dist/')).toSorted()).toEqual(own);
    expect(packed).toEqual(expect.arrayContaining(['dist/main.cjs', 'dist/send.cjs', 'dist/LICENSES.txt', 'dist/lib/inquirer.cjs']));
  });

  test('brings the driver as its only direct dependency', () => {
    const { dependencies } = JSON.parse(readFileSync(join(app, 'node_modules', 'tollbell', 'package.json'), 'utf8')) as {
      dependencies: object;
    };
    expect(Object.keys(dependencies)).toEqual(['better-sqlite3']);
    expect(readdirSync(join(app, 'node_modules'))).not.toContain('zod');
  });

  test('does the main job where it is installed', () => {
    expect(tollbell(app, ['--version'])).toBe(`${version}\n`);
    const body = { type: 'BODY', text: 'Your order is on its way.' };
    writeFileSync(
      join(app, 'shipped.json'),
      JSON.stringify({ name: 'shipped', language: 'en_US', category: 'UTILITY', components: [body] }),
    );
    tollbell(app, ['template', 'add', 'shipped.json']);
    tollbell(app, ['contact', 'add', '+4915112345678', '--opt-in', 'utility', '--source', 'test']);
    expect(JSON.parse(tollbell(app, ['send', 'shipped', '--to', '+4915112345678', '--json']))).toMatchObject({ counts: { delivered: 1 } });
    expect(tollbell(app, ['bill-report', '--format', 'csv'])).toMatch(/\butility,Germany,USD,1,1\b/);
  });
});

test('a linked clone runs', () => {
  const prefix = join(folder, 'global');
  npm(['link', '--ignore-scripts'], '.', { npm_config_prefix: prefix });
  expect(execFileSync(join(prefix, 'bin', 'tollbell'), ['--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
  expect(execFileSync(join(prefix, 'bin', 'tollbell'), ['--help'], { encoding: 'utf8' })).toContain('tollbell send');
});

function npm(args: readonly string[], cwd: string, settings: NodeJS.ProcessEnv = {}): string {
  const env = { ...process.env, ...settings, npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'error' };
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function tollbell(cwd: string, args: readonly string[]): string {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: folder, TOLLBELL_DB: join(app, 'test.db') };
  return execFileSync(join(cwd, 'node_modules', '.bin', 'tollbell'), args, { cwd, env, encoding: 'utf8' });
}
