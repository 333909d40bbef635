// tollbell word list: the words by which customers stop and start, the sender's own and the built-in ones.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { wordCatalogue } from '../../catalog/consent-words.ts';
import type { ConsentWord } from '../../domain/consent-word.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { addPageOptions, helpText, orNull, pageOptions, parseOptions } from '../options.ts';
import { toPage } from '../page.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';
import { ALL_LANGUAGES, toOwnItem, WordItem, wordLanguageText } from '../word-item.ts';

const WordListOptions = z.object({ ...pageOptions(), limit: z._default(pageOptions().limit, 1_000), language: orNull(wordLanguageText) });

const ListedWord = z.extend(WordItem, {
  in_force: z.boolean().check(z.describe("false for a built-in word that one of the sender's own stands in for")),
});

const WordListDocument = listOf(ListedWord);

export const defineWordList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'), '1,000')
    .description(
      "Lists the words by which customers stop and start: the sender's own first, then the built-in ones. Words are compared without case, accents and " +
        'punctuation. A stop word alone stops; repeated, with courtesies or a name, or as the first line it stops where it is your own or laws or ' +
        'carriers name it, and otherwise waits in review list, as it may in a longer message. On a button only words that can mean nothing else ' +
        'stop, and none starts. A start word must be the whole message.',
    )
    .option('--language <code>', 'only the words of this language, and those of all')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell word list --language de', 'tollbell word list --json'],
        output:
          '{"schema":"tollbell.word-list/1","items":[{"word","language","meaning":"opt_out|opt_in|none","origin":"own|built_in","in_force"}],"next"}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listWords(app, parseOptions(WordListOptions, { ...options }))));
  return WordListDocument;
};

/** The words. Without a store there are the built-in ones. */
export async function listWords(
  app: App,
  { language, ...page }: z.output<typeof WordListOptions>,
): Promise<View<z.output<typeof WordListDocument>>> {
  const store = await app.reader();
  const own = store === null ? [] : await store.listWords((await currentSender(store, app.config)).id);
  const all = wordsOf(own).filter((word) => language === null || word.language === language || word.language === ALL_LANGUAGES);
  const { items, next } = toPage(all, page, ({ origin, word }) => `${origin}:${word}`);
  return {
    command: 'word-list',
    schema: WordListDocument,
    document: { items: [...items], next },
    rows: 'items',
    columns: Object.keys(ListedWord.shape),
    text: (style) => {
      const rows = items.map(({ word, language: from, meaning, origin, in_force }) => [
        word,
        from,
        meaning,
        origin,
        in_force ? '' : 'replaced by your own',
      ]);
      return items.length === 0 ? 'No words.' : table({ header: ['word', 'language', 'meaning', 'origin', ''], rows }, style);
    },
  };
}

function wordsOf(own: readonly ConsentWord[]): readonly z.output<typeof ListedWord>[] {
  const replaced = new Set(own.map(({ word }) => word));
  const builtIn = [...wordCatalogue().words.values()].map(({ word, language, meaning }) => ({
    word,
    language,
    meaning,
    origin: 'built_in' as const,
    in_force: !replaced.has(word),
  }));
  return [...own.map((word) => ({ ...toOwnItem(word), in_force: true })), ...builtIn];
}
