// The outbox on SQLite: settle and claim in one commit, and take back what dead processes left.

import { bidCap } from '../../domain/bid.ts';
import { assert } from '../../errors.ts';
import { silenceEnd } from '../../domain/message.ts';
import { deliveryTtlMs } from '../../domain/template-ttl.ts';
import { LEAST_URGENT, type Urgency } from '../../domain/urgency.ts';
import { isWindowOpen } from '../../domain/window.ts';
import {
  type ClaimDecision,
  type ClaimedMessage,
  type ClaimFacts,
  OUTCOMES_MAX,
  type TemplateStanding,
  type OutboxStore,
  type Recovery,
  type Turn,
  type TurnResult,
  type TurnRules,
} from '../../ports/store/outbox.ts';
import { type Outcome, toOutcome } from '../../domain/outcome.ts';
import { toFreeForm } from '../../domain/free-form.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { CampaignId, MessageId, TemplateId, WorkerId } from '../../values/id.ts';
import { toMicros } from '../../values/money.ts';
import { type Instant, toInstant } from '../../values/time.ts';
import type { FlagReader } from './contacts.ts';
import type { Sqlite } from './database.ts';
import { onceEach } from './once-each.ts';
import type { Liveness } from './liveness.ts';
import { type Candidate, createScopeQueries, type ScopeQueries } from './outbox-scope.ts';
import type { Campaigns } from './campaigns.ts';
import type { PaceStore } from './pace.ts';
import type { PriceStore } from './prices.ts';
import type { QuietStore } from './quiet.ts';
import type { Repricer } from './reprice.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import type { SenderStore } from './senders.ts';
import type { Settlement } from '../../ports/store/settle.ts';
import type { Settler } from './settle.ts';
import type { TemplateStore } from './templates.ts';
import { conversationOf, type Windows, windowsOf } from './windows.ts';

/** A turn whose transaction has begun. */
type Begun = Turn & { readonly at: Instant };

type OutboxParts = {
  readonly sqlite: Sqlite;
  readonly settler: Settler;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
  readonly templates: TemplateStore;
  readonly flags: FlagReader;
  readonly liveness: Liveness;
  readonly pace: PaceStore;
  readonly repricer: Repricer;
  readonly quiet: QuietStore;
  readonly campaigns: Campaigns;
};

const CLAIM = /* sql */ `
  UPDATE message SET state = 'sending', attempt = attempt + 1, worker_id = ?, gate_sequence = ?, inbound_at = ?, free_entry_until = ?,
    claimed_at = ?, changed_at = ?
  WHERE id = ? AND state = 'queued'`;

const DEFER_FOR = /* sql */ `UPDATE message SET not_before = min(?, expires_at), reason = ifnull(?, reason) WHERE id = ?`;

// All that wait for one template at once, or each would take a transaction of its own.
const DEFER_TEMPLATE = /* sql */ `
  UPDATE message SET not_before = min(?, expires_at)
  WHERE state = 'queued' AND sender_id = ? AND not_before <= ? AND template_id = ?`;

// Each was sent again in the place of the one before it.
const RETRIED = /* sql */ `
  WITH RECURSIVE earlier (id) AS (
    SELECT ?
    UNION ALL
    SELECT m.retry_of FROM message m JOIN earlier e ON m.id = e.id WHERE m.retry_of IS NOT NULL
  )
  SELECT state, reason FROM message WHERE id IN (SELECT id FROM earlier)`;

const NEWEST_EVENT = /* sql */ `SELECT ifnull(MAX(sequence), 0) FROM consent_event`;

const WORKERS_IN_FLIGHT = /* sql */ `SELECT DISTINCT worker_id FROM message WHERE state = 'sending'`;

const CLAIMS_OF = /* sql */ `
  SELECT m.id, s.transport, m.template_id FROM message m JOIN sender s ON s.id = m.sender_id WHERE m.state = 'sending' AND m.worker_id = ?`;

const TAKE_BACK = /* sql */ `
  UPDATE message SET state = ?, reason = ?, expires_at = ifnull(?, expires_at), worker_id = NULL, changed_at = ?
  WHERE id = ? AND state = 'sending'`;

const SILENT = /* sql */ `
  SELECT id FROM message WHERE (state = 'accepted' OR state = 'sent' OR state = 'unknown') AND expires_at <= ? ORDER BY expires_at LIMIT ${BATCH_MAX}`;

/** The outbox slice of the port. */
export function createOutboxStore(parts: OutboxParts): OutboxStore {
  const { sqlite, settler, liveness, pace, campaigns } = parts;
  const waiting = { scopes: createScopeQueries(sqlite, campaigns.paused), schedule: createSchedule(sqlite) };
  return {
    turn: async (asked, rules) => {
      assert(asked.outcomes.length <= OUTCOMES_MAX && asked.room <= BATCH_MAX, 'a turn has a bounded size');
      if (asked.room > 0) liveness.hold(asked.workerId); // before the claim is visible to those who look for the dead
      return sqlite.write((): TurnResult => {
        const turn = { ...asked, at: asked.now() };
        const settled = settler.apply(turn.outcomes, turn.at, rules.settle);
        pace.hold(turn.senderId, turn.holds, turn.at);
        const { claimed, stopped, settled: moved, nextDueAt } = claim(parts, waiting, turn, rules);
        const isPaused = turn.room > 0 && nextDueAt === null && campaigns.holdsBack(turn.senderId, turn.scope);
        return { settled: [...settled, ...moved, ...settler.apply(stopped, turn.at, rules.settle)], claimed, nextDueAt, isPaused };
      });
    },
    recover: async ({ diedWithProcess, at }) => {
      const workers = sqlite.query(() => sqlite.prepare(WORKERS_IN_FLIGHT).pluck().all()) as readonly WorkerId[];
      const recoveries: Recovery[] = [];
      for (const workerId of workers) {
        liveness.ifDead(workerId, () => recoveries.push(...takeBack(parts, { workerId, diedWithProcess, at })));
      }
      return recoveries;
    },
    silent: async (at) => sqlite.query(() => sqlite.prepare(SILENT).pluck().all(at)) as readonly MessageId[],
  };
}

/** What waits, for its turn and for its time. */
type Waiting = { readonly scopes: ScopeQueries; readonly schedule: Schedule };

type Claims = {
  readonly claimed: readonly ClaimedMessage[];
  /** What the gate stops, still to be settled. */
  readonly stopped: readonly Outcome[];
  /** What could not follow its template to another category. */
  readonly settled: readonly Settlement[];
  readonly nextDueAt: Instant | null;
};

// What the gate stops, and what its pair defers, leaves its room empty until the next turn.
function claim(parts: OutboxParts, { scopes, schedule }: Waiting, turn: Begun, rules: TurnRules): Claims {
  if (turn.room === 0) return { claimed: [], stopped: [], settled: [], nextDueAt: null };
  const meter = turn.isPaced ? parts.pace.meter(parts.senders.byId(turn.senderId), turn.at) : null;
  const room = Math.min(turn.room, meter?.room ?? turn.room);
  const count = room > 0 && meter?.putsOffMost() === true ? BATCH_MAX : room;
  const claimed: ClaimedMessage[] = [];
  const stopped: Outcome[] = [];
  const gateSequence = parts.sqlite.prepare(NEWEST_EVENT).pluck().get();
  const update = parts.sqlite.prepare(CLAIM);
  schedule.wake(turn);
  const { candidates, settled } = dueAfterMoves(parts, scopes, { turn, count, rules, least: meter?.leastUrgent });
  const common = commonFacts(parts, turn);
  const waiting = new Set<TemplateId | null>();
  let held = 0;
  for (const candidate of candidates) {
    const { id, contactId, templateId, urgency } = candidate;
    if (claimed.length === room) break;
    if (waiting.has(templateId)) continue; // it was put off with the first of them
    const windows = windowsOf(parts.sqlite, contactId, turn.senderId);
    const decision = rules.claim(claimFacts(parts, common, { candidate, windows }));
    const heldUntil = decision.kind === 'wait' ? decision.until : (meter?.heldUntil(templateId) ?? null);
    if (decision.kind === 'hold') {
      schedule.hold(id, { at: turn.at, until: decision.until });
      held += 1;
    } else if (decision.kind !== 'claim' && decision.kind !== 'wait') {
      stopped.push(toStop(candidate, decision, turn.at));
    } else if (heldUntil !== null) {
      parts.sqlite.prepare(DEFER_TEMPLATE).run(heldUntil, turn.senderId, turn.at, templateId);
      waiting.add(templateId);
    } else {
      const deferral = meter?.take({ contactId, urgency, inboundAt: windows.inboundAt }) ?? null;
      if (deferral !== null) {
        parts.sqlite.prepare(DEFER_FOR).run(deferral.until, deferral.reason, id);
        continue;
      }
      const { inboundAt, freeEntryUntil } = windows;
      const { changes } = update.run(turn.workerId, gateSequence, inboundAt, freeEntryUntil, turn.at, turn.at, id);
      assert(changes === 1, 'a candidate is claimed once');
      claimed.push(toClaimed(parts, turn, { candidate, windows }));
    }
  }
  parts.campaigns.countClaims(claimed, turn.at);
  if (held > 0) holdMore(parts, { scopes, schedule }, { turn, rules, common });
  // What the pace leaves no room for, or another process that waits for it, is told to the pace.
  const isShort = meter !== null && (room < turn.room || meter.leastUrgent < LEAST_URGENT);
  // Claiming takes time, in a fresh process much: what begins after it is counted then, not before.
  const allowedAt = meter?.commit(turn.now(), isShort ? scopes.mostUrgent(turn) : null) ?? turn.at;
  // As many as were asked for: more may be due. Only where they were fewer is the outbox asked, which looks at each campaign.
  const dueAt = candidates.length < count ? schedule.nextDueAt(turn, scopes.nextDueAt(turn)) : turn.at;
  return { claimed, stopped, settled, nextDueAt: dueAt === null ? null : toInstant(Math.max(dueAt, allowedAt)) };
}

// Where quiet hours hold one they hold many, which would take the room of turn after turn from those that may go.
function holdMore(parts: OutboxParts, { scopes, schedule }: Waiting, { turn, rules, common }: Holding): void {
  for (const candidate of scopes.due(turn, BATCH_MAX)) {
    const windows = windowsOf(parts.sqlite, candidate.contactId, turn.senderId);
    const decision = rules.claim(claimFacts(parts, common, { candidate, windows }));
    if (decision.kind === 'hold') schedule.hold(candidate.id, { at: turn.at, until: decision.until });
  }
}

type Holding = { readonly turn: Begun; readonly rules: TurnRules; readonly common: CommonFacts };

type Asked = { readonly turn: Begun; readonly count: number; readonly rules: TurnRules; readonly least: Urgency | undefined };

type Due = { readonly candidates: readonly Candidate[]; readonly settled: readonly Settlement[] };

// What was on its way when its template moved to another category, or got another bid, could not follow then: it does when it is its turn again.
function dueAfterMoves({ templates, repricer }: OutboxParts, scopes: ScopeQueries, { turn, count, rules, least }: Asked): Due {
  const candidates = scopes.due(turn, count, least);
  const versions = new Set(candidates.flatMap(({ templateId }) => (templateId === null ? [] : [templateId])));
  const moved = [...versions].flatMap((id) => templates.movedTo(id) ?? []);
  const settled = moved.flatMap((version) => repricer.follow(version, turn.at, rules).settled);
  return { candidates: moved.length === 0 ? candidates : scopes.due(turn, count, least), settled };
}

const NONE: readonly never[] = [];

type CommonFacts = Pick<ClaimFacts, 'at' | 'sender' | 'prices' | 'quietHours'> & {
  readonly standing: (id: TemplateId) => TemplateStanding;
  readonly cap: (id: TemplateId) => ClaimFacts['cap'];
  readonly isCancelled: (id: CampaignId) => boolean;
};

// Asked once: looking whether the price cards changed takes longer than deciding.
function commonFacts({ senders, quiet, prices, templates, campaigns }: OutboxParts, { senderId, at }: Begun): CommonFacts {
  const sender = senders.byId(senderId);
  return {
    at,
    sender,
    quietHours: quiet.of(senderId),
    prices: prices.book(),
    standing: onceEach(templates.standing),
    cap: onceEach((id: TemplateId) => bidCap(templates.byId(id), sender.currency)),
    isCancelled: onceEach(campaigns.isCancelled),
  };
}

type InWindows = { readonly candidate: Candidate; readonly windows: Windows };

function claimFacts(
  { sqlite, flags, quiet }: OutboxParts,
  { at, sender, prices, quietHours, standing, cap, isCancelled }: CommonFacts,
  { candidate, windows }: InWindows,
): ClaimFacts {
  const freeForm = candidate.templateId === null;
  const inboundAt = freeForm ? windows.inboundAt : null;
  return {
    at,
    expiresAt: candidate.expiresAt,
    sender,
    phone: candidate.phone,
    userId: candidate.userId,
    held: toMicros(BigInt(candidate.held)),
    prices,
    cap: candidate.templateId === null ? null : cap(candidate.templateId),
    quietHours,
    timeZone: quietHours.isEmpty ? null : quiet.timeZoneOf(candidate.contactId),
    template: candidate.content === null ? 'gone' : candidate.templateId === null ? 'usable' : standing(candidate.templateId),
    isCampaignCancelled: candidate.campaignId !== null && isCancelled(candidate.campaignId),
    retried: candidate.retryOf === null ? NONE : (sqlite.prepare(RETRIED).all(candidate.retryOf) as ClaimFacts['retried']),
    gate: {
      flags: flags.flagsOf(candidate.contactId, sender.id),
      category: candidate.category,
      freeForm,
      windowOpen: isWindowOpen(inboundAt, at),
      lastInboundAt: inboundAt,
      confirmsStop: candidate.confirmsStop,
    },
  };
}

function toClaimed(
  { sqlite, senders, templates }: OutboxParts,
  { senderId, at }: Begun,
  { candidate, windows }: InWindows,
): ClaimedMessage {
  const { contactId } = candidate;
  const template = candidate.templateId === null ? null : templates.byId(candidate.templateId);
  const content = candidate.content ?? '';
  return {
    id: candidate.id,
    attempt: candidate.attempt + 1,
    contactId,
    phone: candidate.phone,
    userId: candidate.userId,
    template,
    parameters: template === null ? {} : (JSON.parse(content) as Record<string, string>),
    freeForm: template === null ? toFreeForm(content) : null,
    conversation: conversationOf(sqlite, senders.byId(senderId), { windows, freeForm: template === null, at }),
    runId: candidate.runId,
    uncounted: candidate.uncounted,
  };
}

function toStop(candidate: Candidate, decision: Exclude<ClaimDecision, { kind: 'claim' | 'wait' | 'hold' }>, at: Instant): Outcome {
  return toOutcome({
    messageId: candidate.id,
    kind: decision.kind === 'expire' ? 'expired' : 'cancelled',
    at,
    error: decision.kind === 'expire' ? null : { code: decision.reason, title: '' },
  });
}

function takeBack(
  { sqlite, templates }: OutboxParts,
  dead: { readonly workerId: WorkerId; readonly diedWithProcess: readonly string[]; readonly at: Instant },
): readonly Recovery[] {
  return sqlite.write(() => {
    const claims = sqlite.prepare(CLAIMS_OF).raw().all(dead.workerId) as readonly (readonly [MessageId, string, TemplateId | null])[];
    return claims.map(([messageId, transport, templateId]): Recovery => {
      const to = dead.diedWithProcess.includes(transport) ? 'queued' : 'unknown';
      const isUnknown = to === 'unknown';
      const ttlMs = deliveryTtlMs(templateId === null ? null : templates.byId(templateId));
      const expiresAt = isUnknown ? silenceEnd(dead.at, ttlMs) : null;
      sqlite.prepare(TAKE_BACK).run(to, isUnknown ? 'process_died' : null, expiresAt, dead.at, messageId);
      return { messageId, to };
    });
  });
}
