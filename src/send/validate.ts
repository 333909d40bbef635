// Step 2: one record → a recipient or a rejection. The checks of a row by itself, under the plan that was made for its header.

import { type ParameterProblemKind, valueProblem } from '../domain/template-parameters.ts';
import type { Addressee } from '../ports/store/admit.ts';
import { parseLanguage } from '../values/language.ts';
import { parseAddressee } from './addressees.ts';
import { parseMoment } from './moment.ts';
import { costCenterFlaw, keyFlaw, tagsFlaw, toTags } from './labels.ts';
import type { Field, LanguagePlan, Layout } from './recipient-columns.ts';
import type { Recipient } from './recipients.ts';
import type { FileRecord } from './records.ts';
import { reject, type Rejection } from './rejections.ts';
import type { Instant } from '../values/time.ts';

type Cells = FileRecord['cells'];
/** What is wrong, and in which column. */
type Flaw = { readonly column: string; readonly reason: string; readonly message: string };

const LABELS = [
  ['key', keyFlaw],
  ['cost_center', costCenterFlaw],
  ['tag', tagsFlaw],
] as const;

/** The recipient of a row, or the first thing that is wrong with it. */
export function checkRow(layout: Layout, record: FileRecord): Recipient | Rejection {
  const { row, cells, fault } = record;
  if (fault !== null) return reject({ row, column: fault.column, value: undefined }, fault);
  const checked = checkCells(layout, record);
  if (!('reason' in checked)) return checked;
  const place = layout.header.columns.indexOf(checked.column);
  return reject({ row, column: checked.column, value: place === -1 ? undefined : cells[place] }, checked);
}

function checkCells(layout: Layout, record: FileRecord): Recipient | Flaw {
  const { places } = layout;
  const { row, cells } = record;
  const to = toAddressee(cellAt(cells, places.to));
  if ('reason' in to) return flaw(layout, 'to', to);
  for (const [field, flawOf] of LABELS) {
    const text = cellAt(cells, places[field]);
    const why = text === undefined ? undefined : flawOf(text);
    if (why !== undefined) return flaw(layout, field, why);
  }
  const language = layout.language ?? filled(cellAt(cells, places.language));
  const filling = language === null ? fillAny(layout.plans, cells) : fillLanguage(layout, language, cells);
  if ('reason' in filling) return filling;
  const sendAt = timeOf(layout, cells);
  if (sendAt !== null && typeof sendAt === 'object') return sendAt;
  return {
    row,
    to,
    key: cellAt(cells, places.key) ?? null,
    language: language === null ? null : filling.plan.template.language,
    content: filling.content,
    checkedFor: filling.plan.template.id,
    costCenter: filled(cellAt(cells, places.cost_center)),
    tags: toTags(cellAt(cells, places.tag) ?? ''),
    sendAt,
    record: layout.keepsRecords ? record : null,
  };
}

function cellAt(cells: Cells, place: number | null): string | undefined {
  return place === null ? undefined : cells[place];
}

function filled(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

type Why = Pick<Flaw, 'reason' | 'message'>;

const NO_RECIPIENT: Why = { reason: 'missing', message: 'there is no recipient' };
const BAD_PHONE: Why = {
  reason: 'invalid_phone',
  message: 'neither an international number with + and country code nor the id of a contact or user',
};

/** Whom a cell names, or why it names nobody. A leading apostrophe is how spreadsheets keep a number as text, and how our own list of errors does. */
export function toAddressee(text: string | undefined): Addressee | Why {
  if (text === undefined || text === '') return NO_RECIPIENT;
  return parseAddressee((text.startsWith("'") ? text.slice(1) : text).trim()) ?? BAD_PHONE;
}

function flaw({ header, places }: Layout, field: Field, why: Why): Flaw {
  const place = places[field];
  return { column: (place === null ? undefined : header.columns[place]) ?? field, ...why };
}

// What is past is no flaw of the row: when a file is run again, that row may have been admitted in time.
function timeOf(layout: Layout, cells: Cells): Instant | null | Flaw {
  const text = filled(cellAt(cells, layout.places.at));
  const sendAt = text === null ? null : parseMoment(text, layout.at);
  return sendAt === null || typeof sendAt === 'number' ? sendAt : flaw(layout, 'at', sendAt);
}

type Filling = { readonly plan: LanguagePlan; readonly content: string };

function fillLanguage(layout: Layout, language: string, cells: Cells): Filling | Flaw {
  const code = parseLanguage(language);
  const plan = layout.plans.find(({ template }) => template.language === code);
  if (plan !== undefined) return fill(plan, cells);
  const known = layout.plans.map(({ template }) => template.language).join(', ');
  return flaw(layout, 'language', { reason: 'unknown_language', message: `the template is there in ${known}` });
}

// Which language it will be, only the contact tells. Where the languages take different parameters, the row must fit one of them; what does
// not fit the contact's own is refused at the admission.
function fillAny(plans: readonly LanguagePlan[], cells: Cells): Filling | Flaw {
  let first: Flaw | undefined;
  for (const plan of plans) {
    const filling = fill(plan, cells);
    if (!('reason' in filling)) return filling;
    first ??= filling;
  }
  return first ?? { column: 'language', reason: 'unknown_language', message: 'the template has no language' };
}

function fill(plan: LanguagePlan, cells: Cells): Filling | Flaw {
  let content = '';
  for (const { rule, json, place, constant } of plan.slots) {
    const value = constant ?? cellAt(cells, place);
    const problem = valueProblem(rule, value);
    if (problem !== null) return { column: rule.parameter, reason: problem, message: PARAMETER_MESSAGES[problem] };
    content += json + JSON.stringify(value);
  }
  return { plan, content: content === '' ? '{}' : `${content}}` };
}

const PARAMETER_MESSAGES: Readonly<Record<ParameterProblemKind, string>> = {
  missing: 'the parameter is missing',
  unexpected: 'the template does not declare it',
  empty: 'the parameter is empty',
  too_long: 'the parameter is longer than the provider allows',
  not_allowed: 'the provider does not allow such text here (no line breaks, tabs or more than four spaces in a row)',
};
