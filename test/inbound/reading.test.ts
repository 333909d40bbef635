// What customers write when they want no more, in every language of the catalogue, and what only looks like it.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsentWord } from '../../src/domain/consent-word.ts';
import { foldText } from '../../src/domain/consent-word.ts';
import { readInbound } from '../../src/inbound/reading.ts';

const read = (text: string | null, own: readonly ConsentWord[] = []) => readInbound(text, own);
const rows = readFileSync('src/catalog/consent-words.csv', 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));
const words = (meaning: string) => rows.flatMap(([word = '', language = '', said = '']) => (said === meaning ? [{ word, language }] : []));

describe('a word alone', () => {
  it.each(words('opt_out'))('$word ($language) stops', ({ word }) => {
    expect(read(word)).toBe('opt_out');
    expect(read(`  ${word.toLowerCase()}!! `)).toBe('opt_out');
  });

  it.each(words('opt_in'))('$word starts again', ({ word }) => {
    expect(read(word)).toBe('opt_in');
    expect(read(`“${word.toLowerCase()}”.`)).toBe('opt_in');
  });

  it.each([
    'STOP',
    'stop',
    'Stop.',
    'STOP!!',
    '🛑 stop 🛑',
    'st\u200bop',
    '\u202estop',
    'ＳＴＯＰ',
    '𝐒𝐓𝐎𝐏',
    'opt-out',
    'Opt out',
    'arrêt',
    'ARRET',
    'iptal',
    'İPTAL',
    'الغاء',
    'إِلْغَاء',
  ])('%s stops', (text) => {
    expect(read(text)).toBe('opt_out');
  });
});

describe('a word with courtesies', () => {
  it.each([
    'stop please',
    'Please STOP!',
    'stop, thank you',
    'Bitte stopp',
    'STOP bitte, danke',
    'stop por favor',
    's’il vous plaît, STOP',
    'stop, пожалуйста',
  ])('%s stops', (text) => {
    expect(read(text)).toBe('opt_out');
  });

  it.each(['bitte abmelden', 'baja por favor'])('%s, which only we call a stop word, is for a person', (text) => {
    expect(read(text)).toBe('near_miss');
  });

  it.each(['start please', 'please start'])('%s opts nobody in', (text) => {
    expect(read(text)).toBe('nothing');
  });
});

describe('a sentence', () => {
  it.each([
    'please stop sending me this',
    "don't stop",
    'stop by tomorrow',
    'I want to unsubscribe from all of these messages that you have been sending to me every single day since I bought that lamp',
    'Remove me from the list',
    'no more messages!!',
    'Bitte schicken Sie mir keine Nachrichten mehr',
    'ich möchte das nicht mehr',
    'quiero desuscribirme',
    'Por favor dejen de escribirme',
    'não quero receber isso',
    'je veux me désabonner',
    'cancellami per favore dalla lista',
    'schrijf me uit aub',
    'nie chcę otrzymywać wiadomości',
    'Отпишите меня',
    'не пишите мне больше',
    'لا ترسلوا لي رسائل',
    'मुझे संदेश मत भेजें',
    'jangan kirim lagi',
    'inga fler meddelanden tack',
  ])('that may be a stop is for a person: %s', (text) => {
    expect(read(text)).toBe('near_miss');
  });

  it.each([
    null,
    '',
    '👍',
    '…',
    'Thank you!',
    'When does the parcel come?',
    'Ich starte morgen',
    'c’est dur',
    'start the engine',
    'das Stopfen ist gut',
    'the tour will go through the old town and along the river and in the very end we all meet again',
  ])('that says nothing about it is nothing: %s', (text) => {
    expect(read(text)).toBe('nothing');
  });

  it('of any length takes no time', () => {
    expect(read('please '.repeat(100_000))).toBe('nothing');
    expect(read(`${'bla '.repeat(100_000)}unsubscribe`)).toBe('nothing');
    expect(read(`${'bla '.repeat(1_000)}unsubscribe`)).toBe('near_miss');
  });
});

describe('a sender’s own words', () => {
  const own = (word: string, meaning: ConsentWord['meaning']): ConsentWord => ({ word: foldText(word), language: '*', meaning });

  it('are read like the built-in ones', () => {
    expect(read('GENUG!', [own('Genug', 'opt_out')])).toBe('opt_out');
    expect(read('genug bitte', [own('Genug', 'opt_out')])).toBe('opt_out');
    expect(read('jetzt ist genug', [own('Genug', 'opt_out')])).toBe('near_miss');
    expect(read('Ja, gern', [own('ja gern', 'opt_in')])).toBe('opt_in');
    expect(read('请退订我', [own('退订', 'opt_out')])).toBe('near_miss');
  });

  it('go before the built-in ones', () => {
    expect(read('CANCEL', [own('cancel', 'none')])).toBe('nothing');
    expect(read('cancel please', [own('cancel', 'none')])).toBe('nothing');
    expect(read('please cancel my order', [own('cancel', 'none')])).toBe('nothing');
    expect(read('END', [own('end', 'opt_in')])).toBe('opt_in');
  });
});

describe('case, accents, punctuation and space', () => {
  const texts = fc.oneof(
    fc.constantFrom(...rows.map(([word = '']) => word.replace('*', ''))),
    fc
      .array(fc.constantFrom(...rows.map(([word = '']) => word.replace('*', '')), 'hello', 'lamp', 'نعم', 'हाँ'), { maxLength: 5 })
      .map((parts) => parts.join(' ')),
  );
  const noise = fc
    .array(fc.constantFrom('!', '.', '…', '🛑', '👍🏽', '"', '\u200b', '\u202e', '\ufe0f', '\n', '  ', '¡', '،', '।', '*', '_'), {
      maxLength: 4,
    })
    .map((parts) => parts.join(''));

  it('never change what a message means', () => {
    fc.assert(
      fc.property(texts, noise, noise, (text, before, after) => {
        const meaning = read(text);
        for (const form of [
          text.toUpperCase(),
          text.toLowerCase(),
          text.normalize('NFD'),
          text.normalize('NFC'),
          `${before} ${text} ${after}`,
          text.replaceAll(' ', `  \u200f`),
        ]) {
          expect({ form, meaning: read(form) }).toEqual({ form, meaning });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
