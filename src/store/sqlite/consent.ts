// Recording consent on SQLite: events and blocks, and in the same transaction the end of every queued message that they stand against.

import { type Category, type ConsentEvent, type ConsentFlag, EVERYWHERE } from '../../domain/consent.ts';
import { instantAfter, isStop, stopOf } from '../../domain/consent-change.ts';
import { assert, fail } from '../../errors.ts';
import type { ConsentWrite, ConsentWritten, DirectoryStore } from '../../ports/store/directory.ts';
import type { DecideSettlements } from '../../ports/store/settle.ts';
import type { Outcome } from '../../ports/transport.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { AccountId, ContactId, MessageId, SenderId } from '../../values/id.ts';
import { sumsByCurrency } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import { type ConsentEventRow, toConsentEvent } from '../rows.ts';
import { findContact, insertContact } from './contacts.ts';
import type { Sqlite } from './database.ts';
import { keptFlagsOf, recordEvents } from './flags.ts';
import type { Settler } from './settle.ts';

type ConsentParts = { readonly sqlite: Sqlite; readonly settler: Settler };

const OPEN_MESSAGES = /* sql */ `
  SELECT m.id, m.sender_id, m.category, m.template_id IS NULL, m.state, w.last_inbound_at
  FROM message m
  LEFT JOIN service_window w ON w.contact_id = m.contact_id AND w.sender_id = m.sender_id
  WHERE m.contact_id = ? AND m.state IN ('queued', 'scheduled', 'sending')`;

const HISTORY = /* sql */ `
  SELECT e.sequence, e.contact_id, e.scope, e.subject, e.kind, e.at, e.recorded_at, e.actor, p.source, p.evidence
  FROM consent_event e
  LEFT JOIN consent_evidence p ON p.sequence = e.sequence
  WHERE e.contact_id = ?
  ORDER BY e.sequence`;

const PUT_INBOUND = /* sql */ `
  INSERT INTO service_window (contact_id, sender_id, last_inbound_at)
  VALUES (?, ?, ?)
  ON CONFLICT (contact_id, sender_id) DO UPDATE SET
    last_inbound_at = max(last_inbound_at, excluded.last_inbound_at)`;

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
      sqlite.read((): ConsentEvent[] => (sqlite.prepare(HISTORY).all(contactId) as ConsentEventRow[]).map(toConsentEvent)),
    recordInbound: async ({ senderId, messages }) => {
      assert(messages.length <= BATCH_MAX, `at most ${BATCH_MAX} messages in a batch`);
      sqlite.write(() => {
        const put = sqlite.prepare(PUT_INBOUND);
        for (const { contactId, at } of messages) put.run(contactId, senderId, at);
      });
    },
  };
}

type Recorded = {
  readonly contactId: ContactId;
  readonly phone: Phone | null;
  readonly flags: readonly ConsentFlag[];
  readonly cancellations: readonly Outcome[];
  readonly inFlight: readonly MessageId[];
};

type Write = { readonly accountId: AccountId; readonly write: ConsentWrite; readonly at: Instant };

function record(sqlite: Sqlite, { accountId, write, at }: Write): Recorded {
  const { contactId, phone } = findOrAdd(sqlite, { accountId, write, at });
  const before = keptFlagsOf(sqlite, contactId);
  const events = write.events.map((event) => ({ ...event, at: event.at ?? instantAfter(before, event, at) }));
  const { flags } = recordEvents(sqlite, { contactId, flags: before, events, recordedAt: at });
  const stopped = write.events.some(({ kind }) => isStop(kind)) ? stoppedMessages(sqlite, contactId, flags) : [];
  const scopes = new Set([EVERYWHERE, ...write.events.map(({ scope }) => scope)]);
  return {
    contactId,
    phone,
    flags: flags.filter((flag) => scopes.has(flag.scope)).map(({ scope, subject, kind, at }) => ({ scope, subject, kind, at })),
    cancellations: stopped.filter(({ state }) => state !== 'sending').map((message) => toCancellation(message, at)),
    inFlight: stopped.filter(({ state }) => state === 'sending').map(({ id }) => id),
  };
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

type StoppedMessage = {
  readonly id: MessageId;
  readonly state: 'queued' | 'scheduled' | 'sending';
  readonly reason: 'blocked' | 'opted_out';
};
type OpenRow = readonly [MessageId, SenderId, Category, number, StoppedMessage['state'], Instant | null];

/** The messages of a person that have not left yet and that a stop stands against. */
function stoppedMessages(sqlite: Sqlite, contactId: ContactId, flags: readonly ConsentFlag[]): readonly StoppedMessage[] {
  const rows = sqlite.prepare(OPEN_MESSAGES).raw().all(contactId) as OpenRow[];
  return rows.flatMap(([id, senderId, category, isFreeForm, state, lastInboundAt]) => {
    const reason = stopOf(flags, { senderId, category, freeForm: isFreeForm === 1, lastInboundAt });
    return reason === null ? [] : [{ id, state, reason }];
  });
}

function toCancellation({ id, reason }: StoppedMessage, at: Instant): Outcome {
  return {
    messageId: id,
    attempt: null,
    kind: 'cancelled',
    at,
    providerId: null,
    error: { code: reason, title: '' },
    pricing: null,
    retryAt: null,
  };
}

type Cancelling = { readonly at: Instant; readonly decide: DecideSettlements };

function cancelStopped(settler: Settler, recorded: readonly Recorded[], { at, decide }: Cancelling): readonly ConsentWritten[] {
  const outcomes = recorded.flatMap(({ cancellations }) => cancellations);
  const settlements = outcomes.length === 0 ? [] : settler.apply(outcomes, at, decide);
  let next = 0;
  return recorded.map(({ contactId, phone, flags, cancellations, inFlight }) => {
    const own = settlements.slice(next, next + cancellations.length);
    next += cancellations.length;
    const cancelled = own.filter(({ from, to }) => from !== to);
    const released = sumsByCurrency(cancelled.map(({ currency, closed }) => ({ currency, amount: closed })));
    return { contactId, phone, flags, cancelled: cancelled.map(({ messageId }) => messageId), released, inFlight };
  });
}
