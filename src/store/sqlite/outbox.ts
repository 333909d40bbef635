// The outbox on SQLite: settle and claim in one commit, and take back what dead processes left.

import { assert } from '../../errors.ts';
import { silenceEnd } from '../../domain/message.ts';
import { isWindowOpen } from '../../domain/window.ts';
import {
  type ClaimDecision,
  type ClaimedMessage,
  type DecideClaim,
  OUTCOMES_MAX,
  type OutboxStore,
  type Recovery,
  type Turn,
  type TurnResult,
} from '../../ports/store/outbox.ts';
import type { Outcome } from '../../ports/transport.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { MessageId, WorkerId } from '../../values/id.ts';
import { toMicros } from '../../values/money.ts';
import type { Instant } from '../../values/time.ts';
import { lastInboundAt } from './admit.ts';
import type { FlagReader } from './contacts.ts';
import type { Sqlite } from './database.ts';
import type { Liveness } from './liveness.ts';
import { type Candidate, createScopeQueries, type ScopeQueries } from './outbox-scope.ts';
import type { PriceStore } from './prices.ts';
import type { SenderStore } from './senders.ts';
import type { Settler } from './settle.ts';
import type { TemplateStore } from './templates.ts';

type OutboxParts = {
  readonly sqlite: Sqlite;
  readonly settler: Settler;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
  readonly templates: TemplateStore;
  readonly flags: FlagReader;
  readonly liveness: Liveness;
};

const CLAIM = /* sql */ `
  UPDATE message SET state = 'sending', attempt = attempt + 1, worker_id = ?, gate_sequence = ?, changed_at = ?
  WHERE id = ? AND state = 'queued'`;

const NEWEST_EVENT = /* sql */ `SELECT ifnull(MAX(sequence), 0) FROM consent_event`;

const WORKERS_IN_FLIGHT = /* sql */ `SELECT DISTINCT worker_id FROM message WHERE state = 'sending'`;

const CLAIMS_OF = /* sql */ `
  SELECT m.id, s.transport FROM message m JOIN sender s ON s.id = m.sender_id WHERE m.state = 'sending' AND m.worker_id = ?`;

const TAKE_BACK = /* sql */ `
  UPDATE message SET state = ?, reason = ?, expires_at = ifnull(?, expires_at), worker_id = NULL, changed_at = ?
  WHERE id = ? AND state = 'sending'`;

const SILENT = /* sql */ `
  SELECT id FROM message WHERE state IN ('accepted', 'sent', 'unknown') AND expires_at <= ? ORDER BY expires_at LIMIT ${BATCH_MAX}`;

/** The outbox slice of the port. */
export function createOutboxStore(parts: OutboxParts): OutboxStore {
  const { sqlite, settler, liveness } = parts;
  const scopes = createScopeQueries(sqlite);
  return {
    turn: async (turn, rules) => {
      assert(turn.outcomes.length <= OUTCOMES_MAX && turn.room <= BATCH_MAX, 'a turn has a bounded size');
      if (turn.room > 0) liveness.hold(turn.workerId); // before the claim is visible to those who look for the dead
      return sqlite.write((): TurnResult => {
        const settled = settler.apply(turn.outcomes, turn.at, rules.settle);
        const { claimed, stopped } = claim(parts, scopes, turn, rules.claim);
        return {
          settled: [...settled, ...settler.apply(stopped, turn.at, rules.settle)],
          claimed,
          nextDueAt: claimed.length > 0 ? null : scopes.nextDueAt(turn),
        };
      });
    },
    recover: async ({ diedWithProcess, at }) => {
      const workers = sqlite.query(() => sqlite.prepare(WORKERS_IN_FLIGHT).pluck().all()) as readonly WorkerId[];
      const recoveries: Recovery[] = [];
      for (const workerId of workers) {
        liveness.ifDead(workerId, () => recoveries.push(...takeBack(sqlite, { workerId, diedWithProcess, at })));
      }
      return recoveries;
    },
    silent: async (at) => sqlite.query(() => sqlite.prepare(SILENT).pluck().all(at)) as readonly MessageId[],
  };
}

type Claims = { readonly claimed: ClaimedMessage[]; readonly stopped: Outcome[] };

// What the gate stops leaves its room empty until the next turn.
function claim(parts: OutboxParts, scopes: ScopeQueries, turn: Turn, decide: DecideClaim): Claims {
  const claims: Claims = { claimed: [], stopped: [] };
  if (turn.room === 0) return claims;
  const gateSequence = parts.sqlite.prepare(NEWEST_EVENT).pluck().get();
  const update = parts.sqlite.prepare(CLAIM);
  for (const candidate of scopes.due(turn)) {
    const decision = decide(claimFacts(parts, turn, candidate));
    if (decision.kind === 'claim') {
      const { changes } = update.run(turn.workerId, gateSequence, turn.at, candidate.id);
      assert(changes === 1, 'a candidate is claimed once');
      claims.claimed.push(toClaimed(parts, candidate));
    } else {
      claims.stopped.push(toStop(candidate, decision, turn.at));
    }
  }
  return claims;
}

function claimFacts(
  { sqlite, senders, prices, templates, flags }: OutboxParts,
  turn: Turn,
  candidate: Candidate,
): Parameters<DecideClaim>[0] {
  const freeForm = candidate.templateId === null;
  const inboundAt = freeForm ? lastInboundAt(sqlite, candidate.contactId, turn.senderId) : null;
  return {
    at: turn.at,
    expiresAt: candidate.expiresAt,
    sender: senders.byId(turn.senderId),
    phone: candidate.phone,
    held: toMicros(BigInt(candidate.held)),
    prices: prices.book(),
    templateCurrent: candidate.content !== null && (candidate.templateId === null || templates.isCurrent(candidate.templateId)),
    gate: {
      flags: flags.flagsOf(candidate.contactId, turn.senderId),
      category: candidate.category,
      freeForm,
      windowOpen: isWindowOpen(inboundAt, turn.at),
      lastInboundAt: inboundAt,
    },
  };
}

function toClaimed({ templates }: OutboxParts, candidate: Candidate): ClaimedMessage {
  const template = candidate.templateId === null ? null : templates.byId(candidate.templateId);
  const content = candidate.content ?? '';
  return {
    id: candidate.id,
    attempt: candidate.attempt + 1,
    contactId: candidate.contactId,
    phone: candidate.phone,
    userId: candidate.userId,
    template,
    parameters: template === null ? {} : (JSON.parse(content) as Record<string, string>),
    text: template === null ? content : null,
    runId: candidate.runId,
  };
}

function toStop(candidate: Candidate, decision: Exclude<ClaimDecision, { kind: 'claim' }>, at: Instant): Outcome {
  return {
    messageId: candidate.id,
    attempt: null,
    kind: decision.kind === 'expire' ? 'expired' : 'cancelled',
    at,
    providerId: null,
    error: decision.kind === 'expire' ? null : { code: decision.reason, title: '' },
    pricing: null,
    retryAt: null,
  };
}

function takeBack(
  sqlite: Sqlite,
  dead: { readonly workerId: WorkerId; readonly diedWithProcess: readonly string[]; readonly at: Instant },
): readonly Recovery[] {
  return sqlite.write(() => {
    const claims = sqlite.prepare(CLAIMS_OF).raw().all(dead.workerId) as readonly (readonly [MessageId, string])[];
    return claims.map(([messageId, transport]): Recovery => {
      const to = dead.diedWithProcess.includes(transport) ? 'queued' : 'unknown';
      const isUnknown = to === 'unknown';
      sqlite.prepare(TAKE_BACK).run(to, isUnknown ? 'process_died' : null, isUnknown ? silenceEnd(dead.at) : null, dead.at, messageId);
      return { messageId, to };
    });
  });
}
