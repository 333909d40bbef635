// Whom a request names, on SQLite: the person, every flag that could stop the message, and the windows where somebody asks for them. One look-up each.

import type { ConsentFlag, ConsentKind, ConsentScope, ConsentSubject } from '../../domain/consent.ts';
import { otherWriting } from '../../domain/wa-id.ts';
import type { AddresseeFacts, AdmitBatch, AdmitRequest } from '../../ports/store/admit.ts';
import type { ContactId } from '../../values/id.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { onceEach } from './once-each.ts';
import { TIME_ZONE } from './quiet.ts';
import type { ReachKeeper } from './reach.ts';
import type { SenderStore } from './senders.ts';

type AddresseeParts = { readonly sqlite: Sqlite; readonly senders: SenderStore; readonly reach: Pick<ReachKeeper, 'newcomers'> };

const NO_WINDOWS = { windows: 'NULL, NULL', join: '' };
const WINDOWS = {
  windows: 'w.last_inbound_at, w.free_entry_until',
  join: 'LEFT JOIN service_window w ON w.contact_id = c.id AND w.sender_id = ?',
};

const PLAIN = { without: statements(NO_WINDOWS, 'NULL'), with: statements(WINDOWS, 'NULL') };
const ZONED = { without: statements(NO_WINDOWS, TIME_ZONE), with: statements(WINDOWS, TIME_ZONE) };

function statements({ windows, join }: typeof WINDOWS, zone: string) {
  const sql = /* sql */ `
    SELECT c.id, c.phone, c.user_id, c.language, c.undeliverable_at, f.subject, f.scope, f.kind, f.at, ${windows}, ${zone}
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
  string | null,
];

/** `asksForZone`: where somebody is plays a part, and would cost the others reading their attributes. */
type AskingBatch = Pick<AdmitBatch, 'senderId' | 'template' | 'mode' | 'at'> & { readonly asksForZone: boolean };

/** Tells what the store knows of the person whom a request of the batch names; null where it knows nobody. For one transaction. */
export function createAddresseeReader(
  { sqlite, senders, reach }: AddresseeParts,
  { senderId, template, mode, at, asksForZone }: AskingBatch,
): (request: AdmitRequest) => AddresseeFacts | null {
  const { accountId, transport } = senders.byId(senderId);
  // Only free-form messages, and estimates, ask for the windows.
  const asksForWindows = template === null || mode === 'preview';
  const sql = (asksForZone ? ZONED : PLAIN)[asksForWindows ? 'with' : 'without'];
  const statementOf = onceEach((statement: string) => sqlite.prepare(statement).raw());
  const find = (statement: string, name: string): readonly AddresseeRow[] => {
    const prepared = statementOf(statement);
    const rows = asksForWindows ? prepared.all(senderId, senderId, accountId, name) : prepared.all(senderId, accountId, name);
    return rows as readonly AddresseeRow[];
  };
  const isNew: IsNew = mode === 'preview' && transport !== 'sandbox' ? reach.newcomers(accountId, at) : () => false;
  return ({ to }) => {
    if ('userId' in to) return toFacts(find(sql.byUserId, to.userId), isNew);
    if ('contactId' in to) return toFacts(find(sql.byId, to.contactId), isNew);
    const written = find(sql.byPhone, to.phone);
    const other = written.length === 0 ? otherWriting(to.phone) : null;
    return toFacts(other === null ? written : find(sql.byPhone, other), isNew);
  };
}

type IsNew = ReturnType<ReachKeeper['newcomers']>;

// By place, and nothing is copied: this is asked for every row of a file.
function toFacts(rows: readonly AddresseeRow[], isNew: IsNew): AddresseeFacts | null {
  const first = rows[0];
  if (first === undefined) return null;
  const flags: ConsentFlag[] = [];
  for (const row of rows) if (row[5] !== null) flags.push({ subject: row[5], scope: row[6], kind: row[7], at: row[8] } as ConsentFlag);
  return {
    contactId: first[0],
    phone: first[1],
    userId: first[2],
    language: first[3],
    flags,
    lastInboundAt: first[9],
    freeEntryUntil: first[10],
    undeliverable: first[4] !== null,
    isNewcomer: isNew({ contactId: first[0], inboundAt: first[9] }),
    timeZone: first[11],
  };
}
