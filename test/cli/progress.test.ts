// Progress on standard error: where, how often, and in which words.

import { expect, it } from 'vitest';
import { openProgress, type ProgressOptions } from '../../src/cli/progress.ts';
import type { App } from '../../src/app.ts';
import { type Currency, toMicros } from '../../src/values/money.ts';
import { toInstant } from '../../src/values/time.ts';

type Shown = {
  readonly app: Pick<App, 'io' | 'clock' | 'config'>;
  readonly pass: (milliseconds: number) => void;
  readonly text: () => string;
};

function host({ isTerminal = false, quiet = false, columns = 100 } = {}): Shown {
  let now = 0;
  let text = '';
  const err = { write: (part: string) => void (text += part), isTerminal, columns };
  const app = { io: { err }, clock: { now: () => toInstant(now) }, config: { quiet } } as unknown as Shown['app'];
  return { app, pass: (milliseconds) => void (now += milliseconds), text: () => text };
}

const SEND: ProgressOptions = { label: 'send', total: 50_000, currency: 'USD' as Currency };

it('writes one plain line every ten seconds where there is no terminal', () => {
  const { app, pass, text } = host();
  const progress = openProgress(app, SEND);
  for (let second = 1; second <= 25; second += 1) {
    pass(1_000);
    progress.update(second * 1_000, toMicros(1_750_000n));
  }
  progress.close();
  expect(text()).toBe('send 10,000/50,000, 1,000/s, 40 s left, 1.750000 USD\nsend 20,000/50,000, 1,000/s, 30 s left, 1.750000 USD\n');
});

it('rewrites one line on a terminal, no wider than it, and clears it at the end', () => {
  const { app, pass, text } = host({ isTerminal: true, columns: 20 });
  const progress = openProgress(app, SEND);
  pass(50);
  progress.update(1);
  expect(text()).toBe('');
  pass(950);
  progress.update(1_000);
  progress.close();
  progress.close();
  expect(text()).toBe('\r\u001b[2Ksend 1,000/50,000, \r\u001b[2K');
});

it.each([
  [{ ...SEND, cap: toMicros(5_000_000n) }, 25_000, 'send 25,000/50,000, 2,500/s, 10 s left, 0.000001 of 5.000000 USD\n'],
  [{ ...SEND, cap: null }, 25_000, 'send 25,000/50,000, 2,500/s, 10 s left, 0.000001 USD\n'],
  [{ label: 'check', total: null }, 12_345, 'check 12,345, 1,235/s\n'],
  [{ label: 'import', total: 1_000_000 }, 0, 'import 0/1,000,000, 0/s\n'],
  [{ label: 'import', total: 1_000_000 }, 10_000, 'import 10,000/1,000,000, 1,000/s, 16 min 30 s left\n'],
  [{ label: 'import', total: 100_000_000 }, 10_000, 'import 10,000/100,000,000, 1,000/s, 27 h 46 min left\n'],
])('of %o, %i done, says %s', (options, done, line) => {
  const { app, pass, text } = host();
  const progress = openProgress(app, options);
  pass(10_000);
  progress.update(done, toMicros(1n));
  expect(text()).toBe(line);
});

it('says nothing with --quiet', () => {
  const { app, pass, text } = host({ quiet: true, isTerminal: true });
  const progress = openProgress(app, SEND);
  pass(60_000);
  progress.update(1);
  progress.close();
  expect(text()).toBe('');
});
