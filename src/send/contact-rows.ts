// People from a file: what its columns mean, and one record → a person to add or a rejection. What the store does with them is import-contacts'.

import { parsePurposes, PURPOSES, type Purpose } from '../domain/consent.ts';
import { isAttributeKey, isUserId, TIME_ZONE_ATTRIBUTE } from '../domain/contact.ts';
import { fail } from '../errors.ts';
import { parseLanguage } from '../values/language.ts';
import { parsePhone, type Phone } from '../values/phone.ts';
import { type Instant, parseInstant, parseTimeZone } from '../values/time.ts';
import type { FileRecord, Header, RecordBatch } from './records.ts';
import type { RejectedRecord } from './recipients.ts';
import { reject } from './rejections.ts';

/** A row that can be written: who it is, what is known of them, and what they agreed to. */
export type ContactRow = {
  readonly phone: Phone | null;
  readonly userId: string | null;
  readonly name: string | null;
  readonly language: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly optIn: {
    readonly purposes: readonly Purpose[];
    readonly at: Instant | null;
    readonly source: string;
    readonly evidence: string | null;
  } | null;
  readonly record: FileRecord;
};

export type ContactRowOptions = {
  /** The file, as messages name it. */
  readonly title: string;
  /** Now: nobody agreed in the future. */
  readonly at: Instant;
  readonly ignoreColumns: boolean;
};

export type ContactRowBatch = {
  readonly header: Header;
  readonly read: number;
  readonly people: readonly ContactRow[];
  readonly rejected: readonly RejectedRecord[];
};

const FIELDS = ['phone', 'user_id', 'name', 'language', 'time_zone', 'opt_in', 'source', 'evidence', 'opted_in_at'] as const;
type Field = (typeof FIELDS)[number];

const ATTRIBUTE_PREFIX = 'attr.';
const LENGTH_MAX: Readonly<Record<Field, number>> = {
  phone: 64,
  user_id: 200,
  name: 256,
  language: 16,
  time_zone: 64,
  opt_in: 128,
  source: 1_024,
  evidence: 4_096,
  opted_in_at: 64,
};
const ATTRIBUTE_LENGTH_MAX = 1_024;

/** Checks every record. Throws `file_invalid` for a header that names nobody or has columns that mean nothing. */
export async function* readContactRows(records: AsyncIterable<RecordBatch>, options: ContactRowOptions): AsyncGenerator<ContactRowBatch> {
  let layout: Layout | undefined;
  for await (const batch of records) {
    const { header } = batch;
    if (layout?.header !== header) layout = toLayout(header, options);
    const people: ContactRow[] = [];
    const rejected: RejectedRecord[] = [];
    for (const record of batch.records) {
      const checked = checkRecord(layout, record, options.at);
      if (!('reason' in checked)) people.push(checked);
      else rejected.push({ rejection: reject({ row: record.row, column: checked.column, value: checked.value }, checked), record });
    }
    yield { header, read: batch.records.length, people, rejected };
  }
}

type Layout = {
  readonly header: Header;
  readonly places: Readonly<Partial<Record<Field, number>>>;
  readonly attributes: readonly { readonly key: string; readonly column: string; readonly place: number }[];
};

function toLayout(header: Header, { title, ignoreColumns }: ContactRowOptions): Layout {
  const places: Partial<Record<Field, number>> = {};
  const attributes: { key: string; column: string; place: number }[] = [];
  const unknown: string[] = [];
  for (const [place, column] of header.columns.entries()) {
    const field = FIELDS.find((name) => name === column);
    const key = column.startsWith(ATTRIBUTE_PREFIX) ? column.slice(ATTRIBUTE_PREFIX.length) : '';
    if (field !== undefined) places[field] = place;
    else if (isAttributeKey(key)) attributes.push({ key, column, place });
    else unknown.push(column === '' ? `(column ${place + 1}, without a name)` : column);
  }
  const columns = `The columns are ${FIELDS.join(', ')} and attr.<key>.`;
  if (header.isWhole && places.phone === undefined && places.user_id === undefined) {
    throw fail('file_invalid', {
      message: `${title} has neither a column 'phone' nor 'user_id'.`,
      hint: `${columns} Rename one with --map number=phone. The first line must name them.`,
      details: { path: title },
    });
  }
  if (unknown.length > 0 && !ignoreColumns) {
    throw fail('file_invalid', {
      message: `${title} has columns that mean nothing here: ${unknown.join(', ')}.`,
      hint: `${columns} Rename one with --map column=name, or pass over them with --ignore-columns.`,
      details: { path: title, columns: unknown },
    });
  }
  return { header, places, attributes };
}

type Flaw = { readonly column: string | null; readonly value: string | undefined; readonly reason: string; readonly message: string };

function checkRecord(layout: Layout, record: FileRecord, now: Instant): ContactRow | Flaw {
  const { fault } = record;
  if (fault !== null) return { ...fault, value: undefined };
  const textOf = (field: Field): string => record.cells[layout.places[field] ?? -1]?.trim() ?? '';
  const flaw = (field: Field, reason: string, message: string): Flaw => ({ column: field, value: textOf(field), reason, message });
  const long = FIELDS.find((field) => textOf(field).length > LENGTH_MAX[field]);
  if (long !== undefined) return flaw(long, 'too_long', 'the text is too long');
  // A leading apostrophe is how spreadsheets keep a number as text.
  const phoneText = textOf('phone').replace(/^'/, '');
  const phone = phoneText === '' ? null : parsePhone(phoneText);
  if (phone === undefined) return flaw('phone', 'invalid_phone', 'not an international number with + and country code');
  const userId = textOf('user_id');
  if (userId !== '' && !isUserId(userId)) return flaw('user_id', 'invalid_user_id', 'not a user id of the provider such as DE.9f3kQ2');
  if (phone === null && userId === '') return flaw('phone', 'missing', 'there is neither a number nor a user id');
  const language = textOf('language') === '' ? null : parseLanguage(textOf('language'));
  if (language === undefined) return flaw('language', 'invalid_language', 'not a language code such as de or en_US');
  const optIn = toOptIn(textOf, flaw, now);
  if (optIn !== null && 'reason' in optIn) return optIn;
  const attributes = toAttributes(layout, record.cells);
  if ('reason' in attributes) return attributes;
  const timeZone = textOf('time_zone') === '' ? null : parseTimeZone(textOf('time_zone'));
  if (timeZone === undefined) return flaw('time_zone', 'invalid_time_zone', 'not a time zone such as Europe/Berlin');
  return {
    phone,
    userId: userId === '' ? null : userId,
    name: textOf('name') === '' ? null : textOf('name'),
    language,
    attributes: timeZone === null ? attributes.values : { ...attributes.values, [TIME_ZONE_ATTRIBUTE]: timeZone },
    optIn,
    record,
  };
}

type Tell = (field: Field, reason: string, message: string) => Flaw;

function toOptIn(textOf: (field: Field) => string, flaw: Tell, now: Instant): ContactRow['optIn'] | Flaw {
  const { purposes, unknown } = parsePurposes(textOf('opt_in'));
  if (unknown !== null) return flaw('opt_in', 'unknown_purpose', `not a purpose; they are ${PURPOSES.join(', ')}`);
  if (purposes.length === 0) return null;
  const source = textOf('source');
  if (source === '') return flaw('source', 'missing', 'an opt-in needs its source');
  const at = textOf('opted_in_at') === '' ? null : parseInstant(textOf('opted_in_at'));
  if (at === undefined) return flaw('opted_in_at', 'invalid_time', 'not a time such as 2026-10-01T09:00:00Z or 2026-10-01');
  if (at !== null && at > now) return flaw('opted_in_at', 'in_the_future', 'nobody can have agreed in the future');
  return { purposes, at, source, evidence: textOf('evidence') === '' ? null : textOf('evidence') };
}

function toAttributes({ attributes }: Layout, cells: FileRecord['cells']): { readonly values: Readonly<Record<string, string>> } | Flaw {
  const values: Record<string, string> = {};
  for (const { key, column, place } of attributes) {
    const value = cells[place]?.trim() ?? '';
    if (value.length > ATTRIBUTE_LENGTH_MAX) return { column, value, reason: 'too_long', message: 'the text is too long' };
    if (key === TIME_ZONE_ATTRIBUTE && value !== '' && parseTimeZone(value) === undefined)
      return { column, value, reason: 'invalid_time_zone', message: 'not a time zone such as Europe/Berlin' };
    if (value !== '') values[key] = value;
  }
  return { values };
}
