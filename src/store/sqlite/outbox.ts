// The outbox on SQLite: settle and claim in one commit, and take back what dead processes left.

import { assert } from '../../errors.ts';
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
import type { MessageId, TemplateId, WorkerId } from '../../values/id.ts';
import { toMicros } from '../../values/money.ts';
import { type Instant, toInstant } from '../../values/time.ts';
import type { Journals } from '../journal.ts';
import type { FlagReader } from './contacts.ts';
import type { Sqlite } from './database.ts';
import { onceEach } from './once-each.ts';
import type { Liveness } from './liveness.ts';
import { type Candidate, createScopeQueries, type ScopeQueries } from './outbox-scope.ts';
import { DEFER } from './message-facts.ts';
import type { PaceStore } from './pace.ts';
import type { PriceStore } from './prices.ts';
import type { Repricer } from './reprice.ts';
import type { SenderStore } from './senders.ts';
import type { Settlement } from '../../ports/store/settle.ts';
import type { Settler } from './settle.ts';
import { createInFlight, takeBack } from './take-back.ts';
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
  readonly journals: Journals;
  readonly pace: PaceStore;
  readonly repricer: Repricer;
};

const CLAIM = /* sql */ `
  UPDATE message SET state = 'sending', attempt = attempt + 1, worker_id = ?, gate_sequence = ?, inbound_at = ?, free_entry_until = ?,
    claimed_at = ?, changed_at = ?
  WHERE id = ? AND state = 'queued'`;

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

const SILENT = /* sql */ `
  SELECT id FROM message WHERE (state = 'accepted' OR state = 'sent' OR state = 'unknown') AND expires_at <= ? ORDER BY expires_at LIMIT ${BATCH_MAX}`;

/** The outbox slice of the port. */
export function createOutboxStore(parts: OutboxParts): OutboxStore {
  const { sqlite, settler, liveness, journals, pace } = parts;
  const scopes = createScopeQueries(sqlite);
  const inFlight = createInFlight(sqlite);
  return {
    turn: async (asked, rules) => {
      assert(asked.outcomes.length <= OUTCOMES_MAX && asked.room <= BATCH_MAX, 'a turn has a bounded size');
      journals.flush(inFlight);
      if (asked.room > 0) liveness.hold(asked.workerId); // before the claim is visible to those who look for the dead
      return sqlite.write((): TurnResult => {
        const turn = { ...asked, at: asked.now() };
        const settled = settler.apply(turn.outcomes, turn.at, rules.settle);
        pace.hold(turn.senderId, turn.holds);
        const { claimed, stopped, settled: moved, nextDueAt } = claim(parts, scopes, turn, rules);
        return { settled: [...settled, ...moved, ...settler.apply(stopped, turn.at, rules.settle)], claimed, nextDueAt };
      });
    },
    journal: journals.open,
    recover: async ({ diedWithProcess, at }, rules) => {
      const workers = sqlite.query(() => sqlite.prepare(WORKERS_IN_FLIGHT).pluck().all()) as readonly WorkerId[];
      const recoveries: Recovery[] = [];
      for (const workerId of workers) {
        liveness.ifDead(workerId, () => recoveries.push(...takeBack(parts, { workerId, diedWithProcess, at }, rules)));
      }
      return recoveries;
    },
    silent: async (at) => sqlite.query(() => sqlite.prepare(SILENT).pluck().all(at)) as readonly MessageId[],
  };
}

type Claims = {
  readonly claimed: readonly ClaimedMessage[];
  /** What the gate stops, still to be settled. */
  readonly stopped: readonly Outcome[];
  /** What could not follow its template to another category. */
  readonly settled: readonly Settlement[];
  readonly nextDueAt: Instant | null;
};

// What the gate stops, and what its pair defers, leaves its room empty until the next turn.
function claim(parts: OutboxParts, scopes: ScopeQueries, turn: Begun, rules: TurnRules): Claims {
  if (turn.room === 0) return { claimed: [], stopped: [], settled: [], nextDueAt: null };
  const meter = turn.isPaced ? parts.pace.meter(parts.senders.byId(turn.senderId), turn.at) : null;
  const room = Math.min(turn.room, meter?.room ?? turn.room);
  const claimed: ClaimedMessage[] = [];
  const stopped: Outcome[] = [];
  const gateSequence = parts.sqlite.prepare(NEWEST_EVENT).pluck().get();
  const update = parts.sqlite.prepare(CLAIM);
  const { candidates, settled } = dueAfterMoves(parts, scopes, { turn, room, rules });
  const common = {
    at: turn.at,
    sender: parts.senders.byId(turn.senderId),
    prices: parts.prices.book(), // asked once: looking whether the cards changed takes longer than deciding
    standing: onceEach(parts.templates.standing),
  };
  const waiting = new Set<TemplateId | null>();
  for (const candidate of candidates) {
    const { id, contactId, templateId } = candidate;
    if (waiting.has(templateId)) continue; // it was put off with the first of them
    const windows = windowsOf(parts.sqlite, contactId, turn.senderId);
    const decision = rules.claim(claimFacts(parts, common, { candidate, windows }));
    const heldUntil = decision.kind === 'wait' ? decision.until : (meter?.heldUntil(templateId) ?? null);
    if (decision.kind !== 'claim' && decision.kind !== 'wait') {
      stopped.push(toStop(candidate, decision, turn.at));
    } else if (heldUntil !== null) {
      parts.sqlite.prepare(DEFER_TEMPLATE).run(heldUntil, turn.senderId, turn.at, templateId);
      waiting.add(templateId);
    } else {
      const deferredTo = meter?.take(contactId) ?? null;
      if (deferredTo !== null) {
        parts.sqlite.prepare(DEFER).run(deferredTo, id);
        continue;
      }
      const { inboundAt, freeEntryUntil } = windows;
      const { changes } = update.run(turn.workerId, gateSequence, inboundAt, freeEntryUntil, turn.at, turn.at, id);
      assert(changes === 1, 'a candidate is claimed once');
      claimed.push(toClaimed(parts, turn, { candidate, windows }));
    }
  }
  // Claiming takes time, in a fresh process much: what begins after it is counted then, not before.
  const allowedAt = meter?.commit(turn.now()) ?? turn.at;
  // As many as were asked for: more may be due. Only where they were fewer is the outbox asked, which looks at all that wait for later.
  const dueAt = candidates.length < room ? scopes.nextDueAt(turn) : turn.at;
  return { claimed, stopped, settled, nextDueAt: dueAt === null ? null : toInstant(Math.max(dueAt, allowedAt)) };
}

type Asked = { readonly turn: Begun; readonly room: number; readonly rules: TurnRules };

type Due = { readonly candidates: readonly Candidate[]; readonly settled: readonly Settlement[] };

// What was on its way when its template moved to another category could not follow then: it does when it is its turn again.
function dueAfterMoves({ templates, repricer }: OutboxParts, scopes: ScopeQueries, { turn, room, rules }: Asked): Due {
  const candidates = scopes.due(turn, room);
  const versions = new Set(candidates.flatMap(({ templateId }) => (templateId === null ? [] : [templateId])));
  const moved = [...versions].flatMap((id) => templates.movedTo(id) ?? []);
  const settled = moved.flatMap((version) => repricer.follow(version, turn.at, rules).settled);
  return { candidates: moved.length === 0 ? candidates : scopes.due(turn, room), settled };
}

const NONE: readonly never[] = [];

type CommonFacts = Pick<ClaimFacts, 'at' | 'sender' | 'prices'> & { readonly standing: (id: TemplateId) => TemplateStanding };

type InWindows = { readonly candidate: Candidate; readonly windows: Windows };

function claimFacts(
  { sqlite, flags }: OutboxParts,
  { at, sender, prices, standing }: CommonFacts,
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
    template: candidate.content === null ? 'gone' : candidate.templateId === null ? 'usable' : standing(candidate.templateId),
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

function toStop(candidate: Candidate, decision: Exclude<ClaimDecision, { kind: 'claim' | 'wait' }>, at: Instant): Outcome {
  return toOutcome({
    messageId: candidate.id,
    kind: decision.kind === 'expire' ? 'expired' : 'cancelled',
    at,
    error: decision.kind === 'expire' ? null : { code: decision.reason, title: '' },
  });
}
