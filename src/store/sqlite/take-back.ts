// The claims of one dead worker: taken back in one transaction, by what its journal says of each.

import { silenceEnd } from '../../domain/message.ts';
import { deliveryTtlMs } from '../../domain/template-ttl.ts';
import type { RecoverRules, Recovery } from '../../ports/store/outbox.ts';
import type { MessageId, TemplateId, WorkerId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Journals } from '../journal.ts';
import type { Sqlite } from './database.ts';
import type { Settler } from './settle.ts';
import type { TemplateStore } from './templates.ts';

type Claim = {
  readonly id: MessageId;
  readonly attempt: number;
  readonly uncounted: number;
  readonly transport: string;
  readonly templateId: TemplateId | null;
};

const CLAIMS_OF = /* sql */ `
  SELECT m.id, m.attempt, m.uncounted, s.transport, m.template_id AS templateId
  FROM message m JOIN sender s ON s.id = m.sender_id
  WHERE m.state = 'sending' AND m.worker_id = ?`;

const TO_QUEUE = /* sql */ `
  UPDATE message SET state = 'queued', reason = NULL, uncounted = uncounted + 1, worker_id = NULL, changed_at = ?
  WHERE id = ? AND state = 'sending'`;

const TO_UNKNOWN = /* sql */ `
  UPDATE message SET state = 'unknown', reason = 'process_died', expires_at = ?, worker_id = NULL, changed_at = ?
  WHERE id = ? AND state = 'sending'`;

/** The messages that a worker has in flight. */
export function createInFlight(sqlite: Sqlite): (workerId: WorkerId) => readonly MessageId[] {
  return (workerId) => sqlite.query(() => claimsOf(sqlite, workerId)).map(({ id }) => id);
}

function claimsOf(sqlite: Sqlite, workerId: WorkerId): readonly Claim[] {
  return sqlite.prepare(CLAIMS_OF).all(workerId) as readonly Claim[];
}

type Parts = { readonly sqlite: Sqlite; readonly settler: Settler; readonly templates: TemplateStore; readonly journals: Journals };
type Dead = { readonly workerId: WorkerId; readonly diedWithProcess: readonly string[]; readonly at: Instant };

/** Takes back what the worker had in flight. Its journal is removed after the commit: who repeats this finds no claims, or all of it. */
export function takeBack(
  { sqlite, settler, templates, journals }: Parts,
  { workerId, diedWithProcess, at }: Dead,
  rules: RecoverRules,
): readonly Recovery[] {
  const recoveries = sqlite.write(() => {
    const journal = journals.read(workerId);
    return claimsOf(sqlite, workerId).map((claim): Recovery => {
      const { id, templateId } = claim;
      const answer = journal?.answerTo(claim) ?? null;
      if (answer !== null) {
        const settled = settler.apply(rules.outcomes(claim, answer), at, rules.settle);
        return { messageId: id, to: settled.at(-1)?.to ?? 'unknown' };
      }
      if (diedWithProcess.includes(claim.transport) || journal?.mayHaveLeft(claim) === false) {
        sqlite.prepare(TO_QUEUE).run(at, id);
        return { messageId: id, to: 'queued' };
      }
      const ttlMs = deliveryTtlMs(templateId === null ? null : templates.byId(templateId));
      sqlite.prepare(TO_UNKNOWN).run(silenceEnd(at, ttlMs), at, id);
      return { messageId: id, to: 'unknown' };
    });
  });
  journals.remove(workerId);
  return recoveries;
}
