// The program described for programs: JSON Schemas and the command tree.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { createWorld, type World } from '../../world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

type JsonSchema = { readonly properties: Readonly<Record<string, { readonly const?: string }>>; readonly required: readonly string[] };

describe('schema', () => {
  it('lists every command', async () => {
    expect((await world.run('schema')).out.trim().split('\n')).toEqual(COMMANDS.map(({ path }) => path));
    expect((await world.run('schema', '--json')).json()).toMatchObject({
      schema: 'tollbell.schema/1',
      items: expect.arrayContaining([{ command: 'template add', schema: 'tollbell.template-add/1' }]) as unknown[],
      next: null,
    });
  });

  it.each(COMMANDS.map(({ path }) => path))('describes the output of %s, its name first', async (path) => {
    const { out, code } = await world.run('schema', ...path.split(' '));
    const schema = JSON.parse(out) as JsonSchema;
    expect(code).toBe(0);
    expect(Object.keys(schema.properties)[0]).toBe('schema');
    expect(schema.properties['schema']?.const).toBe(`tollbell.${path.replace(' ', '-')}/1`);
    expect(schema.required).toContain('schema');
  });

  it('takes the name with a space or a hyphen, and prints the same with --json', async () => {
    const { out } = await world.run('schema', 'bill-report');
    expect((await world.run('schema', 'template-add')).out).toBe((await world.run('schema', 'template', 'add')).out);
    expect((await world.run('schema', 'bill-report', '--json')).json()).toEqual({
      schema: 'tollbell.schema/1',
      ...(JSON.parse(out) as object),
    });
  });

  it('makes no store', async () => {
    await world.run('schema', 'send');
    await world.run('commands');
    expect(existsSync(world.db)).toBe(false);
  });

  it('refuses a command that there is not', async () => {
    const { code, err } = await world.run('schema', 'telepathy');
    expect(code).toBe(2);
    expect(err).toMatch(/^error\[invalid_input\]: There is no command 'telepathy'/);
  });
});

describe('commands', () => {
  it('lists every command with what it takes', async () => {
    const { items } = (await world.run('commands', '--json')).json() as {
      items: readonly { command: string; options: readonly { name: string }[] }[];
    };
    expect(items.map(({ command }) => command)).toEqual(COMMANDS.map(({ path }) => path));
    expect(items).toContainEqual(
      expect.objectContaining({
        command: 'template preview',
        usage: 'tollbell template preview [options] <name>',
        arguments: [{ name: 'name', description: "the template's name", required: true, variadic: false }],
        output_schema: 'tollbell.template-preview/1',
      }),
    );
    const quote = items.find(({ command }) => command === 'price quote');
    expect(quote?.options).toContainEqual({
      flags: '--to <phone>',
      name: 'to',
      description: 'a recipient; several times',
      takes_value: true,
      global: false,
    });
    expect(quote?.options).toContainEqual(expect.objectContaining({ flags: '--json', takes_value: false, global: true }));
  });

  it('is a short list for people', async () => {
    expect((await world.run('commands')).out).toMatch(/^budget list +list budgets and what is left of them$/m);
  });
});
