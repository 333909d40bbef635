// What reaches a terminal: text that others wrote cannot act on it in any format, and programs get it whole.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { View } from '../../src/cli/command.ts';
import { render, styleFor } from '../../src/cli/render.ts';
import { createWorld, type World } from '../world.ts';

const NASTY = 'Eve\u009b2J\u202e\u2028!';
const ACTING = /[\p{Bidi_Control}\p{Zl}\u007f-\u009f]/u;
let world: World;

beforeEach(() => {
  world = createWorld();
  world.setTerminal(true);
});
afterEach(() => world.close());

it.each(['table', 'json', 'ndjson', 'csv'])('a name cannot act on a terminal in %s', async (format) => {
  const { out } = await world.run('contact', 'add', '+4915112345671', '--name', NASTY, '--format', format, '--no-color');
  expect(out).toContain('Eve\\u009b2J\\u202e\\u2028');
  expect(out).not.toMatch(ACTING);
});

it('NDJSON has a last line that is no item, after a single thing too', async () => {
  const lines = (await world.run('contact', 'add', '+4915112345671', '--format', 'ndjson')).out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { phone: '+4915112345671' },
    { schema: 'tollbell.contact-add.summary/1' },
  ]);
});

it('JSON has the same value', async () => {
  expect((await world.run('contact', 'add', '+4915112345671', '--name', NASTY, '--json')).json()).toMatchObject({ item: { name: NASTY } });
});

it.each([['--json'], ['--format', 'table']])('nor can a wrong argument in the error (%s)', async (...format) => {
  const { code, err } = await world.run('template', 'show', NASTY, ...format);
  expect(code).toBe(2);
  expect(err).toContain('Eve\\u009b2J\\u202e\\u2028');
  expect(err).not.toMatch(ACTING);
});

it('a list is one cell of CSV: its members with commas between them, nothing where it has none', async () => {
  const schema = z.object({
    tags: z.array(z.string()),
    warn: z.array(z.int()),
    none: z.array(z.string()),
    parts: z.array(z.object({ a: z.int() })),
  });
  const view: View<z.output<typeof schema>> = {
    command: 'demo',
    schema,
    document: { tags: ['one', 'two'], warn: [50, 80], none: [], parts: [{ a: 1 }] },
    columns: ['tags', 'warn', 'none', 'parts'],
    text: () => '',
  };
  const shown = await render(view, { format: 'csv', style: await styleFor({ isTerminal: false }, 'never'), isTerminal: false });
  expect(shown).toBe('tags,warn,none,parts\n"one, two","50, 80",,"[{""a"":1}]"\n');
});

describe('rows that stand deeper in a document', () => {
  const schema = z.object({ at: z.string(), bill: z.object({ rows: z.array(z.object({ market: z.string() })), total: z.int() }) });
  const view: View<z.output<typeof schema>> = {
    command: 'demo',
    schema,
    document: { at: 'now', bill: { rows: [{ market: 'France' }, { market: 'India' }], total: 2 } },
    rows: 'bill.rows',
    columns: ['market'],
    text: () => '',
  };
  const shown = async (format: 'csv' | 'ndjson') =>
    render(view, { format, style: await styleFor({ isTerminal: false }, 'never'), isTerminal: false });

  it('are the lines of CSV', async () => {
    expect(await shown('csv')).toBe('market\nFrance\nIndia\n');
  });

  it('are the lines of NDJSON, and the last line has all else', async () => {
    expect((await shown('ndjson')).trimEnd().split('\n')).toEqual([
      '{"market":"France"}',
      '{"market":"India"}',
      '{"schema":"tollbell.demo.summary/1","at":"now","bill":{"total":2}}',
    ]);
  });
});
