// The provider's error object, wherever it stands: read by hand, because it may stand in anything, and made safe to keep and to show.

import { providerError } from '../../catalog/provider-errors.ts';
import { maskPhones } from '../../values/phone.ts';
import { printable, shorten } from '../../values/text.ts';

export type GraphError = {
  readonly code: number;
  readonly subcode: number | null;
  /** The provider itself says that a repetition may help. */
  readonly isTransient: boolean;
  /** Its own words, without control characters, phone numbers and the token. */
  readonly words: string;
};

type Fields = Readonly<Record<string, unknown>>;

/** A parameter or a field that the provider does not know, or does not tell this account. */
export const UNKNOWN_FIELD = 100;

const WORDS_MAX = 300;

// `Malformed access token …` quotes the token, or as much of it as was understood. All tokens of the provider begin so.
const TOKEN = /\bEAA[A-Za-z0-9_-]{5,}/g;

/** The document of a body; undefined where it is none. */
export function parseDocument(body: string): Fields | undefined {
  try {
    const document: unknown = JSON.parse(body);
    return isFields(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

/** The error that a document holds; null where it holds none with a code. */
export function graphErrorOf(document: Fields | undefined, token: string): GraphError | null {
  const error = document?.['error'];
  return isFields(error) ? toGraphError(error, token) : null;
}

/** An error object by itself, as the block list has one for each person; null where it has no code. */
export function toGraphError(error: Fields, token: string): GraphError | null {
  const { code, error_subcode: subcode, is_transient: isTransient } = error;
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return null;
  return {
    code,
    subcode: typeof subcode === 'number' ? subcode : null,
    isTransient: isTransient === true,
    words: safeWords(wordsOf(error) || (providerError(code)?.title ?? ''), token),
  };
}

/** Text of the provider as it may be kept and shown. */
export function safeWords(text: string, token: string): string {
  return shorten(maskPhones(printable(text.replaceAll(token, '…').replace(TOKEN, '…'))), WORDS_MAX);
}

/** True for an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// The title without its code, then the details where they say more.
function wordsOf({ message, title, error_data: data }: Fields): string {
  const said = typeof message === 'string' ? message.replace(/^\(#\d+\)\s*/, '') : typeof title === 'string' ? title : '';
  const details = isFields(data) && typeof data['details'] === 'string' ? data['details'] : '';
  if (details === '' || said.includes(details)) return said;
  return said === '' ? details : `${said}: ${details}`;
}
