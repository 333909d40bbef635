// What a corruption is: what it does to a store, and what the audit must say of it: the checks that fail, all of them, and the sentence.

import type { Database } from 'better-sqlite3';

export type Corruption = {
  readonly name: string;
  /** SQL that does the damage, or what does. Triggers are out of the way, foreign keys and checks off. */
  readonly damage: string | ((db: Database, path: string) => void);
  readonly checks: readonly string[];
  readonly says: string;
};

/** The message that was sent first to somebody whose number ends so; of a category where one is named, as ids of one millisecond are in no order. */
export const of = (ending: string, state: string, category = '%'): string =>
  `(SELECT MIN(m.id) FROM message m JOIN contact c ON c.id = m.contact_id
    WHERE c.phone LIKE '%${ending}' AND m.state = '${state}' AND m.category LIKE '${category}')`;

export const READ = of('0000', 'read', 'utility');
export const QUEUED = "(SELECT MIN(id) FROM message WHERE state = 'queued' AND category <> 'marketing')";
export const CANCELLED = of('1111', 'cancelled');
