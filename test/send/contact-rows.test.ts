// People from a file: what the columns mean, and what makes a row unusable.

import { describe, expect, it } from 'vitest';
import { type ContactRow, readContactRows } from '../../src/send/contact-rows.ts';
import { readRecords } from '../../src/send/records.ts';
import type { Rejection } from '../../src/send/rejections.ts';
import { at, NOW } from './facts.ts';
import { errorOf, sourceOf } from './files.ts';

type Rows = { readonly people: readonly ContactRow[]; readonly rejections: readonly Rejection[] };

async function rowsOf(text: string, ignoreColumns = false): Promise<Rows> {
  const records = readRecords(sourceOf(text), { name: 'people.csv', format: null, rename: {} });
  const people: ContactRow[] = [];
  const rejections: Rejection[] = [];
  for await (const batch of readContactRows(records, { title: 'people.csv', at: NOW, ignoreColumns })) {
    people.push(...batch.people);
    rejections.push(...batch.rejected.map(({ rejection }) => rejection));
  }
  return { people, rejections };
}

describe('a row', () => {
  it('has all that can be known of a person', async () => {
    const header = 'phone;user_id;name;language;opt_in;source;evidence;opted_in_at;attr.city;attr.tier';
    const { people } = await rowsOf(
      `${header}\n'+49 151 12345678;DE.9f3kQ2; Ada ;en-US;utility, marketing;web form;v3;2026-09-30;Berlin;\n`,
    );
    expect(people).toMatchObject([
      {
        phone: '+4915112345678',
        userId: 'DE.9f3kQ2',
        name: 'Ada',
        language: 'en_US',
        attributes: { city: 'Berlin' },
        optIn: { purposes: ['utility', 'marketing'], at: at('2026-09-30'), source: 'web form', evidence: 'v3' },
      },
    ]);
    expect(people[0]?.attributes).toEqual({ city: 'Berlin' });
  });

  it('says in which zone somebody lives, in a column of its own or as an attribute', async () => {
    const { people } = await rowsOf('phone,time_zone,attr.city\n+4915112345678,Europe/Paris,Paris\n+4915112345679,,\n');
    expect(people.map(({ attributes }) => attributes)).toEqual([{ time_zone: 'Europe/Paris', city: 'Paris' }, {}]);
    expect((await rowsOf('phone,attr.time_zone\n+4915112345678,Asia/Tokyo\n')).people[0]?.attributes).toEqual({ time_zone: 'Asia/Tokyo' });
  });

  it('needs no more than a number or a user id', async () => {
    const { people } = await rowsOf('phone,user_id,name,opt_in,source\n+4915112345678,,,,crm\n,DE.9f3kQ2,,,\n');
    expect(people).toMatchObject([
      { phone: '+4915112345678', userId: null, name: null, language: null, attributes: {}, optIn: null },
      { phone: null, userId: 'DE.9f3kQ2', optIn: null },
    ]);
  });

  it.each([
    ['phone', '0301234', 'invalid_phone'],
    ['phone', '', 'missing'],
    ['user_id', 'de.x', 'invalid_user_id'],
    ['language', 'deutsch', 'invalid_language'],
    ['time_zone', 'Berlin', 'invalid_time_zone'],
    ['attr.time_zone', 'Berlin', 'invalid_time_zone'],
    ['name', 'n'.repeat(257), 'too_long'],
    ['opt_in', 'utility news', 'unknown_purpose'],
    ['source', '', 'missing'],
    ['opted_in_at', 'yesterday', 'invalid_time'],
    ['opted_in_at', '2999-01-01', 'in_the_future'],
    ['attr.city', 'x'.repeat(1_025), 'too_long'],
  ])('with the %s %j is rejected', async (column, value, reason) => {
    const row: Record<string, string> = {
      phone: '+4915112345678',
      user_id: '',
      language: 'de',
      name: 'Ada',
      opt_in: 'utility',
      source: 'web',
      opted_in_at: '',
      'attr.city': '',
    };
    row[column] = value;
    const { people, rejections } = await rowsOf(`${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`);
    expect(people).toEqual([]);
    expect(rejections).toMatchObject([{ row: 1, column, reason }]);
  });

  it('that cannot be read is rejected as it is', async () => {
    expect((await rowsOf('phone,name\n+4915112345678\n')).rejections).toMatchObject([{ column: null, value: null, reason: 'ragged_row' }]);
  });
});

describe('a header', () => {
  it('must name people', async () => {
    const error = await errorOf(rowsOf('mobile,name\n'));
    expect(error).toMatchObject({ code: 'file_invalid', message: "people.csv has neither a column 'phone' nor 'user_id'." });
    expect(error.hint).toContain('--map');
  });

  it.each(['shop', 'attr.', 'attr.a b', 'opt-in'])('must not have the column %j', async (column) => {
    expect(await errorOf(rowsOf(`phone,${column}\n`))).toMatchObject({ code: 'file_invalid', details: { columns: [column] } });
    expect(await rowsOf(`phone,${column}\n`, true)).toEqual({ people: [], rejections: [] });
  });
});
