// How an error looks: as text or JSON, whatever said so, and with no phone number of anybody in it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorReport } from '../../src/cli/error-report.ts';
import { fail } from '../../src/errors.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-report-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const ERROR = fail('unknown_contact', { message: 'The store has no contact +4915112345678.', hint: 'Columns: +4915112349999, name.' });

function report(argv: readonly string[], env: Readonly<Record<string, string>> = {}, error = ERROR): string {
  return errorReport(error, { argv, env: { HOME: directory, ...env }, directory: () => directory });
}

const isJson = (text: string): boolean => text.startsWith('{"error":{');

describe('is JSON', () => {
  it.each([
    ['--json'],
    ['-o', 'json'],
    ['-ojson'],
    ['-qojson'],
    ['--format', 'ndjson'],
    ['--format=json'],
    ['--json', '--format', 'table'],
  ])('for %s %s', (...words) => {
    expect(isJson(report(['contact', 'list', ...words]))).toBe(true);
  });

  it('where the environment, a configuration file or the one that is named says so', () => {
    expect(isJson(report([], { TOLLBELL_FORMAT: 'json' }))).toBe(true);
    const named = join(directory, 'named.json');
    writeFileSync(named, '{"format":"json"}');
    for (const argv of [['--config', named], ['--config=named.json']]) expect(isJson(report(argv))).toBe(true);
    expect(isJson(report([], { TOLLBELL_CONFIG: named }))).toBe(true);
    expect(isJson(report([]))).toBe(false);
    writeFileSync(join(directory, 'tollbell.config.json'), '{"format":"json"}');
    expect(isJson(report([]))).toBe(true);
    expect(isJson(report(['--format=table']))).toBe(false);
  });
});

describe('is text', () => {
  it.each([['--format', 'xml'], ['-o'], ['--', '--json'], ['--text', 'json']])('for %s %s', (...words) => {
    expect(isJson(report(words))).toBe(false);
  });

  it('where the configuration cannot be read, or there is no directory to look in', () => {
    writeFileSync(join(directory, 'tollbell.config.json'), '{');
    expect(isJson(report([]))).toBe(false);
    const gone = () => {
      throw new Error('ENOENT: uv_cwd');
    };
    expect(isJson(errorReport(ERROR, { argv: [], env: {}, directory: gone }))).toBe(false);
  });
});

describe('masks phone numbers', () => {
  it('in the sentence and in the hint', () => {
    expect(report([])).toBe('error[unknown_contact]: The store has no contact …78.\n  Columns: …99, name.\n');
    expect(JSON.parse(report(['--json']))).toMatchObject({ error: { hint: 'Columns: …99, name.' } });
    expect(report(['--show-pii'])).toContain('Columns: +4915112349999');
  });

  it('in the details, however deep', () => {
    const rows = [{ row: 2, column: 'to', value: '+4915112349999' }];
    const error = fail('rows_invalid', { details: { read: 3, path: '+4915112345678.csv', rows } });
    expect(JSON.parse(report(['--json'], {}, error))).toMatchObject({
      error: { details: { read: 3, path: '…78.csv', rows: [{ row: 2, column: 'to', value: '…99' }] } },
    });
  });

  it('but not the one that we give as an example', () => {
    const error = fail('invalid_phone', { hint: 'Write it like +4915112345678, not like +49151123456789 or <phone>.' });
    expect(report([], {}, error)).toContain('  Write it like +4915112345678, not like …89 or <phone>.\n');
  });
});
