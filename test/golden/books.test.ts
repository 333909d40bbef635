// The bill of a small store as double-entry programs read it, kept beside this file, and where these formats are refused.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { BOOK_FORMATS } from '../../src/config.ts';
import { fillSampleBooks, SAMPLE_REPORT } from '../billing/export/sample-books.ts';
import { createWorld, type World } from '../world.ts';

let world: World;

beforeAll(async () => {
  world = createWorld();
  await fillSampleBooks(world);
});
afterAll(() => world.close());

test.each([
  ['hledger', 'sample.journal'],
  ['beancount', 'sample.beancount'],
])('--format %s is %s', async (format, file) => {
  const { code, out } = await world.run(...SAMPLE_REPORT, '--format', format);
  expect([code, out]).toEqual([0, readFileSync(join(import.meta.dirname, 'books', file), 'utf8')]);
});

describe('the formats of double-entry programs', () => {
  it.each(BOOK_FORMATS)('%s: a period without charges has only its heading and no bookings', async (format) => {
    const { code, out } = await world.run('bill-report', '--month', '2026-09', '--format', format);
    expect(code).toBe(0);
    expect(out).toMatch(/^; The bill from 2026-09-01 up to 2026-10-01, as of 2026-11-22T12:00:00Z\./);
    expect(out).not.toContain(' * ');
  });

  it.each(BOOK_FORMATS)('%s books nothing by tag', async (format) => {
    expect(await world.run('bill-report', '--by', 'tag', '--format', format)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error\[usage]: A message with several tags would be booked several times/) as string,
    });
  });

  it('show the books as they stood', async () => {
    const { out } = await world.run('bill-report', '--as-of', '2026-11-20T09:00:00Z', '--format', 'hledger');
    expect(out).toContain(', as of 2026-11-20T09:00:00Z.');
    expect(out).not.toContain('adjusted');
  });

  it('come from the environment too', async () => {
    world.env['TOLLBELL_FORMAT'] = 'hledger';
    const [bill, other] = [await world.run('bill-report'), await world.run('sender', 'list')];
    delete world.env['TOLLBELL_FORMAT'];
    expect(bill.out).toMatch(/^; The bill/);
    expect(other.err).toMatch(
      /^error\[config_invalid]: There is no output format 'hledger'\.\n {2}Use one of table, json, ndjson, csv\.\n$/,
    );
  });

  it('are named in the help of the commands that take them, and refused by all others', async () => {
    const taking = COMMANDS.filter(({ formats }) => formats?.includes('hledger')).map(({ path }) => path);
    expect(taking).toEqual(['bill-report']);
    expect((await world.run('bill-report', '--help')).out).toContain('output: table, json, ndjson, csv, hledger, beancount');
    expect((await world.run('send', '--help')).out).not.toContain('hledger');
    for (const argv of [['message', 'list'], ['send', 'hello_world', '--to', '+4915112345678'], ['demo']]) {
      expect(await world.run(...argv, '--format', 'hledger')).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/^error\[usage]: There is no output format 'hledger'\./) as string,
      });
    }
  });
});
