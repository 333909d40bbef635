// A person's word on an outcome that nobody knows. Whatever the provider tells later wins.

import type { EventKind } from '../domain/message.ts';
import { toOutcome } from '../domain/outcome.ts';
import { assert } from '../errors.ts';
import type { Settlement, SettleStore } from '../ports/store/settle.ts';
import type { MessageId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';
import { decideSettlements } from './settle.ts';

/** What a person can say: it never left, the provider has it, it arrived, or it did not. */
export const RESOLUTIONS = ['not_sent', 'accepted', 'delivered', 'failed'] as const;
export type ResolutionKind = (typeof RESOLUTIONS)[number];

const DECIDED_BY_A_PERSON: ReadonlySet<string | null> = new Set(['not_sent', 'resolved']);

/** True for the reason of a state that stands on a person's word: the provider was never heard on it. */
export function isDecidedByPerson(reason: string | null): boolean {
  return DECIDED_BY_A_PERSON.has(reason);
}

/** What the person said, from the outcome that is kept of it. */
export function resolutionOf(outcome: EventKind): ResolutionKind {
  const said = RESOLUTIONS.find((kind) => kindOf(kind) === outcome);
  assert(said !== undefined, 'what is kept of a decision was decided');
  return said;
}

function kindOf(as: ResolutionKind): EventKind {
  return as === 'not_sent' ? 'expired' : as;
}

export type Resolution = {
  readonly id: MessageId;
  readonly as: ResolutionKind;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
};

/** Settles the message, and keeps who decided and why. Throws `unknown_message`, and `not_resolvable` where the outcome is known, also since a moment ago. */
export async function resolveMessage(store: Pick<SettleStore, 'resolve'>, { id, as, by, reason, at }: Resolution): Promise<Settlement> {
  const code = as === 'not_sent' ? 'not_sent' : 'resolved';
  return store.resolve(
    { outcome: toOutcome({ messageId: id, kind: kindOf(as), at, error: { code, title: reason } }), by, reason, at },
    decideSettlements,
  );
}
