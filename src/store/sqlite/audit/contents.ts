// The audit of what messages point at and what never changes: templates and price cards, by the hash of what they were when they came.

import { createHash } from 'node:crypto';
import { canonicalCard } from '../../../domain/price-card.ts';
import { canonicalTemplate } from '../../../domain/template.ts';
import type { Audit } from '../../../ports/store/audit.ts';
import { type PriceRow, type TemplateRow, toRate, toTemplate } from '../../rows.ts';
import type { Currency } from '../../../values/money.ts';
import type { Day } from '../../../values/time.ts';
import type { Sqlite } from '../database.ts';
import { findingOf } from './survey.ts';

const TEMPLATES = /* sql */ `
  SELECT id, sender_id, name, language, category, status, parameter_format, parameters, components, ttl_seconds, bid_amount, content_hash, added_at,
    provider_id, quality
  FROM template`;

const NOT_ONE_IN_FORCE = /* sql */ `
  SELECT MIN(id) FROM template
  GROUP BY sender_id, name, language
  HAVING SUM(replaced_at IS NULL) <> 1`;

const CARDS = /* sql */ `SELECT id, currency, effective_from AS effectiveFrom, digest FROM price_book`;

const RATES = /* sql */ `SELECT id, market, category, tier_from, tier_to, tier_end, rate FROM price WHERE book_id = ? ORDER BY id`;

const CARDS_TWICE = /* sql */ `
  SELECT MIN(id) FROM price_book
  WHERE replaced_at IS NULL
  GROUP BY currency, effective_from
  HAVING COUNT(*) > 1`;

type CardRow = { readonly id: string; readonly currency: Currency; readonly effectiveFrom: Day; readonly digest: string };

/** Every version of every template: its content is what it was, and one of each name and language is in force. */
export function auditTemplates(sqlite: Sqlite): readonly Audit[] {
  const rows = sqlite.prepare(TEMPLATES).all() as TemplateRow[];
  const changed = rows.filter((row) => !hasHash(row)).map(({ id }) => id);
  const unclear = sqlite.prepare(NOT_ONE_IN_FORCE).pluck().all() as string[];
  const findings = [
    ...findingOf({ wrong: 'Its content is not what its hash was made of: it was changed in place.', subject: 'template' }, changed),
    ...findingOf({ wrong: 'Of its name and language there is not exactly one version in force.', subject: 'template' }, unclear),
  ];
  return [{ check: 'templates', checked: rows.length, findings }];
}

// What is no template any more has no hash either.
function hasHash(row: TemplateRow): boolean {
  try {
    return sha256(canonicalTemplate(toTemplate(row))) === row.content_hash;
  } catch {
    return false;
  }
}

/** Every price card: its rates are what its digest was made of, and one of each currency and day is in force. */
export function auditCards(sqlite: Sqlite): readonly Audit[] {
  const cards = sqlite.prepare(CARDS).all() as CardRow[];
  const ratesOf = (id: string): readonly PriceRow[] => sqlite.prepareExact(RATES).raw().all(id) as PriceRow[];
  const changed = cards.filter((card) => sha256(canonicalCard({ ...card, rates: ratesOf(card.id).map(toRate) })) !== card.digest);
  const findings = [
    ...findingOf(
      { wrong: 'Its rates are not what its digest was made of: they were changed in place.', subject: 'price card' },
      changed.map(({ id }) => id),
    ),
    ...findingOf(
      { wrong: 'Two cards of its currency and day are in force.', subject: 'price card' },
      sqlite.prepare(CARDS_TWICE).pluck().all() as string[],
    ),
  ];
  return [{ check: 'prices', checked: cards.length, findings }];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
