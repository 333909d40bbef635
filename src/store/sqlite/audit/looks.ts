// Every part of the audit with the look that it is. To add a check: a rule in a survey, or a file of its own and a line here.

import type { Audit, AuditPart } from '../../../ports/store/audit.ts';
import type { Instant } from '../../../values/time.ts';
import type { Sqlite } from '../database.ts';
import type { Liveness } from '../liveness.ts';
import { CAMPAIGNS } from './campaigns.ts';
import { auditClaims } from './claims.ts';
import { auditClosings } from './closings.ts';
import { FLAGS, GATE } from './consent.ts';
import { auditCards, auditTemplates } from './contents.ts';
import { DECISIONS } from './decisions.ts';
import { CORRECTIONS, ENTRIES } from './entries.ts';
import { auditFile, auditReferences, auditSchema, tablesOf } from './file.ts';
import { IDENTITY } from './identity.ts';
import { HOLDINGS, MESSAGES } from './messages.ts';
import { PEOPLE } from './people.ts';
import { runSurvey, type Survey } from './survey.ts';
import { auditTally } from './tally.ts';

export type AuditParts = {
  readonly sqlite: Sqlite;
  readonly liveness: Liveness;
  /** A store that was made just now, in memory. */
  readonly fresh: () => Sqlite;
};

type Look = (parts: AuditParts, at: Instant) => readonly Audit[];

const LOOKS: Readonly<Record<AuditPart, Look>> = {
  file: ({ sqlite }) => sqlite.read(() => auditFile(sqlite)),
  schema: ({ sqlite, fresh }) => compareSchema(sqlite, fresh()),
  references: ({ sqlite }) => sqlite.read(() => tablesOf(sqlite)).flatMap((table) => sqlite.read(() => auditReferences(sqlite, table))),
  messages: surveys([MESSAGES, CAMPAIGNS]),
  holdings: surveys([HOLDINGS]),
  claims: ({ sqlite, liveness }) => sqlite.read(() => auditClaims(sqlite, liveness)),
  entries: surveys([ENTRIES]),
  corrections: surveys([CORRECTIONS, ...DECISIONS]),
  tally: ({ sqlite }) => sqlite.read(() => auditTally(sqlite)),
  closings: ({ sqlite }) => sqlite.read(() => auditClosings(sqlite)),
  cards: ({ sqlite }) => sqlite.read(() => auditCards(sqlite)),
  templates: ({ sqlite }) => sqlite.read(() => auditTemplates(sqlite)),
  identity: surveys(IDENTITY),
  consent: surveys(FLAGS),
  gate: surveys([GATE]),
  people: surveys(PEOPLE),
};

/** Takes one look. */
export function look(parts: AuditParts, part: AuditPart, at: Instant): readonly Audit[] {
  return LOOKS[part](parts, at);
}

function surveys(all: readonly Survey[]): Look {
  return ({ sqlite }, at) => sqlite.read(() => all.flatMap((survey) => runSurvey(sqlite, survey, at)));
}

function compareSchema(sqlite: Sqlite, fresh: Sqlite): readonly Audit[] {
  try {
    return sqlite.read(() => auditSchema(sqlite, fresh));
  } finally {
    fresh.connection.close();
  }
}
