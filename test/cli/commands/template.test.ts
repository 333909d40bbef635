// The template commands, run as a user runs them.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

const SHIPPED = 'src/catalog/templates/order_shipped';
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

/** Writes a template into the world and returns its path. */
function file(document: unknown, name = 'template.json'): string {
  const path = join(world.directory, name);
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
}

function greeting(fields: object = {}) {
  return { name: 'greeting', language: 'en', category: 'UTILITY', components: [{ type: 'BODY', text: 'Hello {{1}}!' }], ...fields };
}

describe('template add', () => {
  it('adds, changes and leaves alone, by what is new', async () => {
    const path = file(greeting());
    expect((await world.run('template', 'add', path, '--json')).json()).toMatchObject({
      schema: 'tollbell.template-add/1',
      item: { name: 'greeting', status: 'approved', parameters: ['1'], added_at: '2026-11-22T12:00:00Z', result: 'added' },
    });
    world.setClock('2026-11-23T12:00:00Z');
    expect((await world.run('template', 'add', path, '--json')).json()).toMatchObject({
      item: { result: 'unchanged', added_at: '2026-11-22T12:00:00Z' },
    });
    file(greeting({ components: [{ type: 'BODY', text: 'Good day {{1}}, how are you?' }] }));
    expect((await world.run('template', 'add', path, '--json')).json()).toMatchObject({
      item: { result: 'updated', added_at: '2026-11-23T12:00:00Z' },
    });
  });

  it('reads standard input', async () => {
    const { code, out } = await world.pipe(JSON.stringify(greeting()), 'template', 'add', '-');
    expect(out).toBe('added greeting en (utility; parameters: 1)\n');
    expect(code).toBe(0);
  });

  it('says when the provider has not approved it', async () => {
    const { code, err } = await world.run('template', 'add', file(greeting({ status: 'PENDING' })));
    expect(err).toContain('status is pending');
    expect(code).toBe(0);
    expect((await world.run('template', 'add', file(greeting({ status: 'PENDING' })), '--quiet')).err).toBe('');
  });

  it.each([
    ['not JSON', '{', 'template_invalid', /not JSON/],
    ['another document', { rates: [] }, 'template_invalid', /name is missing/],
    ['a broken rule', greeting({ components: [{ type: 'BODY', text: '{{1}} hello' }] }), 'template_invalid', /components\[0\]\.text/],
    ['nothing', '', 'file_invalid', /empty/],
  ])('refuses %s and writes nothing', async (_, document, code, message) => {
    const error = await world.failure('template', 'add', file(document));
    expect(error).toMatchObject({ exit: 2, code });
    expect(error.message).toMatch(message);
    expect(existsSync(world.db)).toBe(false);
  });

  it('refuses a file that is not there, and a directory', async () => {
    expect(await world.failure('template', 'add', join(world.directory, 'none.json'))).toMatchObject({ exit: 2, code: 'file_unreadable' });
    expect(await world.failure('template', 'add', world.directory)).toMatchObject({ exit: 2, code: 'file_unreadable' });
  });

  it('keeps the templates of senders apart', async () => {
    await world.run('sender', 'add', 'shop', '--transport', 'sandbox');
    await world.run('template', 'add', file(greeting()), '--sender', 'shop');
    expect((await world.run('template', 'list', '--json')).json()).toMatchObject({ items: [{ name: 'hello_world' }] });
    expect((await world.run('template', 'list', '--json', '--sender', 'shop')).json()).toMatchObject({ items: [{ name: 'greeting' }] });
  });
});

describe('template list', () => {
  it('is empty without a store, and makes none', async () => {
    expect((await world.run('template', 'list', '--json')).json()).toEqual({ schema: 'tollbell.template-list/1', items: [], next: null });
    expect((await world.run('template', 'list')).out).toBe('No templates.\n');
    expect(existsSync(world.db)).toBe(false);
  });

  it('goes through the pages and the filters', async () => {
    for (const language of ['de', 'en_US', 'es']) await world.run('template', 'add', `${SHIPPED}.${language}.json`);
    await world.run('template', 'add', file(greeting({ category: 'MARKETING', status: 'PAUSED' })));
    const first = (await world.run('template', 'list', '--limit', '3', '--json')).json();
    expect(first).toMatchObject({ items: [{ name: 'greeting' }, { name: 'hello_world' }, { language: 'de' }], next: 'order_shipped/de' });
    const second = (await world.run('template', 'list', '--after', String(first['next']), '--json')).json();
    expect(second).toMatchObject({ items: [{ language: 'en_US' }, { language: 'es' }], next: null });
    expect((await world.run('template', 'list', '--category', 'marketing', '--json')).json()['items']).toHaveLength(1);
    expect((await world.run('template', 'list', '--status', 'paused', '--format', 'csv')).out).toMatch(
      /^name,language,[^\n]*\ngreeting,en,/,
    );
    expect(await world.failure('template', 'list', '--status', 'fine')).toMatchObject({ exit: 2, code: 'invalid_input' });
  });
});

describe('template show', () => {
  it('shows every language with its text', async () => {
    for (const language of ['de', 'es']) await world.run('template', 'add', `${SHIPPED}.${language}.json`);
    const { out } = await world.run('template', 'show', 'order_shipped');
    expect(out).toContain('order_shipped de  utility, approved\nparameters  name, order\n\n  Hallo {{name}}');
    expect(out).toContain('order_shipped es');
    expect((await world.run('template', 'show', 'order_shipped', '--language', 'de', '--json')).json()).toMatchObject({
      item: { name: 'order_shipped', languages: [{ language: 'de', components: [{ type: 'BODY' }] }] },
    });
  });

  it('names what there is when it is not found', async () => {
    expect(await world.failure('template', 'show', 'order_shipped')).toMatchObject({
      exit: 2,
      code: 'unknown_template',
      hint: /template add/,
    });
    await world.run('template', 'add', `${SHIPPED}.de.json`);
    expect(await world.failure('template', 'show', 'order_shiped')).toMatchObject({
      code: 'unknown_template',
      hint: 'Templates: hello_world, order_shipped.',
    });
    expect(await world.failure('template', 'show', 'order_shipped', '--language', 'fr')).toMatchObject({ hint: 'Languages: de.' });
  });
});

describe('template preview', () => {
  beforeEach(async () => {
    await world.run('template', 'add', 'src/catalog/templates/summer_sale.en_US.json');
  });

  it('shows the message as the recipient reads it', async () => {
    const { out, code } = await world.run('template', 'preview', 'summer_sale', '--param', 'name=Ada', '--param', 'code=SUN-20');
    expect(out).toBe(
      '  Summer sale\n\n  Hello Ada, our summer sale has begun. With the code SUN-20 everything in the shop costs a fifth less until Sunday evening.\n' +
        '\n  Reply STOP to hear no more of our offers\n\n  [ Stop promotions ]\n',
    );
    expect(code).toBe(0);
  });

  it('shows variables for what is not given, and names them', async () => {
    const ran = await world.run('template', 'preview', 'summer_sale', '--param', 'code=SUN-20', '--json');
    expect(ran.json()).toMatchObject({ item: { missing: ['name'], body: expect.stringContaining('Hello {{name}}') as string } });
    expect(ran.err).toContain('Not given: name');
  });

  it.each([
    ['a parameter that it does not have', ['--param', 'nam=Ada'], 'parameter_mismatch'],
    ['an empty value', ['--param', 'name='], 'parameter_mismatch'],
    ['a line break', ['--param', 'name=Ada\nLovelace'], 'parameter_mismatch'],
    ['a parameter without value', ['--param', 'name'], 'invalid_input'],
    ['a parameter twice', ['--param', 'name=a', '--param', 'name=b'], 'invalid_input'],
    ['an unknown language', ['--language', 'de'], 'unknown_template'],
    ['a language in words', ['--language', 'German'], 'invalid_input'],
  ])('refuses %s', async (_, options, code) => {
    expect(await world.failure('template', 'preview', 'summer_sale', ...options)).toMatchObject({ exit: 2, code });
  });

  it('asks for the language where there are several', async () => {
    for (const language of ['de', 'es']) await world.run('template', 'add', `${SHIPPED}.${language}.json`);
    expect(await world.failure('template', 'preview', 'order_shipped')).toMatchObject({
      code: 'language_required',
      hint: 'Choose one with --language.',
    });
  });

  it('does no harm with what a value would do to a terminal', async () => {
    const value = 'name=\u001b[2J\u202eAda';
    const { out } = await world.run('template', 'preview', 'summer_sale', '--param', value, '--param', 'code=x');
    expect(out).toContain('Hello \\u001b[2J\\u202eAda,');
  });
});
