// The command on a terminal, by way of script(1): questions are asked, answered and broken off; colour is there and control characters of others are not.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const LAUNCHER = join(import.meta.dirname, '../../bin/tollbell.js');
const directory = mkdtempSync(join(tmpdir(), 'tollbell-terminal-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const hasScript = spawnSync('script', ['--version']).status === 0;

type Typed = { readonly after: RegExp; readonly keys: string };

/** Runs a command line on a terminal and types each text when what it waits for is on the screen. */
async function onTerminal(
  command: string,
  typed: readonly Typed[] = [],
  keys: 'open' | 'ended' = 'open',
): Promise<{ readonly screen: string; readonly code: number }> {
  const env = { PATH: process.env['PATH'], HOME: directory, TERM: 'xterm', TOLLBELL_DB: join(directory, 't.db') };
  const child = spawn('script', ['-qec', `${process.execPath} ${LAUNCHER} ${command}`, '/dev/null'], { env, cwd: directory });
  let screen = '';
  let shown = 0;
  const waiting = [...typed];
  if (keys === 'ended') child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    if (waiting[0]?.after.test(screen.slice(shown)) !== true) return;
    shown = screen.length;
    child.stdin.write(waiting.shift()?.keys ?? '');
  });
  const [code] = (await once(child, 'exit')) as [number];
  return { screen, code };
}

const ESCAPE = String.fromCharCode(27);

describe.skipIf(!hasScript)('on a terminal', () => {
  test('init asks for what no flag said', async () => {
    const { screen, code } = await onTerminal('init', [
      { after: /sender's name/, keys: '\r' },
      { after: /first contact/, keys: '+4915112345678\r' },
    ]);
    expect(code).toBe(0);
    expect(screen).toContain('ready');
    expect((await onTerminal('contact show +4915112345678')).screen).toContain('utility');
  });

  test('a question that is broken off does nothing and exits with 130', async () => {
    const { screen, code } = await onTerminal('init --db other.db', [{ after: /sender's name/, keys: String.fromCharCode(3) }]);
    expect(code).toBe(130);
    expect(screen).toContain('error[interrupted]: Nothing was done.');
  });

  test.each([
    ['Ctrl-D', String.fromCharCode(4)],
    ['Ctrl-D after an answer that was refused', `maybe\r${String.fromCharCode(21, 4)}`],
  ])('a question whose input ends, by %s, is broken off too', async (_, keys) => {
    await onTerminal('send hello_world --to +4915112345678 --language en_US --campaign w2 --queue');
    const { screen, code } = await onTerminal('campaign cancel w2', [{ after: /\(yes\/no\)/, keys }]);
    expect([code, screen.includes('error[interrupted]: Nothing was done.')]).toEqual([130, true]);
    expect((await onTerminal('campaign show w2')).screen).toContain('is active');
  });

  test('a question to which nobody listens any more is broken off too', async () => {
    const { screen, code } = await onTerminal('campaign cancel w2', [], 'ended');
    expect([code, screen.includes('error[interrupted]: Nothing was done.')]).toEqual([130, true]);
  });

  test('resolving as delivered asks before it charges', async () => {
    await onTerminal('contact add +4915112340004 --opt-in utility --source web');
    const { screen: sent } = await onTerminal('send hello_world --to +4915112340004 --language en_US --json --no-color');
    const [, id = ''] = /"id": "([0-9a-z]{20})"/.exec(sent) ?? [];
    const resolve = `message resolve ${id} --as delivered --reason seen`;
    const refused = await onTerminal(resolve, [{ after: /Go on\?/, keys: 'no\r' }]);
    expect([refused.code, refused.screen.includes('error[interrupted]: Nothing was done.')]).toEqual([130, true]);
    const agreed = await onTerminal(resolve, [{ after: /Go on\?/, keys: 'yes\r' }]);
    expect([agreed.code, agreed.screen.includes('released 0.000000 USD')]).toEqual([0, true]);
  });

  test('there is colour, and a name that tries to act on the screen is shown as text', async () => {
    await onTerminal(`contact add +4915112345679 --name "$(printf 'Eve\\033[2J\\033]0;x\\007')"`);
    const { screen } = await onTerminal('contact list');
    expect(screen).toContain(`${ESCAPE}[1m`);
    expect(screen).toContain('Eve\\u001b[2J\\u001b]0;x\\u0007');
    expect(screen).not.toContain(`${ESCAPE}[2J`);
    const plain = await onTerminal('contact list --no-color');
    expect(plain.screen).not.toContain(ESCAPE);
  });
});
