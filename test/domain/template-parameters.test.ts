// The parameters of a template: their names, and what is wrong with values.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declaredParameters, parameterProblems, takesTheSame } from '../../src/domain/template-parameters.ts';
import { parseTemplate } from '../../src/domain/template-parse.ts';
import { LOGIN_CODE, templateOf } from './templates.ts';

const EVERYTHING = templateOf([
  { type: 'BUTTONS', buttons: [url('https://example.com/{{1}}'), { type: 'COPY_CODE' }, { type: 'QUICK_REPLY', text: 'Yes' }] },
  { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
  { type: 'BODY', text: 'Dear {{2}}, here is {{1}}, again {{2}}.' },
]);
const GREETING = templateOf([{ type: 'BODY', text: 'Hello {{name}}, {{order}} is here.' }], { parameter_format: 'NAMED' });

describe('declaredParameters', () => {
  it('names header, body and buttons in reading order, numbers in theirs', () => {
    expect(declaredParameters(EVERYTHING)).toEqual(['header.1', '1', '2', 'button.0.1', 'button.1.1']);
  });

  it('names named parameters as the text does, once each', () => {
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'About {{order}}' },
      { type: 'BODY', text: 'Hello {{name}}, {{order}} and {{name}} again.' },
      { type: 'BUTTONS', buttons: [url('https://example.com/{{path}}')] },
    ];
    expect(declaredParameters(templateOf(components, { parameter_format: 'NAMED' }))).toEqual([
      'header.order',
      'name',
      'order',
      'button.0.1',
    ]);
  });

  it('keeps more than nine numbers in order', () => {
    const text = `A ${Array.from({ length: 11 }, (_, index) => `{{${11 - index}}}`).join(' b ')} z`;
    expect(declaredParameters(templateOf([{ type: 'BODY', text }]))).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11']);
  });

  it.each([
    ['IMAGE', ['header.image']],
    ['VIDEO', ['header.video']],
    ['DOCUMENT', ['header.document']],
    ['LOCATION', ['header.latitude', 'header.longitude', 'header.name', 'header.address']],
  ])('asks for what a %s header needs', (format, parameters) => {
    expect(
      declaredParameters(
        templateOf([
          { type: 'HEADER', format },
          { type: 'BODY', text: 'Hello' },
        ]),
      ),
    ).toEqual(parameters);
  });

  it('asks for the code of an authentication template once', () => {
    expect(declaredParameters(parseTemplate(LOGIN_CODE))).toEqual(['1']);
  });

  it('asks for nothing where nothing varies', () => {
    const components = [
      { type: 'BODY', text: 'Hello' },
      { type: 'BUTTONS', buttons: [url('https://example.com')] },
    ];
    expect(declaredParameters(templateOf(components))).toEqual([]);
  });
});

describe('parameterProblems', () => {
  it('has nothing against good values, nor against none where none are declared', () => {
    expect(parameterProblems(GREETING, { name: 'Ada', order: 'A-17' })).toEqual([]);
    expect(parameterProblems(templateOf([{ type: 'BODY', text: 'Hi' }]), {})).toEqual([]);
  });

  it('tells what is missing, then what is too much', () => {
    expect(parameterProblems(GREETING, { order: 'A-17', colour: 'red', size: 'L' })).toEqual([
      { parameter: 'name', problem: 'missing' },
      { parameter: 'colour', problem: 'unexpected' },
      { parameter: 'size', problem: 'unexpected' },
    ]);
  });

  it('tells that all is missing', () => {
    expect(parameterProblems(GREETING, {}).map(({ problem }) => problem)).toEqual(['missing', 'missing']);
  });

  it('is not deceived by what every object has', () => {
    const template = templateOf([{ type: 'BODY', text: 'Hi {{constructor}} there.' }], { parameter_format: 'NAMED' });
    expect(parameterProblems(template, {})).toEqual([{ parameter: 'constructor', problem: 'missing' }]);
    expect(parameterProblems(template, { constructor: 'Lego' })).toEqual([]);
  });

  it.each<[string, string, string, string | null]>([
    ['an empty text', 'name', '', 'empty'],
    ['spaces only', 'name', ' \u00a0 ', 'empty'],
    ['a line break', 'name', 'Ada\nLovelace', 'not_allowed'],
    ['a tab', 'name', 'Ada\tLovelace', 'not_allowed'],
    ['five spaces', 'name', 'Ada     Lovelace', 'not_allowed'],
    ['four spaces', 'name', 'Ada    Lovelace', null],
    ['a formula', 'name', '=1+1', null],
    ['an escape sequence', 'name', '\u001b[31mAda', null],
    ['as much as a body alone takes', 'name', 'x'.repeat(32_768), null],
    ['more', 'name', 'x'.repeat(32_769), 'too_long'],
    ['emoji, each of them one character', 'name', '🎉'.repeat(32_768), null],
    ['too many emoji', 'name', '🎉'.repeat(32_769), 'too_long'],
  ])('judges %s', (_, parameter, value, problem) => {
    const problems = parameterProblems(GREETING, { name: 'Ada', order: 'A-17', [parameter]: value });
    expect(problems).toEqual(problem === null ? [] : [{ parameter, problem }]);
  });

  it.each<[string, string, string | null]>([
    ['header.1', 'x'.repeat(60), null],
    ['header.1', 'x'.repeat(61), 'too_long'],
    ['1', 'x'.repeat(1_024), null],
    ['1', 'x'.repeat(1_025), 'too_long'],
    ['button.0.1', 'a?b=1&c=ü', null],
    ['button.0.1', 'a b', 'not_allowed'],
    ['button.0.1', 'x'.repeat(1_980), null],
    ['button.0.1', 'x'.repeat(1_981), 'too_long'],
    ['button.1.1', 'SAVE25', null],
    ['button.1.1', 'x'.repeat(16), 'too_long'],
    ['button.1.1', 'SAVÉ', 'not_allowed'],
  ])('judges %s = %.20s', (parameter, value, problem) => {
    const good = { 'header.1': 'A', 1: 'b', 2: 'c', 'button.0.1': 'd', 'button.1.1': 'e' };
    expect(parameterProblems(EVERYTHING, { ...good, [parameter]: value })).toEqual(problem === null ? [] : [{ parameter, problem }]);
  });

  it.each([
    ['IMAGE', { 'header.image': 'https://example.com/a.jpg' }, []],
    ['DOCUMENT', { 'header.document': '2871834006348767' }, []],
    ['VIDEO', { 'header.video': 'film.mp4' }, ['not_allowed']],
    ['LOCATION', { 'header.latitude': '52.5', 'header.longitude': '-13.4', 'header.name': 'Shop', 'header.address': 'Berlin' }, []],
    [
      'LOCATION',
      { 'header.latitude': '52,5', 'header.longitude': '13', 'header.name': 'Shop', 'header.address': 'Berlin' },
      ['not_allowed'],
    ],
  ])('judges a %s header', (format, given, problems) => {
    const template = templateOf([
      { type: 'HEADER', format },
      { type: 'BODY', text: 'Hello' },
    ]);
    expect(parameterProblems(template, given).map(({ problem }) => problem)).toEqual(problems);
  });

  it.each([
    ['123456', null],
    ['AB-12 34', null],
    ['1234567890123456', 'too_long'],
    ['http://a.b', 'not_allowed'],
    ['12🎉', 'not_allowed'],
  ])('judges the code %s', (code, problem) => {
    expect(parameterProblems(parseTemplate(LOGIN_CODE), { 1: code })[0]?.problem ?? null).toBe(problem);
  });

  it('finds a problem exactly where given and declared differ', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const declared = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(declared, fc.uniqueArray(name, { maxLength: 6 }), (names, others) => {
        const template = templateOf([{ type: 'BODY', text: `Hi ${names.map((one) => `{{${one}}}`).join(', ')}.` }], {
          parameter_format: 'NAMED',
        });
        const given = Object.fromEntries(others.map((one) => [one, 'x']));
        const expected = [
          ...names.filter((one) => !others.includes(one)).map((parameter) => ({ parameter, problem: 'missing' })),
          ...others.filter((one) => !names.includes(one)).map((parameter) => ({ parameter, problem: 'unexpected' })),
        ];
        expect(parameterProblems(template, given)).toEqual(expected);
      }),
    );
  });
});

function url(address: string) {
  return { type: 'URL', text: 'Track', url: address };
}

describe('takesTheSame', () => {
  const en = templateOf([{ type: 'BODY', text: 'Hello {{1}}, {{2}}.' }]);

  it('holds for other words around the same parameters', () => {
    expect(takesTheSame(en, templateOf([{ type: 'BODY', text: 'Hola {{1}}: {{2}}.' }], { language: 'es' }))).toBe(true);
  });

  it.each([
    ['fewer parameters', [{ type: 'BODY', text: 'Hola {{1}}.' }]],
    [
      'another name',
      [
        { type: 'BODY', text: 'Hola {{1}}.' },
        { type: 'HEADER', format: 'TEXT', text: 'Para {{1}} hoy', example: { header_text: ['Ada'] } },
      ],
    ],
    [
      'less room',
      [
        { type: 'BODY', text: 'Hola {{1}}, {{2}}.' },
        { type: 'FOOTER', text: 'adios' },
      ],
    ],
  ])('does not for %s', (_what, components) => {
    const other = templateOf(components, { language: 'es' });
    expect([takesTheSame(en, other), takesTheSame(other, en)]).toEqual([false, false]);
  });

  it('does not for another kind of value', () => {
    const image = templateOf([
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Hola' },
    ]);
    const video = templateOf([
      { type: 'HEADER', format: 'VIDEO' },
      { type: 'BODY', text: 'Hola' },
    ]);
    expect([takesTheSame(image, video), takesTheSame(image, image)]).toEqual([false, true]);
  });
});
