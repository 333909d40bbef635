// Rules of single fields that messages of several types share. Each gives the provider's error, or null.

import { characterCount } from '../values/text.ts';
import { type Answer, asText, type Json, refusal } from './answer.ts';

const CAPTION_MAX = 1_024;

/** The problem of a field that must hold text. */
export function needsText(fields: Json, place: string, name: string): Answer | null {
  return asText(fields[name]) === null ? refusal(131_008, `Parameter ${place}['${name}'] is missing or empty.`) : null;
}

/** The problem of a text that is longer than the provider takes; a field that is not there has none. */
export function tooLong(fields: Json, place: string, name: string, charactersMax: number): Answer | null {
  const value = fields[name];
  if (value === undefined) return null;
  if (typeof value !== 'string') return refusal(100, `Param ${place}['${name}'] must be a string.`);
  return characterCount(value) > charactersMax
    ? refusal(100, `Param ${place}['${name}'] must be at most ${charactersMax} characters long.`)
    : null;
}

/** The problem of a media object: it has either the id of a file or a link. */
export function mediaProblem(fields: Json, type: string): Answer | null {
  const [id, link] = [fields['id'], fields['link']];
  if ((id === undefined) === (link === undefined)) return refusal(100, `Param ${type} must have either an id or a link.`);
  if (link !== undefined && !(typeof link === 'string' && /^https?:\/\/\S+$/.test(link)))
    return refusal(131_009, `Param ${type}['link'] is not a valid URL.`);
  if (fields['caption'] !== undefined && (type === 'audio' || type === 'sticker'))
    return refusal(100, `Unexpected key "caption" on param "${type}".`);
  if (fields['filename'] !== undefined && type !== 'document') return refusal(100, `Unexpected key "filename" on param "${type}".`);
  return tooLong(fields, type, 'caption', CAPTION_MAX);
}
