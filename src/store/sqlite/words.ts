// A sender's own stop and start words on SQLite. A word stands as the caller folded it; the built-in lists are not here.

import type { ConsentWord } from '../../domain/consent-word.ts';
import type { InboundStore } from '../../ports/store/inbound.ts';
import type { SenderId } from '../../values/id.ts';
import type { Sqlite } from './database.ts';

export type WordStore = {
  readonly store: Pick<InboundStore, 'listWords' | 'putWord' | 'removeWord'>;
  /** The words in force, as the transaction at hand sees them. */
  readonly wordsOf: (senderId: SenderId) => readonly ConsentWord[];
};

const LIST = /* sql */ `
  SELECT word, language, meaning FROM consent_word
  WHERE sender_id = ?
  ORDER BY language, word`;

const FIND = /* sql */ `
  SELECT word, language, meaning FROM consent_word
  WHERE sender_id = ? AND word = ?`;

const PUT = /* sql */ `
  INSERT INTO consent_word (sender_id, word, language, meaning, added_at)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (sender_id, word) DO UPDATE SET
    language = excluded.language,
    meaning = excluded.meaning,
    added_at = excluded.added_at`;

const REMOVE = /* sql */ `
  DELETE FROM consent_word
  WHERE sender_id = ? AND word = ?`;

/** The words of one connection. */
export function createWordStore(sqlite: Sqlite): WordStore {
  const wordsOf = (senderId: SenderId): readonly ConsentWord[] => sqlite.prepare(LIST).all(senderId) as ConsentWord[];
  return {
    store: {
      listWords: async (senderId) => sqlite.query(() => wordsOf(senderId)),
      putWord: async (senderId, { word, language, meaning }, at) =>
        sqlite.write(() => {
          const known = sqlite.prepare(FIND).get(senderId, word) as ConsentWord | undefined;
          if (known?.language === language && known.meaning === meaning) return 'unchanged';
          sqlite.prepare(PUT).run(senderId, word, language, meaning, at);
          return known === undefined ? 'added' : 'updated';
        }),
      removeWord: async (senderId, word) => sqlite.write(() => sqlite.prepare(REMOVE).run(senderId, word).changes === 1),
    },
    wordsOf,
  };
}
