// tollbell word remove: takes a word of the sender's own back.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { wordCatalogue } from '../../catalog/consent-words.ts';
import { fail } from '../../errors.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import { wordText } from '../word-item.ts';

const WordRemoveOptions = z.object({ word: wordText });

const WordRemoveDocument = z.object({ item: z.object({ word: z.string(), removed: z.literal(true) }) });

export const defineWordRemove: Define = (parent, host) => {
  const command = parent
    .command('remove')
    .description("Takes a word of the sender's own back; a built-in word that it stood in for counts again.")
    .argument('<word>', 'the word, from tollbell word list')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell word remove "Schluss damit"'],
        output: '{"schema":"tollbell.word-remove/1","item":{"word","removed":true}}',
        exits: [0, 2, 8],
      }),
    )
    .action((word: string) => host.run(command, (app) => removeWord(app, parseOptions(WordRemoveOptions, { word }))));
  return WordRemoveDocument;
};

/** The word is gone. Throws `unknown_word` when the sender has none such. */
export async function removeWord(
  app: App,
  { word }: z.output<typeof WordRemoveOptions>,
): Promise<View<z.output<typeof WordRemoveDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  if (!(await store.removeWord(sender.id, word))) {
    const isBuiltIn = wordCatalogue().words.has(word);
    throw fail('unknown_word', {
      message: isBuiltIn ? `'${word}' is a built-in word, none of the sender's own.` : `The sender has no word '${word}' of its own.`,
      hint: isBuiltIn ? `Take it out of the list with: tollbell word add "${word}" --meaning none` : 'See tollbell word list.',
      details: { word },
    });
  }
  return {
    command: 'word-remove',
    schema: WordRemoveDocument,
    document: { item: { word, removed: true as const } },
    columns: ['word', 'removed'],
    text: (style) => `${style.good('removed')} ${word}`,
  };
}
