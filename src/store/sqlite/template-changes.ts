// What the provider changes in a template, on SQLite: a new version, or another quality of the same one; and what is queued follows in the same transaction.

import { CLOCKS_DIFFER_MS } from '../../domain/inbound.ts';
import { canonicalTemplate, type Template } from '../../domain/template.ts';
import { assert } from '../../errors.ts';
import type { Drift, TemplateChange, TemplateChanged, TemplateStore as TemplatePort } from '../../ports/store/templates.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { SenderId, TemplateId } from '../../values/id.ts';
import { ZERO } from '../../values/money.ts';
import { type Instant, toInstant } from '../../values/time.ts';
import type { Sqlite } from './database.ts';
import type { RepriceRules, Repricer } from './reprice.ts';
import { movedIds } from './settle.ts';
import { contentOf, type TemplateStore } from './templates.ts';

/** When a change is taken over, and when the provider told it; null where the provider was asked. */
export type ChangeTime = { readonly at: Instant; readonly toldAt: Instant | null };

export type TemplateChanger = {
  readonly store: Pick<TemplatePort, 'changeTemplates'>;
  /** Loads what a change needs. Await it before `write`. */
  readonly prepare: () => Promise<void>;
  /** Takes over one change. Call it inside `write`, after `prepare`. */
  readonly change: (senderId: SenderId, change: TemplateChange, time: ChangeTime, rules: RepriceRules) => TemplateChanged;
};

type ChangerParts = { readonly sqlite: Sqlite; readonly templates: TemplateStore; readonly repricer: Repricer };

const TOLD = /* sql */ `
  SELECT status_told_at AS status, quality_told_at AS quality, category_told_at AS category, is_hidden AS isHidden FROM template
  WHERE id = ?`;

// Neither is content: the row stays the version that it is.
const SET_TOLD = /* sql */ `
  UPDATE template SET provider_id = ?, quality = ?, status_told_at = ?, quality_told_at = ?, category_told_at = ?, is_hidden = ?
  WHERE id = ?`;

const WAKE = /* sql */ `
  UPDATE message SET not_before = @at
  WHERE state = 'queued' AND sender_id = @senderId AND not_before > @at
    AND template_id IN (SELECT id FROM template WHERE sender_id = @senderId AND name = @name AND language = @language)`;

const NOTHING_CHANGED: TemplateChanged = { result: 'unchanged', drift: [], repriced: [], difference: ZERO, cancelled: [] };

const NOTHING_FOLLOWS = { repriced: [], difference: ZERO, settled: [] } as const;

const SIDES = ['status', 'quality', 'category'] as const;

/** When the provider last told each side of a template by itself. */
type ToldTimes = Readonly<Record<(typeof SIDES)[number], Instant | null>> & {
  /** 1 where it was missing or could not be read when the provider was asked: no event about it says what it reads like there. */
  readonly isHidden: 0 | 1;
};

const NEVER_TOLD: ToldTimes = { status: null, quality: null, category: null, isHidden: 0 };

/** The changer of one connection. */
export function createTemplateChanger({ sqlite, templates, repricer }: ChangerParts): TemplateChanger {
  let sha256: ((text: string) => string) | undefined;
  // node:crypto takes 3 ms to load, which every command that opens a store would pay.
  const prepare = async (): Promise<void> => {
    const { createHash } = await import('node:crypto');
    sha256 = (text) => createHash('sha256').update(text).digest('hex');
  };
  const hashOf = (template: Template): string => {
    assert(sha256 !== undefined, 'prepare comes before change');
    return sha256(canonicalTemplate(template));
  };
  const toldTimes = (id: TemplateId): ToldTimes => sqlite.prepare(TOLD).get(id) as ToldTimes;

  const change: TemplateChanger['change'] = (senderId, told, time, rules) => {
    const current = templates.inForce({ senderId, name: told.name, language: told.language });
    if (told.whole === null && (current === undefined || isOfAnother(current, told.providerId)))
      return { ...NOTHING_CHANGED, result: 'unknown' };
    const times = current === undefined ? NEVER_TOLD : toldTimes(current.id);
    const next = nextVersion(current, { told, times, time });
    const drift = current === undefined ? [] : driftOf(current, next);
    const isNewVersion = current === undefined || drift.some(({ what }) => what !== 'quality');
    const version = isNewVersion
      ? { ...next, id: told.id, senderId, addedAt: time.at, contentHash: hashOf(next) }
      : { ...next, id: current.id };
    if (isNewVersion) templates.replace(version);
    const { status, quality, category, isHidden } = timesAfter(times, told, time);
    sqlite.prepare(SET_TOLD).run(version.providerId, version.quality, status, quality, category, isHidden, version.id);
    if (current === undefined) return { ...NOTHING_CHANGED, result: 'added' };
    if (current.status === 'paused' && version.status === 'approved') wake(sqlite, version, time.at);
    const { repriced, difference, settled } = isNewVersion ? repricer.follow(version, time.at, rules) : NOTHING_FOLLOWS;
    return { repriced, difference, cancelled: movedIds(settled), result: drift.length > 0 ? 'changed' : 'unchanged', drift };
  };

  return {
    store: {
      changeTemplates: async ({ senderId, changes, at }, rules) => {
        assert(changes.length <= BATCH_MAX, `at most ${BATCH_MAX} changes in a batch`);
        await prepare();
        return sqlite.write(() => changes.map((told) => change(senderId, told, { at, toldAt: null }, rules)));
      },
    },
    prepare,
    change,
  };
}

// What waited for the end of a pause is due at once; the rate of the number spreads it.
function wake(sqlite: Sqlite, { senderId, name, language }: Template, at: Instant): void {
  sqlite.prepare(WAKE).run({ senderId, name, language, at });
}

// The provider gives a template that was deleted and made again another id: what it tells of the old one is not about the new one.
function isOfAnother(current: Template, providerId: string | null): boolean {
  return providerId !== null && current.providerId !== null && providerId !== current.providerId;
}

type Telling = { readonly told: TemplateChange; readonly times: ToldTimes; readonly time: ChangeTime };

function nextVersion(current: Template | undefined, { told, times, time }: Telling): Template {
  const { providerId } = told;
  if (told.whole !== null) return { ...told.whole, providerId, quality: told.quality };
  assert(current !== undefined, 'only what is there changes in part');
  const isHidden = times.isHidden === 1;
  const isNews = (side: (typeof SIDES)[number]): boolean => time.toldAt === null || (times[side] ?? 0) <= time.toldAt;
  return {
    ...current,
    status: (isNews('status') && !(isHidden && time.toldAt !== null) ? told.status : null) ?? current.status,
    quality: (isNews('quality') ? told.quality : null) ?? current.quality,
    category: (isNews('category') ? told.category : null) ?? current.category,
    providerId: providerId ?? current.providerId,
  };
}

// What the provider answers when it is asked holds as told a minute before: the later event of two is worth more than none.
function timesAfter(times: ToldTimes, told: TemplateChange, time: ChangeTime): ToldTimes {
  const toldAt = time.toldAt ?? toInstant(time.at - CLOCKS_DIFFER_MS);
  const sides = sidesOf(told);
  const after = (side: (typeof SIDES)[number]): Instant | null =>
    sides[side] === null || (times[side] ?? 0) > toldAt ? times[side] : toldAt;
  return { status: after('status'), quality: after('quality'), category: after('category'), isHidden: hiddenAfter(times, told, time) };
}

// Who asked the provider knows what is there; a push makes it be there.
function hiddenAfter({ isHidden }: ToldTimes, told: TemplateChange, { toldAt }: ChangeTime): 0 | 1 {
  if (toldAt !== null) return isHidden;
  return told.whole === null && told.providerId === null && told.status === 'disabled' ? 1 : 0;
}

function sidesOf(told: TemplateChange): Readonly<Record<(typeof SIDES)[number], string | null>> {
  return told.whole === null ? told : { ...told.whole, quality: told.quality };
}

function driftOf(from: Template, to: Template): readonly Drift[] {
  const content: readonly Drift[] =
    contentOf(from) === contentOf(to) ? [] : [{ what: 'content', from: from.contentHash, to: to.contentHash }];
  const ttl: readonly Drift[] =
    from.ttlSeconds === to.ttlSeconds ? [] : [{ what: 'time_to_live', from: ttlWord(from.ttlSeconds), to: ttlWord(to.ttlSeconds) }];
  const bid: readonly Drift[] =
    from.bidAmount === to.bidAmount ? [] : [{ what: 'bid', from: bidWord(from.bidAmount), to: bidWord(to.bidAmount) }];
  const sides = SIDES.flatMap((what): readonly Drift[] => {
    const [before, after] = [from[what] ?? 'unknown', to[what] ?? 'unknown'];
    return before === after ? [] : [{ what, from: before, to: after }];
  });
  return [...content, ...ttl, ...bid, ...sides];
}

function ttlWord(seconds: number | null): string {
  return seconds === null ? 'default' : String(seconds);
}

function bidWord(amount: number | null): string {
  return amount === null ? 'none' : String(amount);
}
