// What looking for what is due costs, however much is due later: every statement of the schedule goes by an index of what waits.

import { afterAll, expect, it } from 'vitest';
import { createSchedule } from '../../src/store/sqlite/schedule.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import type { CampaignId, MessageId, SenderId } from '../../src/values/id.ts';
import { toInstant } from '../../src/values/time.ts';

const sqlite = openSqlite({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
afterAll(() => sqlite.connection.close());

// Every statement that the schedule prepares, in whatever it does.
function statements(): readonly string[] {
  const seen = new Set<string>();
  const schedule = createSchedule({
    ...sqlite,
    prepare: (sql: string) => {
      seen.add(sql);
      return sql.includes('EXISTS') ? sqlite.connection.prepare('SELECT 1 WHERE ? IS NOT NULL') : sqlite.prepare(sql);
    },
  });
  const at = toInstant(0);
  const turn = { senderId: 's' as SenderId, at };
  schedule.wake({ ...turn, scope: { kind: 'all' } });
  schedule.wake({ ...turn, scope: { kind: 'campaign', campaignId: 'c' as CampaignId } });
  schedule.wake({ ...turn, scope: { kind: 'messages', ids: ['m' as MessageId] } });
  schedule.hold('m' as MessageId, { at, until: at });
  schedule.nextDueAt({ ...turn, scope: { kind: 'all' } }, null);
  return [...seen];
}

it.each(statements().map((sql) => [sql.trim().replace(/\s+/g, ' '), sql]))('%s', (_, sql) => {
  const plan = sqlite.connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array.from(sql.matchAll(/\?/g), () => null)) as readonly {
    readonly detail: string;
  }[];
  const steps = plan.map(({ detail }) => detail);
  expect(steps.filter((step) => step.includes('SCAN') && !step.includes('CONSTANT ROW'))).toEqual([]);
  expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
});
