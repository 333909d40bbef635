// A person's decision about an unknown outcome on SQLite: settled like any outcome, and kept with who decided and why.

import type { EventKind, MessageState } from '../../domain/message.ts';
import { type AppError, assert, fail } from '../../errors.ts';
import type { SettleStore } from '../../ports/store/settle.ts';
import type { MessageId } from '../../values/id.ts';
import type { Sqlite } from './database.ts';
import type { Settler } from './settle.ts';

const DECIDABLE: ReadonlySet<EventKind> = new Set(['accepted', 'delivered', 'failed', 'expired']);

const STATE = /* sql */ `SELECT state FROM message WHERE id = ?`;

const INSERT = /* sql */ `
  INSERT INTO resolution (message_id, attempt, outcome, decided_by, reason, at)
  SELECT id, attempt, ?, ?, ?, ? FROM message WHERE id = ?`;

/** Resolving, on one connection. */
export function createResolve({ sqlite, settler }: { readonly sqlite: Sqlite; readonly settler: Settler }): SettleStore['resolve'] {
  return async ({ outcome, by, reason, at }, decide) => {
    assert(DECIDABLE.has(outcome.kind), `nobody can decide that a message was ${outcome.kind}`);
    return sqlite.write(() => {
      const id = outcome.messageId;
      const state = sqlite.prepare(STATE).pluck().get(id) as MessageState | undefined;
      if (state !== 'unknown') throw state === undefined ? unknownMessage(id) : notResolvable(id, state);
      sqlite.prepare(INSERT).run(outcome.kind, by, reason, at, id);
      const [settlement] = settler.apply([outcome], at, decide);
      assert(settlement !== undefined && settlement.from !== settlement.to, 'what can be decided ends the unknown state');
      return settlement;
    });
  };
}

function unknownMessage(id: MessageId): AppError {
  return fail('unknown_message', {
    message: `The store has no message ${id}.`,
    hint: 'List them: tollbell message list --state unknown',
    details: { id },
  });
}

function notResolvable(id: MessageId, status: MessageState): AppError {
  return fail('not_resolvable', {
    message: `The message ${id} is ${status}: its outcome is not unknown.`,
    hint: 'See what is known of it: tollbell message show',
    details: { id, status },
  });
}
