// What the columns of a recipients file mean: ours, the template's, and none.

import { describe, expect, it, test } from 'vitest';
import { errorOf } from './files.ts';
import { check, named, ORDER, storedTemplate } from './order-template.ts';

const TO = '+4915112345678';

describe('columns', () => {
  it('of the template are parameters, the others are ours', async () => {
    const { recipients, rejections, read } = await check(
      `to,order,name,key,language,cost_center,tag\n${TO},A-17,Ada,k1,en,north,"a, b,a"\n`,
    );
    expect(rejections).toEqual([]);
    expect(read).toBe(1);
    expect(recipients).toMatchObject([
      {
        row: 1,
        to: { phone: TO },
        key: 'k1',
        language: 'en',
        content: '{"name":"Ada","order":"A-17"}',
        checkedFor: ORDER.id,
        costCenter: 'north',
        tags: ['a', 'b'],
        record: { row: 1, cells: [TO, 'A-17', 'Ada', 'k1', 'en', 'north', 'a, b,a'] },
      },
    ]);
  });

  it('that are not there leave everything to the contact and the command', async () => {
    const { recipients } = await check(`to,name,order\n${TO},Ada,A-17\n`);
    expect(recipients).toMatchObject([{ key: null, language: null, costCenter: null, tags: [] }]);
  });

  it('that are empty do the same, except for the key', async () => {
    const { recipients } = await check(`to,name,order,language,cost_center,tag\n${TO},Ada,A-17,, ,\n`);
    expect(recipients).toMatchObject([{ language: null, costCenter: null, tags: [] }]);
  });

  it('called name are passed over where the template has no such parameter; contact.name always is', async () => {
    const plain = { templates: [named('Your order {{order}} has left.')] };
    expect((await check(`to,name,order\n${TO},Ada,A-17\n`, plain)).recipients).toMatchObject([{ content: '{"order":"A-17"}' }]);
    expect((await check(`to,contact.name,order,name\n${TO},Ada L,A-17,Ada\n`)).recipients).toMatchObject([
      { content: '{"name":"Ada","order":"A-17"}' },
    ]);
  });

  it('of positional, header and button parameters have their names', async () => {
    const template = storedTemplate([
      { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}', example: { header_text: ['x'] } },
      { type: 'BODY', text: 'Hello {{1}}, it comes on {{2}}, {{1}}!', example: { body_text: [['x', 'y']] } },
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Track', url: 'https://example.com/{{1}}', example: ['x'] }] },
    ]);
    const { recipients } = await check(`2,1,to,button.0.1,header.1\nMonday,Ada,${TO},t/17,A-17\n`, { templates: [template] });
    expect(recipients.map(({ content }) => content)).toEqual(['{"header.1":"A-17","1":"Ada","2":"Monday","button.0.1":"t/17"}']);
  });

  it('are renamed before they get a meaning', async () => {
    const { recipients } = await check(`mobile;first name;order\n${TO};Ada;A-17\n`, { rename: { mobile: 'to', 'first name': 'name' } });
    expect(recipients).toMatchObject([{ to: { phone: TO }, content: '{"name":"Ada","order":"A-17"}' }]);
  });

  it('that mean nothing are an error that lists them and what there is', async () => {
    const error = await errorOf(check(`to,name,order,shop,\n${TO},Ada,A-17,x,\n`));
    expect(error).toMatchObject({
      code: 'file_invalid',
      message: 'orders.csv has columns that mean nothing here: shop, (column 5, without a name).',
      details: { columns: ['shop', '(column 5, without a name)'] },
    });
    expect(error.hint).toMatch(/The template takes name, order\..*--map.*--ignore-columns/);
  });

  it('that mean nothing may be passed over', async () => {
    const { recipients } = await check(`to,name,order,shop,\n${TO},Ada,A-17,x,\n`, { ignoreColumns: true });
    expect(recipients).toMatchObject([{ content: '{"name":"Ada","order":"A-17"}' }]);
  });

  it('of the same meaning twice are an error', async () => {
    expect(await errorOf(check(`to,contact.to,name,order\n`))).toMatchObject({
      code: 'file_invalid',
      message: "orders.csv has to twice: as 'to' and as 'contact.to'.",
    });
  });
});

describe('a header', () => {
  it('without recipients is an error that shows how to rename a column', async () => {
    const error = await errorOf(check('phone,name,order\n'));
    expect(error).toMatchObject({ code: 'file_invalid', message: "orders.csv has no column 'to' with the recipients." });
    expect(error.hint).toBe('Its columns are phone, name, order. Rename one: --map phone=to.');
  });

  it('that is missing is told from one without recipients', async () => {
    expect(await errorOf(check(`${TO},Ada,A-17\n`))).toMatchObject({
      message: 'orders.csv begins with a row, not with the names of its columns.',
    });
  });

  it('whose template has a parameter called to needs contact.to', async () => {
    const options = { templates: [named('From {{from}} to {{to}} we go.')] };
    expect(await errorOf(check(`to,from\n`, options))).toMatchObject({
      message: "orders.csv has no column 'contact.to' with the recipients.",
    });
    expect((await check(`contact.to,to,from\n${TO},Bonn,Ulm\n`, options)).recipients).toMatchObject([
      { to: { phone: TO }, content: '{"from":"Ulm","to":"Bonn"}' },
    ]);
  });

  it('without a parameter is an error before any row is read', async () => {
    const error = await errorOf(check(`to,name\n${TO},Ada\n`));
    expect(error).toMatchObject({
      code: 'parameter_mismatch',
      message: 'orders.csv has no column for order.',
      details: { missing: ['order'] },
    });
  });

  it('alone is a file with nobody in it', async () => {
    expect(await check('to,name,order\n')).toEqual({ recipients: [], rejections: [], read: 0 });
  });
});

describe('parameters for all rows', () => {
  it('fill what the file does not have', async () => {
    const { recipients } = await check(`to,name\n${TO},Ada\n`, { parameters: { order: 'A "17"' } });
    expect(recipients.map(({ content }) => content)).toEqual(['{"name":"Ada","order":"A \\"17\\""}']);
  });

  it('do not stand in for a column that is there', async () => {
    const error = await errorOf(check(`to,name,order\n${TO},Ada,A-17\n`, { parameters: { order: 'A-1' } }));
    expect(error).toMatchObject({ code: 'invalid_input', message: 'param order: orders.csv has a column of that name too.' });
  });

  it.each([
    [{ shop: 'x' }, 'param shop: unexpected.'],
    [{ order: '' }, 'param order: empty.'],
    [{ order: 'a\nb' }, 'param order: not allowed.'],
  ])('are checked once: %j', async (parameters, message) => {
    const error = await errorOf(check(`to,name\n${TO},Ada\n`, { parameters }));
    expect(error).toMatchObject({ code: 'parameter_mismatch', message, hint: 'The template takes name, order.' });
  });
});

describe('languages', () => {
  const english = named('Hello {{name}}.', { language: 'en_US' });
  const german = named('Hallo {{name}}, Bestellung {{order}} ist da.', { language: 'de' });
  const templates = [english, german];

  it('are asked for in the row, each with parameters of its own', async () => {
    const { recipients, rejections } = await check(
      `to,language,name,order\n${TO},en-US,Ada,\n${TO},de,Ada,A-17\n${TO},de,Ada,\n${TO},fr,Ada,A-17\n`,
      { templates },
    );
    expect(recipients).toMatchObject([
      { language: 'en_US', content: '{"name":"Ada"}', checkedFor: english.id },
      { language: 'de', content: '{"name":"Ada","order":"A-17"}', checkedFor: german.id },
    ]);
    expect(rejections).toMatchObject([
      { row: 3, column: 'order', reason: 'empty' },
      { row: 4, column: 'language', value: 'fr', reason: 'unknown_language', message: 'the template is there in en_US, de' },
    ]);
  });

  it('asked for by the command beat the row', async () => {
    const { recipients } = await check(`to,language,name,order\n${TO},en-US,Ada,A-17\n`, { templates, language: 'de' });
    expect(recipients).toMatchObject([{ language: 'de', checkedFor: german.id }]);
  });

  it('left to the contact are checked against one that fits', async () => {
    const { recipients } = await check(`to,name\n${TO},Ada\n`, { templates: [german, english] });
    expect(recipients).toMatchObject([{ language: null, content: '{"name":"Ada"}', checkedFor: english.id }]);
  });
});

test('NDJSON may bring columns line by line, and what is missing is missing in that row', async () => {
  const lines = [
    `{"to":"${TO}","name":"Ada","order":17}`,
    `{"to":"${TO}","order":"A-1","key":"k","name":"Bob"}`,
    `{"name":"Cleo","order":"A-2"}`,
    `{"to":"${TO}","name":"Dan"}`,
  ];
  const { recipients, rejections } = await check(lines.join('\n'), { name: '-' });
  expect(recipients).toMatchObject([
    { row: 1, key: null, content: '{"name":"Ada","order":"17"}' },
    { row: 2, key: 'k', content: '{"name":"Bob","order":"A-1"}' },
  ]);
  expect(rejections).toMatchObject([
    { row: 3, column: 'to', reason: 'missing' },
    { row: 4, column: 'order', reason: 'missing' },
  ]);
});

test('NDJSON with a column that means nothing is an error as soon as it comes', async () => {
  expect(await errorOf(check(`{"to":"${TO}","name":"Ada","order":"17"}\n{"shop":"x"}\n`, { name: 'a.ndjson' }))).toMatchObject({
    code: 'file_invalid',
    details: { columns: ['shop'] },
  });
});
