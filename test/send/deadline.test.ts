// A deadline: its signal aborts for two reasons.

import { expect, it } from 'vitest';
import { startDeadline } from '../../src/send/deadline.ts';

/** A clock whose sleepers wake when they are told to, or when their signal aborts. */
function sleepers() {
  const wakers: (() => void)[] = [];
  const slept: number[] = [];
  const clock = {
    sleep: (milliseconds: number, signal: AbortSignal) => {
      slept.push(milliseconds);
      return new Promise<void>((resolve) => {
        wakers.push(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    },
  };
  const wake = async () => {
    for (const waker of wakers) waker();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { clock, slept, wake };
}

it('aborts when the time is up', async () => {
  const { clock, slept, wake } = sleepers();
  const deadline = startDeadline({ clock, interrupted: new AbortController().signal }, 30_000);
  expect([slept, deadline.signal.aborted]).toEqual([[30_000], false]);
  await wake();
  expect(deadline.signal.aborted).toBe(true);
});

it('aborts with the command, before its time is up', () => {
  const { clock } = sleepers();
  const command = new AbortController();
  const deadline = startDeadline({ clock, interrupted: command.signal }, 30_000);
  command.abort();
  expect(deadline.signal.aborted).toBe(true);
  deadline.clear();
});

it('never aborts once it was cleared', async () => {
  const { clock, wake } = sleepers();
  const deadline = startDeadline({ clock, interrupted: new AbortController().signal }, 30_000);
  deadline.clear();
  await wake();
  expect(deadline.signal.aborted).toBe(false);
});

it('without a time it is the signal of the command', () => {
  const { clock, slept } = sleepers();
  const { signal } = new AbortController();
  const deadline = startDeadline({ clock, interrupted: signal }, null);
  expect([deadline.signal === signal, slept]).toEqual([true, []]);
});
