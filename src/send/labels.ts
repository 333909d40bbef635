// What a message is filed under: its key, its cost centre, its tags. The same limits hold in a file and on the command line.

/** Why a label cannot be taken. */
export type LabelFlaw = { readonly reason: 'empty_key' | 'too_long'; readonly message: string };

// Far beyond honest use; what is longer comes from a shifted column.
const KEY_LENGTH_MAX = 256;
const COST_CENTER_LENGTH_MAX = 64;
const TAG_LENGTH_MAX = 64;
const TAGS_MAX = 10;

/** What is wrong with a key. */
export function keyFlaw(text: string): LabelFlaw | undefined {
  return text.trim() === '' ? { reason: 'empty_key', message: 'the key is empty' } : lengthFlaw(text, KEY_LENGTH_MAX);
}

/** What is wrong with a cost centre. */
export function costCenterFlaw(text: string): LabelFlaw | undefined {
  return lengthFlaw(text, COST_CENTER_LENGTH_MAX);
}

/** What is wrong with tags in one text. */
export function tagsFlaw(text: string): LabelFlaw | undefined {
  const tags = toTags(text);
  if (tags.length <= TAGS_MAX && tags.every((tag) => tag.length <= TAG_LENGTH_MAX)) return undefined;
  return { reason: 'too_long', message: `at most ${TAGS_MAX} tags, separated by commas, of ${TAG_LENGTH_MAX} characters each` };
}

const NO_TAGS: readonly string[] = [];

/** The tags in one text, where commas separate them; each once. */
export function toTags(text: string): readonly string[] {
  if (text === '') return NO_TAGS;
  return [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
}

function lengthFlaw(text: string, lengthMax: number): LabelFlaw | undefined {
  return text.length > lengthMax ? { reason: 'too_long', message: `the text is longer than ${lengthMax} characters` } : undefined;
}
