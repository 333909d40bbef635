// Virtual time: what is due happens at its own time and in its order, however far the clock is turned.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTimeline, type Timeline } from '../../src/emulator/clock.ts';
import { createDueQueue } from '../../src/emulator/due-queue.ts';
import { formatInstant, parseInstant, toInstant, type Instant } from '../../src/values/time.ts';
import { standingClock } from './stage.ts';

const START = parseInstant('2026-11-22T12:00:00Z') as Instant;
const after = (seconds: number): Instant => toInstant(START + seconds * 1_000);

let timeline: Timeline;
afterEach(() => timeline.close());

function begin(mode: 'real' | 'manual', settled: () => Promise<void> = async () => undefined) {
  const happened: string[] = [];
  timeline = createTimeline({ clock: standingClock('2026-11-22T12:00:00Z'), mode, settled });
  const plan = (name: string, at: Instant): void =>
    timeline.schedule(at, () => void happened.push(`${name} ${formatInstant(timeline.now()).slice(11, -1)}`));
  return { happened, plan };
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a clock that is turned by hand', () => {
  it('stands, and runs only what is due', async () => {
    const { happened, plan } = begin('manual');
    plan('now', START);
    plan('later', after(1));
    await moment();
    expect(happened).toEqual(['now 12:00:00']);
  });

  it('runs everything on the way at its own time, in order', async () => {
    const { happened, plan } = begin('manual');
    plan('c', after(86_400));
    plan('a', after(5));
    plan('b', after(5));
    timeline.schedule(after(60), () => plan('made on the way', after(61)));
    plan('too late', after(86_401));
    await timeline.setTo(after(86_400));
    expect(happened).toEqual(['a 12:00:05', 'b 12:00:05', 'made on the way 12:01:01', 'c 12:00:00']);
    expect(timeline.now()).toBe(after(86_400));
  });

  it('waits for what an event began before it moves on', async () => {
    const waits: (() => void)[] = [];
    const { happened, plan } = begin('manual', () =>
      happened.length === 1 ? new Promise((resolve) => waits.push(resolve)) : Promise.resolve(),
    );
    plan('first', after(1));
    plan('second', after(2));
    const turned = timeline.setTo(after(10));
    await moment();
    expect(happened).toEqual(['first 12:00:01']);
    happened.push('answered');
    for (const resolve of waits) resolve();
    await turned;
    expect(happened).toEqual(['first 12:00:01', 'answered', 'second 12:00:02']);
  });

  it('can be turned back, which runs nothing', async () => {
    const { happened, plan } = begin('manual');
    plan('later', after(1));
    await timeline.setTo(after(-3_600));
    expect([happened, timeline.now()]).toEqual([[], after(-3_600)]);
    await timeline.setTo(after(1));
    expect(happened).toEqual(['later 12:00:01']);
  });
});

describe('a clock that runs', () => {
  it('runs events when their time has come, also on a clock that was set by hand', async () => {
    const { happened, plan } = begin('real');
    plan('second', toInstant(START + 30));
    plan('first', toInstant(START + 5));
    await vi.waitFor(() => expect(happened).toHaveLength(2), { timeout: 5_000 });
    expect(happened.map((text) => text.split(' ')[0])).toEqual(['first', 'second']);
  });

  it('can be turned, and runs on from there', async () => {
    const { happened, plan } = begin('real');
    plan('tomorrow', after(86_400));
    await timeline.setTo(after(90_000));
    expect(happened).toEqual(['tomorrow 12:00:00']);
    plan('soon', toInstant(timeline.now() + 5));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(happened).toHaveLength(2);
  });

  it('forgets what was to come when it is cleared', async () => {
    const { happened, plan } = begin('real');
    plan('never', toInstant(START + 5));
    timeline.clear();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(happened).toEqual([]);
  });
});

it('the queue keeps any number in order, equal times as they came', () => {
  timeline = createTimeline({ clock: standingClock('2026-11-22T12:00:00Z'), mode: 'manual', settled: async () => undefined });
  const queue = createDueQueue<number>();
  const times = Array.from({ length: 500 }, (_, index) => (index * 7_919) % 50);
  for (const [index, time] of times.entries()) queue.add(toInstant(time), index);
  const order = [...queue.takeDue(toInstant(24)), ...queue.takeDue(toInstant(100))];
  const expected = times
    .map((time, index) => ({ time, index }))
    .toSorted((left, right) => left.time - right.time || left.index - right.index);
  expect(order).toEqual(expected.map(({ index }) => index));
  expect([queue.nextAt(), queue.takeDue(toInstant(100))]).toEqual([null, []]);
});
