// What comes through a pipe and is not to be sent yet: scheduled, held by quiet hours, or left queued, by this run or the one before.

import { expect, it } from 'vitest';
import { dispatch } from '../../src/send/dispatch.ts';
import { later, NOON } from '../conformance/store/fixture.ts';
import { linesTo, pipe, SANDBOX } from './live-pipe.ts';
import { realClock } from './real-clock.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

const AT_TWO = { timing: { sendAt: later(120), expiresInMs: null } };

it('is scheduled once, and the same rows again are told when it is due', async () => {
  const { run, crowd, answers } = await pipe({ plan: AT_TWO, people: 3 });
  const first = await run(linesTo(crowd));
  const again = await run(linesTo(crowd));
  const scheduled = { units: 3, quietUnits: 0, firstAt: later(120), lastAt: later(120) };
  for (const { tally, timedOut } of [first, again])
    expect([timedOut, tally]).toMatchObject([false, { counts: { queued: 3, duplicate: 0 }, scheduled, reserved: 300n }]);
  expect(answers().slice(3)).toEqual(['1 scheduled', '2 scheduled', '3 scheduled']);
});

it('is scheduled where quiet hours begin before it leaves, which is all that was asked', async () => {
  const clock = realClock(5);
  const { run, crowd, answers, store, senderId } = await pipe({ host: { clock, transport: { ...SANDBOX, roomMax: 0 } }, people: 2 });
  const running = run(linesTo(crowd));
  await expect.poll(async () => (await store.health()).queued.count).toBe(2);
  await store.putQuietRule({ senderId, category: 'marketing', country: null, hours: '00:00-23:59', areAllowed: false, setAt: NOON });
  const { sender, onStopping } = sendPlanFor(senderId);
  const other = { sender, scope: { kind: 'all' }, countMax: null, patienceMs: 0, onSettled: () => undefined, onStopping } as const;
  await dispatch(sendHostOn(store, { clock }), other);
  const { tally, timedOut } = await running;
  expect(answers()).toEqual(['1 scheduled', '2 scheduled']);
  expect([timedOut, tally]).toMatchObject([false, { counts: { queued: 2 }, scheduled: { units: 2, quietUnits: 2 } }]);
});

it('stays a duplicate with --queue where an earlier run left it', async () => {
  const { run, crowd } = await pipe({ plan: { queueOnly: true }, people: 3 });
  await run(linesTo(crowd));
  const { tally } = await run(linesTo(crowd));
  expect(tally).toMatchObject({ read: 3, counts: { queued: 0, duplicate: 3 }, reserved: 0n });
});
