// What customers write when they want no more, in every language of the catalogue, and what only looks like it.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsentWord } from '../../src/domain/consent-word.ts';
import { foldText } from '../../src/domain/consent-word.ts';
import { readInbound } from '../../src/inbound/reading.ts';

const read = (text: string | null, own: readonly ConsentWord[] = []) => readInbound({ text, isButton: false }, own);
const tap = (text: string, own: readonly ConsentWord[] = []) => readInbound({ text, isButton: true }, own);
const own = (word: string, meaning: ConsentWord['meaning']): ConsentWord => ({ word: foldText(word), language: '*', meaning });
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

describe('a stop word and next to nothing else', () => {
  it.each([
    'STOP STOP STOP',
    'stop, stop!',
    'opt out opt out',
    'STOP\n\nSent from my iPhone',
    '\n🛑\nSTOP!\r\nOn Monday you wrote: we have got new lamps',
    'stop now',
    'Stop now please',
    'STOP - Ada',
    'Stop. Ada Lovelace',
    'STOP 🛑 Ada',
    'S.T.O.P',
    's t o p please',
    'STOPALL',
    'stop all',
  ])('stops: %j', (text) => {
    expect(read(text)).toBe('opt_out');
  });

  it.each(['DUR lütfen', 'lütfen dur', 'RET lütfen', 'dur dur', 'ret - Ada', 'DUR\nAda', 'BAJA BAJA', 'abmelden - Ada'])(
    'is for a person where only we call it one: %j',
    (text) => {
      expect(read(text)).toBe('near_miss');
    },
  );

  it.each(['Stop - see you all tomorrow', 'see you\nstop', 'stop-motion', 'stop Ada', 'Ada: stop'])(
    'is for a person where it may be more: %j',
    (text) => {
      expect(read(text)).toBe('near_miss');
    },
  );

  it.each(['START - Ada', 'START START', 'START\nAda', 'S.T.A.R.T'])('starts nothing: %j', (text) => {
    expect(read(text)).toBe('nothing');
  });
});

describe('a button', () => {
  it.each([
    'Stop',
    'STOP',
    'Unsubscribe',
    'Unsubscribe from offers',
    'Opt out',
    'Opt-out',
    'Stop promotions',
    'Stop messages',
    'STOP_ALL',
    'Stopp',
    'Abmelden',
    'Arrêt',
    'Baja',
    'Désabonner',
    'Отписаться',
  ])('that can mean nothing else stops: %s', (text) => {
    expect(tap(text)).toBe('opt_out');
  });

  it.each([
    'Cancel',
    'CANCEL',
    'End',
    'Remove',
    'Quit',
    'Revoke',
    'TD',
    'Cancelar',
    'Iptal',
    'DUR',
    'Cancel appointment',
    'Stop delivery',
    'Cancel - Ada',
    'STOP_SHIPPING',
  ])('of our own that may mean something else is for a person: %s', (text) => {
    expect(tap(text)).toBe('near_miss');
  });

  it.each(['Start', 'START', 'Unstop', 'Confirm', 'Yes', '👍'])('starts nothing: %s', (text) => {
    expect(tap(text)).toBe('nothing');
  });

  it('goes by the sender’s own stop words, and by none of its start words', () => {
    expect(tap('Cancel', [own('cancel', 'opt_out')])).toBe('opt_out');
    expect(tap('Genug', [own('genug', 'opt_out')])).toBe('opt_out');
    expect(tap('Ja, gern', [own('ja gern', 'opt_in')])).toBe('nothing');
    expect(tap('Stop', [own('stop', 'none')])).toBe('near_miss');
    expect(tap('Basta', [own('basta', 'none')])).toBe('nothing');
  });
});

describe('a hint', () => {
  const hints = words('hint').map(({ word }) => word.replace('*', ''));
  it.each(hints.filter((hint) => hint !== 'stopp'))('is for a person: %s', (hint) => {
    expect(read(hint)).toBe('near_miss');
  });

  it.each([
    'will you be so kind and once and for all stop sending me these things that I have never ordered',
    'I do not want these messages',
    '请帮我退订吧',
    '수신거부합니다',
    'メルマガの配信停止をお願いします',
    'lütfen durdurun',
    'Hiermit Widerspruch!',
    'pare, por favor',
  ])('counts in a sentence: %s', (text) => {
    expect(read(text)).toBe('near_miss');
  });

  it('that is a common word elsewhere counts only alone', () => {
    expect(read('mi pare una bella lampada')).toBe('nothing');
  });
});

describe('a sender’s own words', () => {
  it('are read like the built-in ones', () => {
    expect(read('GENUG!', [own('Genug', 'opt_out')])).toBe('opt_out');
    expect(read('genug bitte', [own('Genug', 'opt_out')])).toBe('opt_out');
    expect(read('jetzt ist genug', [own('Genug', 'opt_out')])).toBe('near_miss');
    expect(read('Ja, gern', [own('ja gern', 'opt_in')])).toBe('opt_in');
    expect(read('请退订我', [own('退订', 'opt_out')])).toBe('near_miss');
  });

  it('go before the built-in ones', () => {
    expect(read('please cancel my order', [own('cancel', 'none')])).toBe('nothing');
    expect(read('BASTA', [own('basta', 'none')])).toBe('nothing');
    expect(read('basta, grazie', [own('basta', 'none')])).toBe('nothing');
    expect(read('BASTA', [own('basta', 'opt_in')])).toBe('opt_in');
    expect(read('START', [own('start', 'none')])).toBe('nothing');
  });

  it.each(['none', 'opt_in'] as const)('leave it to a person to decide about a sourced stop word that is to mean %s', (meaning) => {
    for (const text of ['STOP', 'stop please', 'stop stop', 'STOP - Ada', 'S.T.O.P', 'STOP\nbest, Ada']) {
      expect({ text, read: read(text, [own('stop', meaning)]) }).toEqual({ text, read: 'near_miss' });
    }
    expect(read('please stop', [own('please stop', meaning)])).toBe('near_miss');
    expect(read('CANCEL', [own('cancel', meaning)])).toBe('near_miss');
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
