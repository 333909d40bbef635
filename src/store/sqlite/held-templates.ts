// What waits for a template that is paused, or that the provider does not have. Asked once at the end of a dispatch, by which something is left.

import type { HeldTemplate } from '../../ports/store/outbox.ts';
import type { SenderId, TemplateId } from '../../values/id.ts';
import type { Instant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import { ANY_URGENCY, NOT_PAUSED } from './outbox-scope.ts';
import { HELD_BY_LIMIT } from './reach.ts';
import type { PaceStore } from './pace.ts';

// What is queued names the version with which it was admitted; the status is that of the one in force.
const VERSIONS = /* sql */ `
  SELECT v.id, v.name, v.language, t.status = 'paused'
  FROM template v
  JOIN template t ON t.sender_id = v.sender_id AND t.name = v.name AND t.language = v.language AND t.replaced_at IS NULL
  WHERE v.sender_id = ?
  ORDER BY v.name, v.language`;

// It goes through all that is queued, by the index of the outbox, and through the messages that are put off. What a pause or the messaging limit holds up does not
// wait for its template.
const WAITING = /* sql */ `
  SELECT m.template_id, COUNT(*), MIN(m.not_before)
  FROM message m
  WHERE m.state = 'queued' AND m.sender_id = ? AND m.${ANY_URGENCY} AND m.not_before > ? AND m.template_id IN (SELECT value FROM json_each(?))
    AND ${NOT_PAUSED} AND m.reason IS NOT '${HELD_BY_LIMIT}'
  GROUP BY m.template_id`;

type VersionRow = readonly [TemplateId, string, string, 0 | 1];
type WaitingRow = readonly [TemplateId, number, Instant];

type HeldParts = { readonly sqlite: Sqlite; readonly pace: Pick<PaceStore, 'heldUntil'> };

/** The templates of a sender that hold back something, by name and language. Call it inside `read`. */
export function heldTemplates({ sqlite, pace }: HeldParts, senderId: SenderId, at: Instant): readonly HeldTemplate[] {
  const versions = sqlite.prepare(VERSIONS).raw().all(senderId) as readonly VersionRow[];
  const held = versions.filter(([id, , , isPaused]) => isPaused === 1 || pace.heldUntil(senderId, id, at) !== null);
  if (held.length === 0) return [];
  const ids = JSON.stringify(held.map(([id]) => id));
  const rows = sqlite.prepare(WAITING).raw().all(senderId, at, ids) as readonly WaitingRow[];
  const waiting = new Map(rows.map(([id, units, until]) => [id, { units, until }]));
  const found = new Map<string, HeldTemplate>();
  for (const [id, name, language, isPaused] of held) {
    const ofVersion = waiting.get(id);
    if (ofVersion === undefined) continue;
    const place = `${name} ${language}`;
    const { units, until } = found.get(place) ?? { units: 0, until: ofVersion.until };
    const first = ofVersion.until < until ? ofVersion.until : until;
    found.set(place, { name, language, isPaused: isPaused === 1, units: units + ofVersion.units, until: first });
  }
  return [...found.values()];
}
