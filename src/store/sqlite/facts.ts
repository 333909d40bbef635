// What outcomes tell about people, on SQLite: who stopped marketing in the messenger, whom the provider cannot reach, and whom it reaches again.

import type { Outcome } from '../../domain/outcome.ts';
import type { ContactFact, MessageFacts } from '../../ports/store/settle.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { markReachable, markUndeliverable } from './inbound-windows.ts';
import { forgetReach } from './reach.ts';
import { NOTHING_STOPPED, recordAndStop, type Stopped } from './stops.ts';

/** What one outcome told about the person whom its message was for. */
export type Told = {
  readonly fact: ContactFact;
  readonly message: Pick<MessageFacts, 'id' | 'contactId' | 'sender' | 'windows'>;
  readonly outcome: Outcome;
};

/** Writes a fact down, once, whatever is repeated; says whether it was new and what it stops. Call it inside `write`. */
export function applyFact(
  sqlite: Sqlite,
  { fact, message, outcome }: Told,
  now: Instant,
): { readonly isNew: boolean; readonly stopped: Stopped } {
  const { contactId } = message;
  switch (fact) {
    case 'marketing_stopped':
      return stopMarketing(sqlite, message, outcome, now);
    case 'undeliverable': {
      const isNew = markUndeliverable(sqlite, { contactId, at: outcome.at, now }, outcome.error ?? { code: '', title: '' });
      return { isNew, stopped: NOTHING_STOPPED };
    }
    case 'reachable':
      return { isNew: markReachable(sqlite, { contactId, at: outcome.at, now }), stopped: NOTHING_STOPPED };
    case 'not_reached': {
      const { claimedAt } = message.windows;
      const isNew = claimedAt !== null && forgetReach(sqlite, { accountId: message.sender.accountId, contactId, claimedAt });
      return { isNew, stopped: NOTHING_STOPPED };
    }
  }
}

function stopMarketing(
  sqlite: Sqlite,
  { id, contactId, sender }: Told['message'],
  { at, error, providerId }: Outcome,
  now: Instant,
): { readonly isNew: boolean; readonly stopped: Stopped } {
  const evidence = JSON.stringify({ code: error?.code, title: error?.title, provider_id: providerId, message_id: id });
  const event = {
    scope: sender.id,
    subject: 'messenger',
    kind: 'opt_out',
    at,
    by: 'customer',
    source: `whatsapp ${error?.code ?? ''}`,
    evidence,
  } as const;
  const { recorded, stopped } = recordAndStop(sqlite, { contactId, events: [event], recordedAt: now });
  return { isNew: recorded.isNew, stopped };
}
