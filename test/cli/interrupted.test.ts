// What is said after a command that ended before all was done: how to go on, whether the same call may be made again, and with which exit code.

import { describe, expect, it } from 'vitest';
import { failureOf, tellStopping } from '../../src/cli/interrupted.ts';
import { fail } from '../../src/errors.ts';
import { createTally, type RowCount } from '../../src/send/tally.ts';

function after(code: 'provider_unreachable' | 'token_rejected' | null, counts: Partial<Record<RowCount, number>>, rest: object = {}) {
  const tally = createTally();
  Object.assign(tally.counts, counts);
  const failure = code === null ? null : fail(code, { hint: 'Set the token anew.' });
  const left = { tally, resume: 'tollbell dispatch --sender shop', isUnread: false, look: 'tollbell message list', isRepeatable: false };
  return failureOf({ failure, interrupted: code === null }, { ...left, ...rest });
}

describe('an error after the admission', () => {
  it.each([
    ['provider_unreachable', { queued: 2 }, 10],
    ['token_rejected', { queued: 2 }, 9],
    ['token_rejected', { queued: 1, unknown: 1 }, 6],
    ['provider_unreachable', { queued: 1, failed: 1 }, 5],
    [null, { queued: 1, unknown: 1 }, 130],
  ] as const)('%s with %j ends with %d', (code, counts, exit) => {
    expect(after(code, counts)?.exit).toBe(exit);
  });

  it('is not to be repeated where that would send another message, and names what sends the one that is queued', () => {
    expect(after('provider_unreachable', { queued: 2 })).toMatchObject({
      retryable: false,
      details: { queued: 2 },
      hint: 'Set the token anew. Go on with: tollbell dispatch --sender shop. The same command again would be a new message.',
    });
    expect(after(null, { queued: 1 })).toMatchObject({ code: 'interrupted', retryable: false });
  });

  it('may be repeated under a key, and where nothing was admitted', () => {
    expect(after('provider_unreachable', { queued: 2 }, { isRepeatable: true })).toMatchObject({
      retryable: true,
      hint: 'Set the token anew. Go on with: tollbell dispatch --sender shop',
    });
    expect(after('provider_unreachable', { refused: 1 })?.retryable).toBe(true);
    expect(after('token_rejected', { queued: 2 }, { isRepeatable: true })?.retryable).toBe(false);
  });
});

it.each([
  [
    1,
    true,
    '1 request is under way: waiting for the answers, at most 30 s. A second Ctrl-C ends it at once, with their outcome unknown.\n',
  ],
  [
    3,
    false,
    '3 requests are under way: waiting for the answers, at most 30 s. Ctrl-C twice ends it at once, with their outcome unknown.\n',
  ],
])('a stop with %d under way says how long it waits, and how to end that', (underWay, isInterrupted, line) => {
  const written: string[] = [];
  const io = { err: { write: (text: string) => void written.push(text) } };
  const interrupted = isInterrupted ? AbortSignal.abort() : new AbortController().signal;
  const app = (quiet: boolean) => ({ io, config: { quiet }, interrupted }) as unknown as Parameters<typeof tellStopping>[0];
  tellStopping(app(false))(underWay);
  tellStopping(app(true))(underWay);
  expect(written).toEqual([line]);
});
