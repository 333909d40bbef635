// tollbell word add: a word of the sender's own by which customers stop or start, or one that means neither.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { WORD_MEANINGS } from '../../domain/consent-word.ts';
import { fail } from '../../errors.ts';
import { isSourcedStop } from '../../inbound/reading.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import { ALL_LANGUAGES, toOwnItem, WordItem, wordLanguageText, wordText } from '../word-item.ts';

const WordAddOptions = z.object({
  word: wordText,
  meaning: z.enum(WORD_MEANINGS, { error: `one of ${WORD_MEANINGS.join(', ')}` }),
  language: z._default(wordLanguageText, ALL_LANGUAGES),
});

const WordAddDocument = z.object({ item: z.extend(WordItem, { result: z.enum(['added', 'updated', 'unchanged']) }) });

export const defineWordAdd: Define = (parent, host) => {
  const command = parent
    .command('add')
    .description(
      "Adds a word of the sender's own, or changes what it means; it goes before a built-in word. A stop word counts when it is the whole " +
        'message or its first line, also repeated, and with courtesies or a name around it; a start word only when it is the whole message, and ' +
        'never on a button. The meaning none takes a built-in word out of the list. What laws or carriers name (STOP, CANCEL) can be no start, and ' +
        'with none such a message waits in review list.',
    )
    .argument('<word>', 'a word or a short phrase')
    .requiredOption('--meaning <meaning>', WORD_MEANINGS.join(', '))
    .option('--language <code>', 'the language it is from (default *, for all)')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell word add "Schluss damit" --meaning opt_out --language de', 'tollbell word add end --meaning none --json'],
        output: '{"schema":"tollbell.word-add/1","item":{"word","language","meaning","origin":"own","result":"added|updated|unchanged"}}',
        exits: [0, 2, 8],
      }),
    )
    .action((word: string, options: object) =>
      host.run(command, (app) => addWord(app, parseOptions(WordAddOptions, { word, ...options }))),
    );
  return WordAddDocument;
};

/** The word is in force for the messages that come from now on. Throws `invalid_input` for a start that everybody takes for a stop. */
export async function addWord(app: App, word: z.output<typeof WordAddOptions>): Promise<View<z.output<typeof WordAddDocument>>> {
  const isSourced = isSourcedStop(word.word);
  if (isSourced && word.meaning === 'opt_in') {
    throw fail('invalid_input', {
      message: `'${word.word}' cannot opt anybody in: laws or carriers name it as a word by which people stop.`,
      hint: 'Choose another word to start by. With --meaning none such messages wait for a person, in tollbell review list.',
      details: { word: word.word, meaning: word.meaning },
    });
  }
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const result = await store.putWord(sender.id, word, app.clock.now());
  const item = { ...toOwnItem(word), result };
  return {
    command: 'word-add',
    schema: WordAddDocument,
    document: { item },
    columns: Object.keys(WordAddDocument.shape.item.shape),
    text: (style) => {
      const line = `${style.strong(result)} ${word.word}: ${word.meaning}`;
      const isWaiting = isSourced && word.meaning === 'none';
      return isWaiting ? `${line}\nIt is a stop word by law or practice: messages that say only this wait in tollbell review list.` : line;
    },
  };
}
