// What the provider demands of a message's content before it takes it: the object of its type, and the limits of its fields. Templates and
// interactive messages have files of their own.

import { characterCount } from '../values/text.ts';
import { type Answer, asList, asObject, asText, type Json, refusal } from './answer.ts';
import { mediaProblem, needsText, tooLong } from './field-rules.ts';
import { interactiveProblem } from './interactive-rules.ts';

/** Types that can be sent, each with an object of its name. */
const TYPES = [
  'template',
  'text',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contacts',
  'interactive',
  'reaction',
] as const;
type MessageType = (typeof TYPES)[number];

const TEXT_MAX = 4_096;
const CALLBACK_DATA_MAX = 512;

/** The type of a message; text where the request does not say. */
export function typeOf(body: Json): MessageType | null {
  const type = body['type'] ?? 'text';
  return TYPES.find((known) => known === type) ?? null;
}

/** What is wrong with the message; null when nothing is. Whether a template or a file exists is asked later. */
export function messageProblem(body: Json, type: MessageType | null): Answer | null {
  if (type === null) return refusal(100, `Param type must be one of {${TYPES.map((known) => known.toUpperCase()).join(', ')}}.`);
  const data = body['biz_opaque_callback_data'];
  if (data !== undefined && (typeof data !== 'string' || data.length > CALLBACK_DATA_MAX)) {
    return refusal(100, `Param biz_opaque_callback_data must be text of at most ${CALLBACK_DATA_MAX} characters.`);
  }
  if (body[type] === undefined) return refusal(131_008, `Parameter '${type}' is mandatory for type '${type}'.`);
  return contextProblem(body, type) ?? contentProblem(body[type], type);
}

function contextProblem(body: Json, type: MessageType): Answer | null {
  const context = body['context'];
  if (context === undefined) return null;
  if (type === 'reaction') return refusal(131_009, 'A reaction cannot have a context.');
  return asText(asObject(context)?.['message_id']) === null ? refusal(131_008, "Parameter 'message_id' of context is missing.") : null;
}

function contentProblem(content: unknown, type: MessageType): Answer | null {
  if (type === 'contacts') return contactsProblem(asList(content));
  const fields = asObject(content);
  if (fields === null) return refusal(100, `Param ${type} must be a JSON object.`);
  switch (type) {
    case 'text':
      return needsText(fields, 'text', 'body') ?? tooLong(fields, 'text', 'body', TEXT_MAX);
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return mediaProblem(fields, type);
    case 'location':
      return locationProblem(fields);
    case 'reaction':
      return needsText(fields, type, 'message_id') ?? emojiProblem(fields['emoji']);
    case 'interactive':
      return interactiveProblem(fields);
    case 'template':
      return needsText(fields, type, 'name') ?? needsText(asObject(fields['language']) ?? {}, 'template[language]', 'code');
  }
}

function locationProblem(fields: Json): Answer | null {
  for (const [name, most] of [
    ['latitude', 90],
    ['longitude', 180],
  ] as const) {
    const value = fields[name];
    if (value === undefined || value === '') return refusal(131_008, `Parameter location['${name}'] is missing or empty.`);
    if (!(Math.abs(Number(value)) <= most)) return refusal(131_009, `Param location['${name}'] is not a coordinate.`);
  }
  return null;
}

function contactsProblem(contacts: readonly unknown[] | null): Answer | null {
  if (contacts === null || contacts.length === 0) return refusal(100, 'Param contacts must be a list of at least one contact.');
  const isNamed = contacts.every((contact) => asText(asObject(asObject(contact)?.['name'])?.['formatted_name']) !== null);
  return isNamed ? null : refusal(131_008, "Parameter contacts['name']['formatted_name'] is missing or empty.");
}

// An empty emoji takes a reaction back.
function emojiProblem(emoji: unknown): Answer | null {
  return emoji === undefined || (typeof emoji === 'string' && characterCount(emoji) <= 20)
    ? null
    : refusal(131_009, "Param reaction['emoji'] is not an emoji.");
}
