// Claiming on SQLite: what is due and passes the gate, as much of it as there is room for and the pace allows, in the transaction of a turn.

import { assert } from '../../errors.ts';
import { type Outcome, toOutcome } from '../../domain/outcome.ts';
import { LEAST_URGENT, type Urgency } from '../../domain/urgency.ts';
import type { ClaimDecision, ClaimedMessage, TurnRules } from '../../ports/store/outbox.ts';
import type { Settlement } from '../../ports/store/settle.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import { type Instant, toInstant } from '../../values/time.ts';
import { type Begun, claimFacts, type CommonFacts, commonFacts, type FactParts, toClaimed } from './claim-facts.ts';
import type { Candidate, ScopeQueries } from './outbox-scope.ts';
import type { PaceMeter, PaceStore } from './pace.ts';
import type { Repricer } from './reprice.ts';
import type { Schedule } from './schedule.ts';

export type ClaimParts = FactParts & { readonly pace: PaceStore; readonly repricer: Repricer };

/** What waits, for its turn and for its time. */
export type Waiting = { readonly scopes: ScopeQueries; readonly schedule: Schedule };

type Claims = {
  readonly claimed: readonly ClaimedMessage[];
  /** What the gate stops, still to be settled. */
  readonly stopped: readonly Outcome[];
  /** What could not follow its template to another category. */
  readonly settled: readonly Settlement[];
  readonly nextDueAt: Instant | null;
};

const CLAIM = /* sql */ `
  UPDATE message SET state = 'sending', attempt = attempt + 1, worker_id = ?, gate_sequence = ?, inbound_at = ?, free_entry_until = ?,
    claimed_at = ?, changed_at = ?
  WHERE id = ? AND state = 'queued'`;

const DEFER_FOR = /* sql */ `UPDATE message SET not_before = min(?, expires_at), reason = ifnull(?, reason) WHERE id = ?`;

// All of a campaign that wait for one template at once, or each would take a transaction of its own. With the campaign, the index of the outbox leads to what is
// due: what was put off before is not gone through again for each that comes later.
const DEFER_TEMPLATE = /* sql */ `
  UPDATE message SET not_before = min(?, expires_at)
  WHERE state = 'queued' AND sender_id = ? AND urgency = ? AND campaign_id IS ? AND not_before <= ? AND template_id = ?`;

const NEWEST_EVENT = /* sql */ `SELECT ifnull(MAX(sequence), 0) FROM consent_event`;

/** Claims what comes next. What the gate stops, and what its pair defers, leaves its room empty until the next turn. Call it inside `write`. */
export function claim(parts: ClaimParts, { scopes, schedule }: Waiting, turn: Begun, rules: TurnRules): Claims {
  if (turn.room === 0) return { claimed: [], stopped: [], settled: [], nextDueAt: null };
  const meter = turn.isPaced ? parts.pace.meter(parts.senders.byId(turn.senderId), turn.at) : null;
  const room = Math.min(turn.room, meter?.room ?? turn.room);
  const count = room > 0 && meter?.putsOffMost() === true ? BATCH_MAX : room;
  schedule.wake(turn);
  const { candidates, settled } = dueAfterMoves(parts, scopes, { turn, count, rules, least: meter?.leastUrgent });
  const asking = { turn, rules, common: commonFacts(parts, turn) };
  const { claimed, stopped, held } = take(parts, schedule, { ...asking, candidates, room, meter });
  parts.campaigns.countClaims(claimed, turn.at);
  if (held > 0) holdMore(parts, { scopes, schedule }, asking);
  // What the pace leaves no room for, or another process that waits for it, is told to the pace.
  const isShort = meter !== null && (room < turn.room || meter.leastUrgent < LEAST_URGENT);
  // Claiming takes time, in a fresh process much: what begins after it is counted then, not before.
  const allowedAt = meter?.commit(turn.now(), isShort ? scopes.mostUrgent(turn) : null) ?? turn.at;
  // As many as were asked for: more may be due. Only where they were fewer is the outbox asked, which looks at each campaign.
  const dueAt = candidates.length < count ? schedule.nextDueAt(turn, scopes.nextDueAt(turn)) : turn.at;
  return { claimed, stopped, settled, nextDueAt: dueAt === null ? null : toInstant(Math.max(dueAt, allowedAt)) };
}

type Asking = { readonly turn: Begun; readonly rules: TurnRules; readonly common: CommonFacts };

type Taking = Asking & { readonly candidates: readonly Candidate[]; readonly room: number; readonly meter: PaceMeter | null };

/** `held`: how many wait for the end of quiet hours. */
type Taken = Pick<Claims, 'claimed' | 'stopped'> & { readonly held: number };

function take(parts: ClaimParts, schedule: Schedule, { turn, rules, common, candidates, room, meter }: Taking): Taken {
  const claimed: ClaimedMessage[] = [];
  const stopped: Outcome[] = [];
  const gateSequence = parts.sqlite.prepare(NEWEST_EVENT).pluck().get() as number;
  const waiting = new Set<string>();
  let held = 0;
  for (const candidate of candidates) {
    const { id, contactId, templateId, urgency, campaignId, windows } = candidate;
    const others = `${templateId} ${campaignId}`;
    if (claimed.length === room) break;
    if (waiting.has(others)) continue; // it was put off with the first of them
    const decision = rules.claim(claimFacts(parts, common, candidate));
    const heldUntil = decision.kind === 'wait' ? decision.until : (meter?.heldUntil(templateId) ?? null);
    if (decision.kind === 'hold') {
      schedule.hold(id, { at: turn.at, until: decision.until });
      held += 1;
    } else if (decision.kind !== 'claim' && decision.kind !== 'wait') {
      stopped.push(toStop(candidate, decision, turn.at));
    } else if (heldUntil !== null) {
      parts.sqlite.prepare(DEFER_TEMPLATE).run(heldUntil, turn.senderId, urgency, campaignId, turn.at, templateId);
      waiting.add(others);
    } else {
      const deferral = meter?.take({ contactId, urgency, inboundAt: windows.inboundAt }) ?? null;
      if (deferral === null) claimed.push(claimOne(parts, turn, { candidate, gateSequence }));
      else parts.sqlite.prepare(DEFER_FOR).run(deferral.until, deferral.reason, id);
    }
  }
  return { claimed, stopped, held };
}

type Passed = { readonly candidate: Candidate; readonly gateSequence: number };

function claimOne(parts: ClaimParts, turn: Begun, { candidate, gateSequence }: Passed): ClaimedMessage {
  const { inboundAt, freeEntryUntil } = candidate.windows;
  const { changes } = parts.sqlite
    .prepare(CLAIM)
    .run(turn.workerId, gateSequence, inboundAt, freeEntryUntil, turn.at, turn.at, candidate.id);
  assert(changes === 1, 'a candidate is claimed once');
  return toClaimed(parts, turn, candidate);
}

// Where quiet hours hold one they hold many, which would take the room of turn after turn from those that may go.
function holdMore(parts: ClaimParts, { scopes, schedule }: Waiting, { turn, rules, common }: Asking): void {
  for (const candidate of scopes.due(turn, BATCH_MAX)) {
    const decision = rules.claim(claimFacts(parts, common, candidate));
    if (decision.kind === 'hold') schedule.hold(candidate.id, { at: turn.at, until: decision.until });
  }
}

type Asked = { readonly turn: Begun; readonly count: number; readonly rules: TurnRules; readonly least: Urgency | undefined };

type Due = { readonly candidates: readonly Candidate[]; readonly settled: readonly Settlement[] };

// What was on its way when its template moved to another category, or got another bid, could not follow then: it does when it is its turn again.
function dueAfterMoves({ templates, repricer }: ClaimParts, scopes: ScopeQueries, { turn, count, rules, least }: Asked): Due {
  const candidates = scopes.due(turn, count, least);
  const versions = new Set(candidates.flatMap(({ templateId }) => (templateId === null ? [] : [templateId])));
  const moved = [...versions].flatMap((id) => templates.movedTo(id) ?? []);
  const settled = moved.flatMap((version) => repricer.follow(version, turn.at, rules).settled);
  return { candidates: moved.length === 0 ? candidates : scopes.due(turn, count, least), settled };
}

function toStop(candidate: Candidate, decision: Exclude<ClaimDecision, { kind: 'claim' | 'wait' | 'hold' }>, at: Instant): Outcome {
  return toOutcome({
    messageId: candidate.id,
    kind: decision.kind === 'expire' ? 'expired' : 'cancelled',
    at,
    error: decision.kind === 'expire' ? null : { code: decision.reason, title: '' },
  });
}
