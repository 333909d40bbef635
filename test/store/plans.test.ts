// What looking for what waits costs, however many messages there are: each statement goes by an index of what waits or is on its way.

import { afterAll, describe, expect, it } from 'vitest';
import { createCampaignRecords } from '../../src/store/sqlite/campaign-records.ts';
import { createCampaigns } from '../../src/store/sqlite/campaigns.ts';
import type { Sqlite } from '../../src/store/sqlite/database.ts';
import { mergeContacts } from '../../src/store/sqlite/merge.ts';
import { createScopeQueries } from '../../src/store/sqlite/outbox-scope.ts';
import { createSchedule } from '../../src/store/sqlite/schedule.ts';
import type { Settler } from '../../src/store/sqlite/settle.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { stoppedBy } from '../../src/store/sqlite/stops.ts';
import type { CampaignId, ContactId, MessageId, SenderId } from '../../src/values/id.ts';
import { toInstant } from '../../src/values/time.ts';

const sqlite = openSqlite({ path: ':memory:', readOnly: false, busyTimeoutMs: 0 });
afterAll(() => sqlite.connection.close());

const at = toInstant(0);
const senderId = 's' as SenderId;
const campaignId = 'c' as CampaignId;

/** Every statement that is prepared in this work; `instead` stands in for those whose answers lead on. */
async function statementsOf(
  work: (noted: Sqlite) => Promise<unknown> | void,
  instead: (sql: string) => string | undefined,
): Promise<readonly string[]> {
  const seen = new Set<string>();
  const noting =
    (prepare: Sqlite['prepare']): Sqlite['prepare'] =>
    (sql) => {
      seen.add(sql);
      const other = instead(sql);
      return other === undefined ? prepare(sql) : sqlite.connection.prepare(other);
    };
  await work({ ...sqlite, prepare: noting(sqlite.prepare), prepareExact: noting(sqlite.prepareExact) });
  return [...seen];
}

function stepsOf(sql: string): readonly string[] {
  const named = Object.fromEntries(Array.from(sql.matchAll(/@(\w+)/g), ([, name = '']) => [name, null]));
  const values = Object.keys(named).length > 0 ? [named] : Array.from(sql.matchAll(/\?/g), () => null);
  const plan = sqlite.connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as readonly { readonly detail: string }[];
  return plan.map(({ detail }) => detail);
}

describe('the schedule', async () => {
  const turn = { senderId, at };
  const statements = await statementsOf(
    (noted) => {
      const schedule = createSchedule(noted);
      schedule.wake({ ...turn, scope: { kind: 'all' } });
      schedule.wake({ ...turn, scope: { kind: 'campaign', campaignId } });
      schedule.wake({ ...turn, scope: { kind: 'messages', ids: ['m' as MessageId] } });
      schedule.hold('m' as MessageId, { at, until: at });
      schedule.nextDueAt({ ...turn, scope: { kind: 'all' } }, null);
    },
    (sql) => (sql.includes('EXISTS') ? 'SELECT 1 WHERE ? IS NOT NULL' : undefined),
  );

  it.each(statements.map((sql) => [sql.trim().replace(/\s+/g, ' '), sql]))('%s', (_, sql) => {
    const steps = stepsOf(sql);
    expect(steps.filter((step) => step.includes('SCAN') && !step.includes('CONSTANT ROW'))).toEqual([]);
    expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
  });
});

describe('what is open of a person, and what is due', async () => {
  const statements = await statementsOf(
    (noted) => {
      stoppedBy(noted, 'p' as ContactId, [], at);
      mergeContacts(noted, {
        into: 'q' as ContactId,
        from: 'p' as ContactId,
        identity: { phone: null, userId: null },
        at,
        now: at,
        evidence: 'e',
      });
      const { due } = createScopeQueries(noted, () => new Set());
      due({ senderId, at, scope: { kind: 'campaign', campaignId } }, 10);
      due({ senderId, at, scope: { kind: 'messages', ids: ['m' as MessageId] } }, 10);
    },
    (sql) => (sql.includes('campaign_id IS ? ORDER BY not_before LIMIT 1') ? 'SELECT NULL, 0 WHERE ? || ? || ? IS NOT NULL' : undefined),
  );

  it('goes by the indexes of what is open', () => {
    expect(statements.filter((sql) => sql.includes('message_in_flight')).length).toBeGreaterThanOrEqual(2);
    expect(statements.filter((sql) => sql.includes('service_window w')).length).toBeGreaterThanOrEqual(3);
  });

  it.each(statements.map((sql) => [sql.trim().replace(/\s+/g, ' '), sql]))('%s', (_, sql) => {
    const steps = stepsOf(sql);
    expect(
      steps.filter((step) => /^SCAN (message|m|contact|c|service_window|w)\b/.test(step) && !step.includes('message_in_flight')),
    ).toEqual([]);
    expect(steps.filter((step) => step.includes('TEMP B-TREE FOR ORDER BY') && sql.includes('FROM message'))).toEqual([]);
  });
});

describe('campaigns', async () => {
  const named = { senderId, campaignId };
  sqlite.connection.pragma('foreign_keys = OFF');
  sqlite.connection
    .prepare('INSERT INTO campaign (id, sender_id, name, created_at, paused_at) VALUES (?, ?, ?, 0, 0)')
    .run(campaignId, senderId, 'n');
  const statements = await statementsOf(
    async (noted) => {
      const settler: Settler = { apply: () => [], report: () => [] };
      const { store, holdsBack } = createCampaigns({ sqlite: noted, settler });
      const { listCampaigns, showCampaign } = createCampaignRecords(noted);
      for (const scope of [{ kind: 'all' }, { kind: 'campaign', campaignId }, { kind: 'messages', ids: ['m' as MessageId] }] as const)
        holdsBack(senderId, scope);
      await store.cancelQueued({ ...named, reason: 'r', at }, () => ({ change: null, entries: [], fact: null }));
      await store.inFlightOf(campaignId);
      await listCampaigns({ senderId, status: null }, { limit: 1, after: null });
      await showCampaign(named);
    },
    () => undefined,
  );

  it.each(statements.flatMap((sql) => (/\bmessage\b/.test(sql) ? [[sql.trim().replace(/\s+/g, ' '), sql]] : [])))('%s', (_, sql) => {
    const scans = stepsOf(sql).filter((step) => /^SCAN (message|m)\b/.test(step));
    expect(scans.filter((step) => !/INDEX message_(in_flight|silent)$/.test(step))).toEqual([]);
  });
});
