// tollbell word remove: takes a word of the sender's own back.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { wordCatalogue } from '../../catalog/consent-words.ts';
import { fail } from '../../errors.ts';
import { isSourcedStop } from '../../inbound/reading.ts';
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
    const own = (await store.listWords(sender.id)).map((other) => other.word);
    throw wordCatalogue().words.has(word) ? builtIn(word) : notThere(word, own);
  }
  return {
    command: 'word-remove',
    schema: WordRemoveDocument,
    document: { item: { word, removed: true as const } },
    columns: ['word', 'removed'],
    text: (style) => `${style.good('removed')} ${word}`,
  };
}

function builtIn(word: string): Error {
  const command = `tollbell word add "${word}" --meaning none`;
  return fail('unknown_word', {
    message: `'${word}' is a built-in word, none of the sender's own.`,
    hint: isSourcedStop(word)
      ? `Laws or carriers name it as a stop, so it never goes unheard: after ${command} such messages wait for a person, in tollbell review list.`
      : `Take it out of the list with: ${command}`,
    details: { word },
  });
}

const WORDS_SHOWN_MAX = 5;

function notThere(word: string, own: readonly string[]): Error {
  const more = own.length > WORDS_SHOWN_MAX ? '; tollbell word list shows all' : '';
  const shown = own
    .slice(0, WORDS_SHOWN_MAX)
    .map((other) => `"${other}"`)
    .join(', ');
  return fail('unknown_word', {
    message: `The sender has no word '${word}' of its own.`,
    hint: own.length === 0 ? 'It has no words of its own yet; tollbell word add adds one.' : `Its own words are ${shown}${more}.`,
    details: { word },
  });
}
