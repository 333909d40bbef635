// What a stop ends on SQLite: the messages of a person that have not left yet and that it stands against.

import type { Category, ConsentFlag } from '../../domain/consent.ts';
import { isStop, stopOf } from '../../domain/consent-change.ts';
import { type Outcome, toOutcome } from '../../domain/outcome.ts';
import type { NewConsentEvent } from '../../ports/store/directory.ts';
import type { ContactId, MessageId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { keptFlagsOf, type Recorded, recordEvents } from './flags.ts';

/** The ids of what is open of a contact, which is named in SQL: what waits, by its index; what is on its way, among all that is. */
export function openOf(contactId: '@contactId' | '@from' | 'c.id'): string {
  return /* sql */ `
    SELECT id FROM message WHERE contact_id = ${contactId} AND (state = 'queued' OR state = 'scheduled')
    UNION ALL
    SELECT id FROM message INDEXED BY message_in_flight WHERE state = 'sending' AND contact_id = ${contactId}`;
}

/** What stands stopped: the queued messages, as cancellations to settle, and those that are on their way. */
export type Stopped = { readonly cancellations: readonly Outcome[]; readonly inFlight: readonly MessageId[] };

export const NOTHING_STOPPED: Stopped = { cancellations: [], inFlight: [] };

const OPEN_MESSAGES = /* sql */ `
  SELECT m.id, m.sender_id, m.category, m.template_id IS NULL, m.state, w.last_inbound_at, m.confirms IS NOT NULL
  FROM (${openOf('@contactId')}) o
  JOIN message m ON m.id = o.id
  LEFT JOIN service_window w ON w.contact_id = m.contact_id AND w.sender_id = m.sender_id`;

type OpenRow = readonly [MessageId, SenderId, Category, number, 'queued' | 'scheduled' | 'sending', Instant | null, number];

/** Everything of a person that is open and that a stop among the flags stands against. */
export function stoppedBy(sqlite: Sqlite, contactId: ContactId, flags: readonly ConsentFlag[], at: Instant): Stopped {
  const cancellations: Outcome[] = [];
  const inFlight: MessageId[] = [];
  const rows = sqlite.prepare(OPEN_MESSAGES).raw().all({ contactId }) as OpenRow[];
  for (const [id, senderId, category, freeForm, state, lastInboundAt, confirms] of rows) {
    const message = { senderId, category, freeForm: freeForm === 1, lastInboundAt, confirmsStop: confirms === 1 };
    const reason = stopOf(flags, message);
    if (reason === null) continue;
    if (state === 'sending') inFlight.push(id);
    else cancellations.push(toOutcome({ messageId: id, kind: 'cancelled', at, error: { code: reason, title: '' } }));
  }
  return { cancellations, inFlight };
}

/** What was said by or about one person. */
export type Said = { readonly contactId: ContactId; readonly events: readonly NewConsentEvent[]; readonly recordedAt: Instant };

/** Records events about a person, and says what they stop; the cancellations are the caller's to settle. Call it inside `write`. */
export function recordAndStop(
  sqlite: Sqlite,
  { contactId, events, recordedAt }: Said,
): { readonly recorded: Recorded; readonly stopped: Stopped } {
  const recorded = recordEvents(sqlite, { contactId, flags: keptFlagsOf(sqlite, contactId), events, recordedAt });
  const mayStop = events.some(({ kind }) => isStop(kind));
  return { recorded, stopped: mayStop ? stoppedBy(sqlite, contactId, recorded.flags, recordedAt) : NOTHING_STOPPED };
}
