// Importing people, run as a user runs it: all or nothing, no stop lifted, and a list of errors that can be given back.

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

const ROOT = process.getuid?.() === 0;
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

function file(content: string | Uint8Array, name = 'people.csv'): string {
  const path = join(world.directory, name);
  writeFileSync(path, content);
  return path;
}

const GOOD = 'phone,name,opt_in,source\n+4915112345671,Ada,utility,web\n+4915112345672,Bob,,\n';

describe('contact import', () => {
  it('adds, changes and leaves alone', async () => {
    const path = file(GOOD);
    const { code, json, err } = await world.run('contact', 'import', path, '--json');
    expect([code, err]).toEqual([0, '']);
    expect(json()).toEqual({
      schema: 'tollbell.contact-import/1',
      counts: { read: 2, added: 2, updated: 0, unchanged: 0, invalid: 0, refused: 0 },
    });
    expect((await world.run('contact', 'import', path)).out).toBe('2 rows: 0 added, 0 updated, 2 unchanged, 0 invalid, 0 refused\n');
    file(GOOD.replace('Bob', 'Bert'));
    expect((await world.run('contact', 'import', path, '--format', 'csv')).out).toBe(
      'counts.read,counts.added,counts.updated,counts.unchanged,counts.invalid,counts.refused\n2,0,1,1,0,0\n',
    );
    expect((await world.run('contact', 'list', '--json')).json()).toMatchObject({
      items: [{ name: 'Ada', consent: { utility: 'opted_in' } }, { name: 'Bert' }],
    });
  });

  it('reads standard input, in both formats, and leaves no copy behind', async () => {
    expect((await world.pipe(GOOD, 'contact', 'import', '-', '--json')).json()).toMatchObject({ counts: { added: 2 } });
    const lines = '{"phone":"+4915112345673","attr.points":1.50}\n{"user_id":"DE.9f3kQ2"}\n';
    expect((await world.pipe(lines, 'contact', 'import', '-', '--input', 'ndjson', '--json')).json()).toMatchObject({
      counts: { added: 2 },
    });
    expect((await world.run('contact', 'show', '+4915112345673', '--json')).json()).toMatchObject({
      item: { attributes: { points: '1.50' } },
    });
  });

  it('writes the events of the opt-in with their source and their time', async () => {
    await world.run(
      'contact',
      'import',
      file('phone,opt_in,source,evidence,opted_in_at\n+4915112345671,utility,web,v3,2026-09-30T10:00:00Z\n'),
    );
    expect((await world.run('consent', 'show', '+4915112345671', '--json')).json()).toMatchObject({
      items: [
        {
          subject: 'utility',
          kind: 'opt_in',
          at: '2026-09-30T10:00:00Z',
          recorded_at: '2026-11-22T12:00:00Z',
          by: 'customer',
          source: 'web',
          evidence: 'v3',
        },
      ],
    });
  });

  it('renames columns and passes over others', async () => {
    const path = file('Handy;Vorname;shop\n+4915112345671;Ada;x\n');
    expect((await world.run('contact', 'import', path, '--map', 'Handy=phone', '--map', 'Vorname=name', '--ignore-columns')).code).toBe(0);
    expect((await world.run('contact', 'show', '+4915112345671', '--json')).json()).toMatchObject({ item: { name: 'Ada' } });
  });
});

const BAD = `phone,name,opt_in,source\n+4915112345671,=Ada,utility,web\n0301,Bob,,\n+4915112345673,Cleo,utility,\n`;

describe('invalid rows', () => {
  it('stop everything before anything is done', async () => {
    const error = await world.failure('contact', 'import', file(BAD));
    expect(error).toMatchObject({ exit: 2, code: 'rows_invalid' });
    expect(error.message).toBe(
      "2 of 3 rows cannot be used; nothing was done.\n  row 2, phone '0301': not an international number with + and country code\n  row 3, source: an opt-in needs its source",
    );
    expect(existsSync(world.db)).toBe(false);
  });

  it('may be left out, and are listed so that they can be corrected and given back', async () => {
    const errors = join(world.directory, 'errors.csv');
    const { code, json, err } = await world.run('contact', 'import', file(BAD), '--skip-invalid', '--errors', errors, '--json');
    expect([code, err]).toEqual([0, '']);
    expect(json()).toMatchObject({ counts: { read: 3, added: 1, invalid: 2 } });
    const listed = readFileSync(errors, 'utf8');
    expect(listed).toBe(
      'row,column,value,reason,phone,name,opt_in,source\n2,phone,0301,invalid_phone,0301,Bob,,\n3,source,,missing,+4915112345673,Cleo,utility,\n',
    );
    expect(statSync(errors).mode & 0o777).toBe(0o600);
    writeFileSync(errors, listed.replace('0301,Bob', '+4915112345672,Bob').replace('Cleo,utility,', 'Cleo,utility,phone'));
    expect((await world.run('contact', 'import', errors, '--json')).json()).toMatchObject({ counts: { read: 2, added: 2, invalid: 0 } });
  });

  it('of NDJSON are listed with their line', async () => {
    const errors = join(world.directory, 'errors.csv');
    await world.run('contact', 'import', file('{"phone":"0301"}\nnope\n', 'people.ndjson'), '--skip-invalid', '--errors', errors);
    expect(readFileSync(errors, 'utf8')).toBe(
      'row,column,value,reason,line\n1,phone,0301,invalid_phone,"{""phone"":""0301""}"\n2,,,not_json,nope\n',
    );
  });

  it('are listed also when nothing is done', async () => {
    const errors = join(world.directory, 'errors.csv');
    expect((await world.run('contact', 'import', file(BAD), '--errors', errors)).code).toBe(2);
    expect(readFileSync(errors, 'utf8').split('\n')).toHaveLength(4);
  });
});

describe('stops', () => {
  it('are never lifted (exit 3), and are listed with their reason', async () => {
    await world.run('opt-out', '+4915112345671', '--purpose', 'utility');
    await world.run('block', '+4915112345672');
    await world.run('contact', 'add', '+4915112345673');
    await world.pipe('{"user_id":"DE.9f3kQ2"}\n', 'contact', 'import', '-');
    const rows =
      '+4915112345671,,Ada,utility marketing,web\n+4915112345672,,Bob,utility,web\n+4915112345673,DE.9f3kQ2,Cleo,,\n+4915112345674,,Dan,utility,web\n';
    const errors = join(world.directory, 'errors.csv');
    const { code, json } = await world.run(
      'contact',
      'import',
      file(`phone,user_id,name,opt_in,source\n${rows}`),
      '--errors',
      errors,
      '--json',
    );
    expect(code).toBe(3);
    expect(json()).toMatchObject({ counts: { read: 4, added: 1, refused: 3 } });
    const reasons = readFileSync(errors, 'utf8')
      .split('\n')
      .slice(1, 4)
      .map((line) => line.split(',').slice(0, 4));
    expect(reasons).toEqual([
      ['1', 'opt_in', 'utility marketing', 'opted_out'],
      ['2', 'opt_in', 'utility', 'blocked'],
      ['3', 'user_id', 'DE.9f3kQ2', 'two_people'],
    ]);
    expect((await world.run('contact', 'show', '+4915112345671', '--json')).json()).toMatchObject({
      item: { name: 'Ada', consent: { utility: 'opted_out', marketing: 'opted_in' } },
    });
  });
});

describe('what is no list of people', () => {
  it.each([
    ['an empty file', '', 'file_invalid', 'is empty'],
    ['a binary file', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), 'file_invalid', 'byte 4 (line 1) is a zero byte'],
    ['broken quotes', 'phone,name\n+4915112345671,"Ada\n', 'file_invalid', 'row 1 (line 2): a quote opens and never closes'],
    ['a row of 1 MB', `phone,name\n+4915112345671,${'x'.repeat(1_000_000)}\n`, 'file_invalid', 'line 2 is longer than 64 KB'],
    ['an unknown column', 'phone,shop\n', 'file_invalid', 'columns that mean nothing here: shop'],
    ['nobody named', 'name\nAda\n', 'file_invalid', "neither a column 'phone' nor 'user_id'"],
  ])('%s is one clear error, and nothing is done', async (_what, content, code, words) => {
    const error = await world.failure('contact', 'import', file(content));
    expect(error).toMatchObject({ exit: 2, code });
    expect(error.message).toContain(words);
    expect(error.hint).toBeTruthy();
    expect(existsSync(world.db)).toBe(false);
  });

  it('a directory, a missing file or a forbidden one', async () => {
    mkdirSync(join(world.directory, 'folder'));
    expect(await world.failure('contact', 'import', join(world.directory, 'folder'))).toMatchObject({ exit: 2, code: 'file_unreadable' });
    expect(await world.failure('contact', 'import', join(world.directory, 'none.csv'))).toMatchObject({ exit: 2, code: 'file_unreadable' });
    if (ROOT) return; // may read everything
    const path = file(GOOD);
    chmodSync(path, 0);
    expect(await world.failure('contact', 'import', path)).toMatchObject({ exit: 2, code: 'file_unreadable' });
  });

  it('a list of errors that cannot be written, or would take the place of the file', async () => {
    const path = file(GOOD);
    expect(await world.failure('contact', 'import', path, '--errors', join(world.directory, 'no', 'errors.csv'))).toMatchObject({
      exit: 2,
      code: 'file_unwritable',
    });
    expect(await world.failure('contact', 'import', path, '--errors', path)).toMatchObject({ exit: 2, code: 'invalid_input' });
    expect(existsSync(world.db)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(GOOD);
  });
});

it('stops cleanly on Ctrl-C and says how to go on', async () => {
  world.interrupt();
  const { code, err } = await world.run('contact', 'import', file(GOOD));
  expect(code).toBe(130);
  expect(err).toMatch(/error\[interrupted\][^]*Go on with: the same command/);
  expect(readdirSync(world.directory)).toEqual(['people.csv']);
  expect((await world.run('contact', 'import', file(GOOD), '--json')).json()).toMatchObject({ counts: { added: 2 } });
});

describe('a block', () => {
  it('is not left behind by giving its person another number', async () => {
    await world.run('contact', 'import', file('phone,user_id\n+4915112345671,DE.1\n'));
    await world.run('block', '+4915112345671');
    const errors = join(world.directory, 'errors.csv');
    const moved = file('phone,user_id\n+4915112345672,DE.1\n');
    expect((await world.run('contact', 'import', moved, '--errors', errors)).code).toBe(3);
    expect(readFileSync(errors, 'utf8')).toContain('other_number');
    await world.run('contact', 'import', file('phone,opt_in,source\n+4915112345671,utility,web\n'));
    expect((await world.run('contact', 'show', '+4915112345671', '--json')).json()).toMatchObject({ item: { blocked: true } });
  });
});
