// Kills in masses. Without being told otherwise, some dozens in a small campaign; `npm run kills -- --kills 1000 --seed 7` tells otherwise.

import { expect, test } from 'vitest';
import { killCampaign, type KillReport } from './kills.ts';

const { KILLS = '40', SEED = '1', ROWS = '1500', RATE = '240' } = process.env;
const [kills, seed, rows, rate] = [Number(KILLS), Number(SEED), Number(ROWS), Number(RATE)];

test('a campaign whose processes are killed loses nothing, sends nothing twice and charges nothing wrongly', {
  timeout: 120_000 + kills * 10_000,
}, async () => {
  const reports: KillReport[] = [];
  const sum = (of: (report: KillReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const killed = (): number => sum((report) => report.kills.sender + report.kills.receiver);
  while (killed() < kills) {
    const report = await killCampaign({ rows, kills: Math.min(kills - killed(), 250), seed: seed + reports.length, rate });
    process.stdout.write(`${JSON.stringify({ seed: seed + reports.length, ...report })}\n`);
    reports.push(report);
    expect(report).toMatchObject({ lost: 0, sentTwice: 0, chargedTwice: 0, chargedWrongly: 0, flaws: [], unknown: { ofThemSent: 0 } });
    expect(report.unknown.reported).toBe(report.unknown.all);
  }
  expect(sum((report) => report.unknown.ofTheDead) / killed(), 'messages of unknown outcome for each kill').toBeLessThan(1);
  expect(sum((report) => report.left.unanswered)).toBeLessThan(sum((report) => report.left.claimed));
});
