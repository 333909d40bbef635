// Recording consent on SQLite: events and blocks, and in the same transaction the end of every queued message that they stand against.

import { type ConsentEvent, type ConsentFlag, EVERYWHERE } from '../../domain/consent.ts';
import { instantAfter } from '../../domain/consent-change.ts';
import { assert, fail } from '../../errors.ts';
import type { ConsentWrite, ConsentWritten, DirectoryStore } from '../../ports/store/directory.ts';
import type { DecideSettlements } from '../../ports/store/settle.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { AccountId, ContactId } from '../../values/id.ts';
import { sumsByCurrency } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import { type ConsentEventRow, toConsentEvent } from '../rows.ts';
import { findContact, insertContact } from './contacts.ts';
import type { Sqlite } from './database.ts';
import { keptFlagsOf } from './flags.ts';
import { openWindow } from './inbound-windows.ts';
import type { Settler } from './settle.ts';
import { recordAndStop, type Stopped } from './stops.ts';

type ConsentParts = { readonly sqlite: Sqlite; readonly settler: Settler };

const HISTORY = /* sql */ `
  SELECT e.sequence, e.contact_id, e.scope, e.subject, e.kind, e.at, e.recorded_at, e.actor, p.source, p.evidence
  FROM consent_event e
  LEFT JOIN consent_evidence p ON p.sequence = e.sequence
  WHERE e.contact_id = @id OR e.contact_id IN (SELECT id FROM contact WHERE merged_into = @id)
  ORDER BY e.sequence`;

// Whoever became one with somebody else is that person now.
const PERSON = /* sql */ `SELECT ifnull(merged_into, id) FROM contact WHERE id = ?`;

type ConsentStore = Pick<DirectoryStore, 'recordConsent' | 'consentHistory' | 'recordInbound'>;

/** The consent slice of the directory. */
export function createConsentStore({ sqlite, settler }: ConsentParts): ConsentStore {
  return {
    recordConsent: async ({ accountId, writes, at }, decide) => {
      assert(writes.length <= BATCH_MAX, `at most ${BATCH_MAX} people in a batch`);
      return sqlite.write(() => {
        const recorded = writes.map((write) => record(sqlite, { accountId, write, at }));
        return cancelStopped(settler, recorded, { at, decide });
      });
    },
    consentHistory: async (contactId) =>
      sqlite.read((): ConsentEvent[] => (sqlite.prepare(HISTORY).all({ id: contactId }) as ConsentEventRow[]).map(toConsentEvent)),
    recordInbound: async ({ senderId, messages }) => {
      assert(messages.length <= BATCH_MAX, `at most ${BATCH_MAX} messages in a batch`);
      sqlite.write(() => {
        for (const { contactId: named, at } of messages) {
          const contactId = sqlite.prepare(PERSON).pluck().get(named) as ContactId;
          openWindow(sqlite, { contactId, senderId, at });
        }
      });
    },
  };
}

type Recorded = {
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly flags: readonly ConsentFlag[];
  readonly stopped: Stopped;
};

type Write = { readonly accountId: AccountId; readonly write: ConsentWrite; readonly at: Instant };

function record(sqlite: Sqlite, { accountId, write, at }: Write): Recorded {
  const { contactId, phone } = findOrAdd(sqlite, { accountId, write, at });
  const before = keptFlagsOf(sqlite, contactId);
  const events = write.events.map((event) => ({ ...event, at: event.at ?? instantAfter(before, event, at) }));
  const { recorded, stopped } = recordAndStop(sqlite, { contactId, events, recordedAt: at });
  const scopes = new Set([EVERYWHERE, ...write.events.map(({ scope }) => scope)]);
  const flags = recorded.flags.filter((flag) => scopes.has(flag.scope));
  return { contactId, phone, flags: flags.map(({ scope, subject, kind, at }) => ({ scope, subject, kind, at })), stopped };
}

function findOrAdd(sqlite: Sqlite, { accountId, write, at }: Write): { readonly contactId: ContactId; readonly phone: Phone | null } {
  const { contactId, who } = write;
  const row = findContact(sqlite, accountId, who);
  if (row !== undefined) return { contactId: row.id, phone: row.phone };
  if ('contactId' in who)
    throw fail('unknown_contact', { message: `The store has no contact ${who.contactId}.`, hint: 'Name the person by number.' });
  const phone = 'phone' in who ? who.phone : null;
  insertContact(sqlite, { id: contactId, accountId, phone, userId: 'userId' in who ? who.userId : null }, at);
  return { contactId, phone };
}

type Cancelling = { readonly at: Instant; readonly decide: DecideSettlements };

function cancelStopped(settler: Settler, recorded: readonly Recorded[], { at, decide }: Cancelling): readonly ConsentWritten[] {
  const outcomes = recorded.flatMap(({ stopped }) => stopped.cancellations);
  const settlements = outcomes.length === 0 ? [] : settler.apply(outcomes, at, decide);
  let next = 0;
  return recorded.map(({ contactId, phone, flags, stopped: { cancellations, inFlight } }) => {
    const own = settlements.slice(next, next + cancellations.length);
    next += cancellations.length;
    const cancelled = own.filter(({ from, to }) => from !== to);
    const released = sumsByCurrency(cancelled.map(({ currency, closed }) => ({ currency, amount: closed })));
    return { contactId, phone, flags, cancelled: cancelled.map(({ messageId }) => messageId), released, inFlight };
  });
}
