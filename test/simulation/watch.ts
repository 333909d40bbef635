// What is looked at while a history runs, at each commit: who was claimed against a stop, twice or too fast, and what was admitted past a budget.

import type { Budget } from '../../src/domain/budget.ts';
import type { AdmitBatch, Admitted } from '../../src/ports/store/admit.ts';
import type { ClaimedMessage, Recovery, Turn, TurnResult } from '../../src/ports/store/outbox.ts';
import type { MessageId, WorkerId } from '../../src/values/id.ts';
import { DAY_MS, monthDays, monthOf, nextDay } from '../../src/values/time.ts';
import type { Machine, Watch } from './machine.ts';
import { dayFor, type Shop } from './shop.ts';
import { watchStops } from './stops.ts';

/** One in six seconds after 45 at once: the provider's limit for a pair, in words of our own. */
const PAIR = { eachMs: 6_000, burst: 45 };

const ANCESTORS = /* sql */ `
  WITH RECURSIVE before (id, state, reason, retry_of) AS (
    SELECT id, state, reason, retry_of FROM message WHERE id = (SELECT retry_of FROM message WHERE id = ?)
    UNION ALL
    SELECT m.id, m.state, m.reason, m.retry_of FROM message m JOIN before b ON m.id = b.retry_of)
  SELECT id, state, reason FROM before`;

const BUDGETS = /* sql */ `SELECT id, period, cap, category FROM budget WHERE sender_id = ? AND removed_at IS NULL`;

const COMMITTED = /* sql */ `
  SELECT ifnull(SUM(l.held + l.posted), 0) AS used
  FROM ledger l
  JOIN bucket b ON b.id = l.hold_bucket_id
  WHERE b.sender_id = ? AND b.day >= ? AND b.day < ? AND (? IS NULL OR b.category = ?)`;

type Ancestor = { readonly id: string; readonly state: string; readonly reason: string | null };
type BudgetRow = Pick<Budget, 'id' | 'period' | 'category'> & { readonly cap: bigint };

/** Watches the commits of a shop, which is known a moment later. */
export function watchCommits(shop: () => Shop): Watch {
  const stops = watchStops();
  const claims = new Map<string, WorkerId>();
  const holders = new Map<MessageId, WorkerId>();
  const pairs = new Map<string, number>();
  const begun = new Map<string, number[]>();

  const claimed = (turn: Turn, message: ClaimedMessage): void => {
    const { machine, onFailure, engine, underWay } = shop();
    const name = `${message.id} ${message.attempt}`;
    engine.note(`claimed ${name} for ${message.phone}`);
    if (claims.has(name)) onFailure(`${name} was claimed twice`);
    claims.set(name, turn.workerId);
    holders.set(message.id, turn.workerId);
    const stop = stops.against(turn.senderId, message);
    if (stop !== null) onFailure(`${name} was claimed though ${stop} stood against it`);
    for (const before of machine.sql(ANCESTORS, message.id) as readonly Ancestor[]) {
      if (wasSent(before)) onFailure(`${name} was claimed though ${before.id}, which it sends again, was sent`);
      if (underWay.has(before.id)) onFailure(`${name} was claimed while ${before.id}, which it sends again, was under way`);
    }
    if (instantOf(machine, 'SELECT expires_at AS at FROM message WHERE id = ?', message.id) <= engine.now())
      onFailure(`${name} was claimed after it had expired`);
    if (turn.isPaced) keepPace(turn, message);
  };

  const keepPace = ({ senderId }: Turn, { id, contactId }: ClaimedMessage): void => {
    const { engine, onFailure, outlets } = shop();
    const now = engine.now();
    const pair = `${senderId} ${contactId}`;
    const dueAt = Math.max(pairs.get(pair) ?? 0, now) + PAIR.eachMs;
    pairs.set(pair, dueAt);
    if (dueAt - now > PAIR.burst * PAIR.eachMs) onFailure(`${id} was claimed faster than its pair allows`);
    const rate = outlets.find(({ sender }) => sender.id === senderId)?.sender.whatsapp?.ratePerSecond ?? Number.POSITIVE_INFINITY;
    const recent = [...(begun.get(senderId) ?? []).filter((at) => at > now - 1_000), now];
    begun.set(senderId, recent);
    if (recent.length > rate) onFailure(`${id} was claimed faster than its number allows`);
  };

  return (operation, [batch], result) => {
    switch (operation) {
      case 'recordConsent':
        return stops.recorded(batch as Parameters<typeof stops.recorded>[0]);
      case 'receive':
        return stops.received(batch as Parameters<typeof stops.received>[0], result as Parameters<typeof stops.received>[1]);
      case 'settle':
        return stops.settled((batch as Pick<Turn, 'outcomes'>).outcomes);
      case 'turn':
        stops.settled((batch as Turn).outcomes);
        for (const message of (result as TurnResult).claimed) claimed(batch as Turn, message);
        return undefined;
      case 'recover':
        for (const { messageId } of result as readonly Recovery[]) {
          const holder = holders.get(messageId);
          if (holder !== undefined && shop().machine.lives(holder)) shop().onFailure(`${messageId} was taken from a process that lives`);
        }
        return undefined;
      case 'silent':
        for (const id of result as readonly MessageId[]) checkSilence(shop(), id);
        return undefined;
      case 'admit':
        return checkBudgets(shop(), batch as AdmitBatch, result as Admitted);
      default:
        return undefined;
    }
  };
}

/** So long the provider repeats a webhook. */
const REPEATED_MS = 7 * DAY_MS;

function checkSilence({ machine, onFailure, engine }: Shop, id: MessageId): void {
  if (instantOf(machine, 'SELECT claimed_at AS at FROM message WHERE id = ?', id) + REPEATED_MS > engine.now())
    onFailure(`${id} is given up while its webhooks may yet come`);
}

function instantOf({ sql }: Machine, query: string, id: MessageId): number {
  return Number((sql(query, id) as readonly { readonly at: bigint }[])[0]?.at ?? Number.POSITIVE_INFINITY);
}

const SENT: ReadonlySet<string> = new Set(['delivered', 'read']);

function wasSent({ state, reason }: Ancestor): boolean {
  return SENT.has(state) || reason === 'sent_after_all';
}

function checkBudgets({ machine, onFailure, outlets }: Shop, { senderId, at }: AdmitBatch, { admissions }: Admitted): void {
  const spent = admissions.flatMap((admission) =>
    admission.kind === 'admitted' && admission.message.price > 0n ? [admission.message] : [],
  );
  const sender = outlets.find((outlet) => outlet.sender.id === senderId)?.sender;
  if (spent.length === 0 || sender === undefined) return;
  const today = dayFor(sender, at);
  for (const { id, period, cap, category } of machine.sql(BUDGETS, senderId) as readonly BudgetRow[]) {
    if (category !== null && spent.every((message) => message.category !== category)) continue;
    const { from, to } = period === 'day' ? { from: today, to: nextDay(today) } : monthDays(monthOf(today));
    const used = usedOf(machine, [senderId, from, to, category, category]);
    if (used > cap) onFailure(`the budget ${id} of ${cap} was passed: ${used}`);
  }
}

function usedOf(machine: Machine, given: readonly unknown[]): bigint {
  return (machine.sql(COMMITTED, ...given) as readonly { readonly used: bigint }[])[0]?.used ?? 0n;
}
