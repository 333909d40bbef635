// tollbell word add: a word of the sender's own by which customers stop or start, or one that means neither.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { WORD_MEANINGS } from '../../domain/consent-word.ts';
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
      "Adds a word of the sender's own, or changes what it means. It counts when it is the whole message, and goes before a built-in word: with the meaning\n" +
        'none it takes one out of the list.',
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

/** The word is in force for the messages that come from now on. */
export async function addWord(app: App, word: z.output<typeof WordAddOptions>): Promise<View<z.output<typeof WordAddDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const result = await store.putWord(sender.id, word, app.clock.now());
  const item = { ...toOwnItem(word), result };
  return {
    command: 'word-add',
    schema: WordAddDocument,
    document: { item },
    columns: Object.keys(WordAddDocument.shape.item.shape),
    text: (style) => `${style.strong(result)} ${word.word}: ${word.meaning}`,
  };
}
