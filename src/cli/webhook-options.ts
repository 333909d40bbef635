// What `webhook trigger` may be told: the events, and which options each of them takes.

import * as z from 'zod/mini';
import { isUserId } from '../domain/contact.ts';
import { TEMPLATE_CATEGORIES, TEMPLATE_QUALITIES } from '../domain/template.ts';
import { templateStatusOf } from '../domain/template-parse.ts';
import { fail } from '../errors.ts';
import { parseSortableId } from '../values/id.ts';
import { filledText, languageText, orNull, parsedText, phoneText } from './options.ts';

/** What can be triggered, with the options that each takes; of several in one string one is needed, `?` marks those that may be left out. */
const EVENTS = {
  sent: ['message'],
  delivered: ['message'],
  read: ['message'],
  failed: ['message', 'code?'],
  inbound: ['from|userId', 'text?'],
  button: ['from|userId', 'text', 'payload?'],
  'preferences-stop': ['from|userId'],
  'preferences-resume': ['from|userId'],
  'template-status': ['template', 'language?', 'status'],
  'template-category': ['template', 'language?', 'category'],
  'template-quality': ['template', 'language?', 'quality'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type EventName = keyof typeof EVENTS;

/** Their names, in the order of the help. */
export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];

/** The provider's code for a number that is not reachable. */
const UNDELIVERABLE = 131_026;

const urlText = parsedText(
  (text) => (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).hash === '' ? text : undefined),
  () => ({ message: 'not an address of http or https', hint: 'Write it like http://127.0.0.1:8787/webhooks/whatsapp.' }),
);

const oneOf = <Word extends string>(words: readonly Word[]) =>
  parsedText(
    (text) => words.find((word) => word === text.toLowerCase()),
    () => ({ message: `one of ${words.join(', ')}`, hint: 'See --help.' }),
  );

export const WebhookOptions = z.object({
  event: z.enum(EVENT_NAMES, { error: `one of ${EVENT_NAMES.join(', ')}` }),
  message: orNull(
    parsedText(parseSortableId<'message'>, () => ({ message: 'not the id of a message', hint: 'tollbell message list shows the ids.' })),
  ),
  code: orNull(
    parsedText(
      (text) => (/^\d{1,7}$/.test(text) ? Number(text) : undefined),
      () => ({ message: "not one of the provider's codes", hint: 'They are numbers, such as 131026 or 131047.' }),
    ),
  ),
  from: orNull(phoneText),
  userId: orNull(
    parsedText(
      (text) => (isUserId(text) ? text : undefined),
      () => ({ message: 'not a user id', hint: 'It looks like DE.9f3kQ2.' }),
    ),
  ),
  text: orNull(filledText()),
  payload: orNull(filledText()),
  template: orNull(filledText()),
  language: orNull(languageText),
  status: orNull(
    parsedText(
      (text) => (templateStatusOf(text) === undefined ? undefined : text.toUpperCase()),
      () => ({ message: "not a status of the provider's", hint: 'Use one of APPROVED, PENDING, REJECTED, PAUSED, DISABLED, FLAGGED.' }),
    ),
  ),
  category: orNull(oneOf(TEMPLATE_CATEGORIES)),
  quality: orNull(oneOf(TEMPLATE_QUALITIES)),
  url: orNull(urlText),
});
export type WebhookOptions = z.output<typeof WebhookOptions>;

/** The code of a failure; the one for a number that is not reachable where none was given. */
export function failureCode({ code }: WebhookOptions): number {
  return code ?? UNDELIVERABLE;
}

/** Refuses options that the event does not take, and asks for those that it needs. Throws `usage`. */
export function checkEventOptions(options: WebhookOptions): void {
  const taken: readonly string[] = EVENTS[options.event].flatMap((names) => names.replace('?', '').split('|'));
  const given = OPTION_NAMES.filter((name) => options[name] !== null);
  const stray = given.find((name) => !taken.includes(name));
  if (stray !== undefined)
    throw fail('usage', { message: `${options.event} takes no ${optionOf(stray)}.`, hint: takesText(options.event) });
  for (const names of EVENTS[options.event]) {
    if (names.endsWith('?')) continue;
    const either = names.split('|');
    const count = either.filter((name) => given.some((other) => other === name)).length;
    if (count === 1) continue;
    const wanted = either.map(optionOf).join(' or ');
    throw fail('usage', {
      message: `${options.event} needs ${count === 0 ? wanted : `only one of ${wanted}`}.`,
      hint: takesText(options.event),
    });
  }
}

const OPTION_NAMES = [
  'message',
  'code',
  'from',
  'userId',
  'text',
  'payload',
  'template',
  'language',
  'status',
  'category',
  'quality',
] as const;

function takesText(event: EventName): string {
  const names = EVENTS[event].map((name) =>
    name.endsWith('?') ? `[${name.replace('?', '').split('|').map(optionOf).join(' | ')}]` : name.split('|').map(optionOf).join(' | '),
  );
  return `It takes ${names.join(' ')}.`;
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
