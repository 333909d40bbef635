// The audit: what must hold in every store, looked at without writing. What each check means stands in the README; how it is asked is the engine's.

import type { Instant } from '../../values/time.ts';

/** What is looked at, in the order in which it is shown. */
export const CHECKS = [
  'charges',
  'holds',
  'states',
  'prices',
  'buckets',
  'counters',
  'budgets',
  'closings',
  'identity',
  'consent',
  'gate',
  'windows',
  'contacts',
  'templates',
  'references',
  'schema',
  'file',
] as const;
export type CheckName = (typeof CHECKS)[number];

/**
 * The looks that an audit is made of, in order: each reads the store once, on one consistent picture of it, and may tell of several checks. The file comes
 * first: where it is damaged, the others may not be able to read.
 */
export const AUDIT_PARTS = [
  'file',
  'schema',
  'references',
  'messages',
  'holdings',
  'claims',
  'entries',
  'corrections',
  'tally',
  'closings',
  'cards',
  'templates',
  'identity',
  'consent',
  'gate',
  'people',
] as const;
export type AuditPart = (typeof AUDIT_PARTS)[number];

/** What the ids of a finding name. */
export type Subject =
  | 'message'
  | 'entry'
  | 'bucket'
  | 'closed month'
  | 'budget'
  | 'campaign'
  | 'contact'
  | 'consent event'
  | 'template'
  | 'price card'
  | 'sender'
  | 'table'
  | 'file';

/** One thing that is wrong, however often. */
export type Finding = {
  /** A sentence for people. */
  readonly wrong: string;
  /** True where the books are right all the same, and somebody should know of it. */
  readonly isNote: boolean;
  readonly subject: Subject;
  readonly count: number;
  /** The first ten, each once. */
  readonly ids: readonly string[];
};

/** What one look tells of one check. */
export type Audit = {
  readonly check: CheckName;
  /** How many things were looked at. */
  readonly checked: number;
  readonly findings: readonly Finding[];
};

export type AuditStore = {
  /** Looks at the whole store, whatever the sender, in one read transaction; writers go on meanwhile. Changes no row. */
  readonly audit: (part: AuditPart, at: Instant) => Promise<readonly Audit[]>;
};
