// What the provider demands of an interactive message: buttons, lists, links. Kinds that it has besides are taken when they have an action.

import { type Answer, asList, asObject, type Json, refusal } from './answer.ts';
import { mediaProblem, needsText, tooLong } from './field-rules.ts';

const KINDS = [
  'button',
  'list',
  'cta_url',
  'flow',
  'location_request_message',
  'address_message',
  'catalog_message',
  'product',
  'product_list',
  'carousel',
  'call_permission_request',
  'voice_call',
  'request_contact_info',
];
/** These have no body of their own. */
const BODY_OPTIONAL = new Set(['product', 'call_permission_request', 'voice_call']);

const BODY_MAX = 1_024;
const LIST_BODY_MAX = 4_096;
const SHORT_MAX = 60;
const BUTTONS_MAX = 3;
const ROWS_MAX = 10;

/** What is wrong with an interactive object; null when nothing is. */
export function interactiveProblem(fields: Json): Answer | null {
  const kind = fields['type'];
  if (typeof kind !== 'string' || !KINDS.includes(kind))
    return refusal(100, `Param interactive['type'] must be one of {${KINDS.join(', ')}}.`);
  const action = asObject(fields['action']);
  if (action === null) return refusal(131_008, "Parameter interactive['action'] is missing.");
  return frameProblem(fields, kind) ?? actionProblem(action, kind);
}

function frameProblem(fields: Json, kind: string): Answer | null {
  const [body, footer, header] = [asObject(fields['body']), asObject(fields['footer']), asObject(fields['header'])];
  const bodyMax = kind === 'list' ? LIST_BODY_MAX : BODY_MAX;
  if (body === null && !BODY_OPTIONAL.has(kind)) return refusal(131_008, "Parameter interactive['body'] is missing.");
  return (
    (body === null ? null : (needsText(body, 'body', 'text') ?? tooLong(body, 'body', 'text', bodyMax))) ??
    (footer === null ? null : (needsText(footer, 'footer', 'text') ?? tooLong(footer, 'footer', 'text', SHORT_MAX))) ??
    (header === null ? null : headerProblem(header, kind))
  );
}

function headerProblem(header: Json, kind: string): Answer | null {
  const type = header['type'];
  if (type === 'text') return needsText(header, 'header', 'text') ?? tooLong(header, 'header', 'text', SHORT_MAX);
  if (kind === 'list' || (type !== 'image' && type !== 'video' && type !== 'document')) {
    return refusal(131_009, `Param header['type'] ${JSON.stringify(type)} is not supported for interactive type ${kind}.`);
  }
  const media = asObject(header[type]);
  return media === null ? refusal(131_008, `Parameter header['${type}'] is missing.`) : mediaProblem(media, type);
}

function actionProblem(action: Json, kind: string): Answer | null {
  switch (kind) {
    case 'button':
      return buttonsProblem(asList(action['buttons']) ?? []);
    case 'list':
      return (
        needsText(action, 'action', 'button') ??
        tooLong(action, 'action', 'button', 20) ??
        sectionsProblem(asList(action['sections']) ?? [])
      );
    case 'cta_url':
      return linkProblem(asObject(action['parameters']) ?? {});
    default:
      return null;
  }
}

function buttonsProblem(buttons: readonly unknown[]): Answer | null {
  if (buttons.length === 0 || buttons.length > BUTTONS_MAX)
    return refusal(131_009, `Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: ${BUTTONS_MAX}.`);
  const replies = buttons.map((button) => asObject(asObject(button)?.['reply']) ?? {});
  for (const reply of replies) {
    const problem =
      needsText(reply, 'reply', 'id') ??
      tooLong(reply, 'reply', 'id', 256) ??
      needsText(reply, 'reply', 'title') ??
      tooLong(reply, 'reply', 'title', 20);
    if (problem !== null) return problem;
  }
  const isUnique =
    new Set(replies.map(({ id }) => id)).size === replies.length && new Set(replies.map(({ title }) => title)).size === replies.length;
  return isUnique ? null : refusal(131_009, 'The buttons of a message need different ids and titles.');
}

function sectionsProblem(sections: readonly unknown[]): Answer | null {
  const lists = sections.map((section) => asObject(section) ?? {});
  const rows = lists.flatMap((section) => (asList(section['rows']) ?? []).map((row) => asObject(row) ?? {}));
  if (lists.length === 0 || lists.length > ROWS_MAX) return refusal(131_009, `A list has 1 to ${ROWS_MAX} sections.`);
  if (rows.length === 0 || rows.length > ROWS_MAX) return refusal(131_009, `Total row count exceed max allowed count: ${ROWS_MAX}.`);
  for (const section of lists) {
    const problem = (lists.length > 1 ? needsText(section, 'section', 'title') : null) ?? tooLong(section, 'section', 'title', 24);
    if (problem !== null) return problem;
  }
  for (const row of rows) {
    const problem =
      needsText(row, 'row', 'id') ??
      tooLong(row, 'row', 'id', 200) ??
      needsText(row, 'row', 'title') ??
      tooLong(row, 'row', 'title', 24) ??
      tooLong(row, 'row', 'description', 72);
    if (problem !== null) return problem;
  }
  return new Set(rows.map(({ id }) => id)).size === rows.length ? null : refusal(131_009, 'The rows of a list need different ids.');
}

function linkProblem(parameters: Json): Answer | null {
  const problem =
    needsText(parameters, 'parameters', 'display_text') ??
    tooLong(parameters, 'parameters', 'display_text', 20) ??
    needsText(parameters, 'parameters', 'url');
  if (problem !== null) return problem;
  return /^https?:\/\/\S+$/.test(String(parameters['url'])) ? null : refusal(131_009, "Param parameters['url'] is not a valid URL.");
}
