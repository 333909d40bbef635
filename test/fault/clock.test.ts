// A system clock that is set back an hour in the middle of a campaign: what is queued waits for its time or goes on, it is said which, and the books balance.

import { afterEach, expect, test } from 'vitest';
import { type Channel, openChannel } from '../channel.ts';
import { allTold, finishCampaign, prepareCampaign } from './campaign.ts';
import { AS_IT_SHOULD_BE, compare } from './truth.ts';

const ROWS = 60;
const HOUR_MS = 3_600_000;

let channel: Channel;
afterEach(() => channel.close());

test('a clock that is set back an hour loses nothing and sends nothing twice', async () => {
  channel = await openChannel({ scenario: { latency_ms: [5, 50], rates: { reset_after: 0.05 } }, rate: 200 });
  const { numbers, campaign } = prepareCampaign(channel, ROWS);
  channel.mustRun(...campaign, '--queue');
  expect(channel.run('dispatch', '--max', '20').code).toBeOneOf([0, 6]);

  channel.variables['TOLLBELL_NOW'] = new Date(Date.now() - HOUR_MS).toISOString();
  const early = channel.run('dispatch');
  expect([early.code, JSON.parse(early.out)]).toMatchObject([0, { sent: 0, next_due_at: expect.stringMatching(/^20/) as string }]);
  const again = channel.run(...campaign);
  expect([again.code, JSON.parse(again.out)]).toMatchObject([10, { counts: { duplicate: 20, queued: ROWS - 20, accepted: 0 } }]);

  delete channel.variables['TOLLBELL_NOW'];
  await finishCampaign(channel, campaign, ROWS);
  await allTold(channel);
  expect(await compare(channel, numbers)).toMatchObject({
    ...AS_IT_SHOULD_BE,
    unknown: { ofThemSent: 0 },
  });
});
