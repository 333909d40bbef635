// Whom a request names, on SQLite: the person, every flag that could stop the message, and the windows where somebody asks for them. One look-up each.

import type { ConsentFlag, ConsentKind, ConsentScope, ConsentSubject } from '../../domain/consent.ts';
import { otherWriting } from '../../domain/wa-id.ts';
import type { AddresseeFacts, AdmitBatch, AdmitRequest } from '../../ports/store/admit.ts';
import type { ContactId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import type { ReachKeeper } from './reach.ts';
import type { SenderStore } from './senders.ts';

type AddresseeParts = { readonly sqlite: Sqlite; readonly senders: SenderStore; readonly reach: Pick<ReachKeeper, 'isNew'> };

const PLAIN = statements({ columns: 'NULL, NULL', join: '' });
const WITH_WINDOWS = statements({
  columns: 'w.last_inbound_at, w.free_entry_until',
  join: 'LEFT JOIN service_window w ON w.contact_id = c.id AND w.sender_id = ?',
});

function statements({ columns, join }: { readonly columns: string; readonly join: string }) {
  const sql = /* sql */ `
    SELECT c.id, c.phone, c.user_id, c.language, c.undeliverable_at, f.subject, f.scope, f.kind, f.at, ${columns}
    FROM contact c
    LEFT JOIN consent_flag f ON f.contact_id = c.id AND (f.scope = ? OR f.scope = '*')
    ${join}
    WHERE c.account_id = ? AND`;
  return {
    byPhone: `${sql} c.phone = ?`,
    byUserId: `${sql} c.user_id = ?`,
    // Whoever became one with somebody else is that person now.
    byId: `${sql} c.id = (SELECT ifnull(merged_into, id) FROM contact WHERE id = ?)`,
  };
}

type AddresseeRow = readonly [
  ContactId,
  Phone | null,
  string | null,
  string | null,
  number | null,
  ConsentSubject | null,
  ConsentScope | null,
  ConsentKind | null,
  number | null,
  Instant | null,
  Instant | null,
];

/** What the store knows of the person whom a request of the batch names; null where it knows nobody. */
export function addresseeOf({ sqlite, senders, reach }: AddresseeParts, batch: AdmitBatch, { to }: AdmitRequest): AddresseeFacts | null {
  const { senderId } = batch;
  const { accountId, transport } = senders.byId(senderId);
  // Only free-form messages, and estimates, ask for the windows.
  const asksForWindows = batch.template === null || batch.mode === 'preview';
  const sql = asksForWindows ? WITH_WINDOWS : PLAIN;
  const [statement, name] = 'phone' in to ? [sql.byPhone, to.phone] : 'userId' in to ? [sql.byUserId, to.userId] : [sql.byId, to.contactId];
  const ofSender = asksForWindows ? [senderId, senderId] : [senderId];
  const find = (who: string): readonly AddresseeRow[] =>
    sqlite
      .prepare(statement)
      .raw()
      .all(...ofSender, accountId, who) as readonly AddresseeRow[];
  const written = find(name);
  const other = written.length === 0 && 'phone' in to ? otherWriting(to.phone) : null;
  const rows = other === null ? written : find(other);
  const [first] = rows;
  if (first === undefined) return null;
  const [contactId, phone, userId, language, undeliverableAt, , , , , inboundAt, freeEntryUntil] = first;
  return {
    contactId,
    phone,
    userId,
    language,
    flags: rows.flatMap(toFlag),
    lastInboundAt: inboundAt,
    freeEntryUntil,
    undeliverable: undeliverableAt !== null,
    isNewcomer: batch.mode === 'preview' && transport !== 'sandbox' && reach.isNew(accountId, { contactId, inboundAt }, batch.at),
  };
}

function toFlag([, , , , , subject, scope, kind, at]: AddresseeRow): readonly ConsentFlag[] {
  return subject === null ? [] : [{ subject, scope, kind, at } as ConsentFlag];
}
