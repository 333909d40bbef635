// Quiet hours on SQLite: the rules of a sender, and the zone that is written of a person.

import { TIME_ZONE_ATTRIBUTE } from '../../domain/contact.ts';
import { createQuietHours, type QuietCategory, type QuietHours, type QuietRule } from '../../domain/quiet-hours.ts';
import type { DirectoryStore } from '../../ports/store/directory.ts';
import type { ContactId, SenderId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

export type QuietStore = {
  readonly store: Pick<DirectoryStore, 'putQuietRule' | 'listQuietRules' | 'removeQuietRule'>;
  /** The quiet hours of a sender as they stand, for one batch. Call it inside `write` or `read`. */
  readonly of: (senderId: SenderId) => QuietHours;
  readonly timeZoneOf: (contactId: ContactId) => string | null;
};

/** The zone that is written of the contact `c`. */
export const TIME_ZONE = `c.attributes ->> '$.${TIME_ZONE_ATTRIBUTE}'`;

const OF_CONTACT = /* sql */ `SELECT ${TIME_ZONE} FROM contact c WHERE c.id = ?`;

const RULES = /* sql */ `
  SELECT category, country, hours, mode, set_at FROM quiet_hours WHERE sender_id = ? ORDER BY category, country`;

const PUT = /* sql */ `
  INSERT INTO quiet_hours (sender_id, category, country, hours, mode, set_at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (sender_id, category, country) DO UPDATE SET hours = excluded.hours, mode = excluded.mode, set_at = excluded.set_at`;

const REMOVE = /* sql */ `DELETE FROM quiet_hours WHERE sender_id = ? AND category = ? AND country = ?`;

type RuleRow = readonly [QuietCategory, string, string, 'quiet' | 'allowed', Instant];

/** The quiet hours of one connection. */
export function createQuietStore(sqlite: Sqlite): QuietStore {
  const list = (senderId: SenderId): readonly QuietRule[] =>
    (sqlite.prepare(RULES).raw().all(senderId) as readonly RuleRow[]).map(([category, country, hours, mode, setAt]) => ({
      senderId,
      category,
      country: country === '' ? null : country,
      hours,
      areAllowed: mode === 'allowed',
      setAt,
    }));

  const put = (rule: QuietRule): 'added' | 'updated' | 'unchanged' => {
    const { senderId, category, country, hours, areAllowed, setAt } = rule;
    const known = list(senderId).find((other) => other.category === category && other.country === country);
    if (known?.hours === hours && known.areAllowed === areAllowed) return 'unchanged';
    sqlite.prepare(PUT).run(senderId, category, country ?? '', hours, areAllowed ? 'allowed' : 'quiet', setAt);
    return known === undefined ? 'added' : 'updated';
  };

  return {
    store: {
      putQuietRule: async (rule) => sqlite.write(() => put(rule)),
      listQuietRules: async (senderId) => sqlite.read(() => list(senderId)),
      removeQuietRule: async ({ senderId, category, country }) =>
        sqlite.write(() => sqlite.prepare(REMOVE).run(senderId, category, country ?? '').changes === 1),
    },
    of: (senderId) => createQuietHours(list(senderId)),
    timeZoneOf: (contactId) => (sqlite.prepare(OF_CONTACT).pluck().get(contactId) as string | null | undefined) ?? null,
  };
}
