// The options by which a sender reaches the WhatsApp Cloud API: what may be said of it, and the settings that are made of that. A secret is named by its
// place (an environment variable or a file) and never stands in a command line.

import type { Command } from 'commander';
import * as z from 'zod/mini';
import type { SecretSource, WhatsappSettings } from '../domain/sender.ts';
import { parseMessagingLimit } from '../domain/messaging-limit.ts';
import { type AppError, fail } from '../errors.ts';
import { type Day, parseDay } from '../values/time.ts';
import { countText, flag, orNull, parsedText } from './options.ts';
import { parseServerUrl } from '../values/address.ts';

const API_BASE = 'https://graph.facebook.com';
const API_VERSION = 'v26.0';
/** Messages a second of a new number (the provider's throughput page). */
const RATE = 80;
const RATE_MAX = 1_000_000;

const idText = parsedText(
  (text) => (/^\d{1,32}$/.test(text) ? text : undefined),
  () => ({ message: 'not an id of the provider', hint: 'It has digits only; it is not the phone number.' }),
);

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
// What an access token and an app secret look like. They pass for names of variables, and would stand in the store.
const LOOKS_SECRET = /^(EAA[A-Za-z0-9]{20,}|[0-9a-f]{32,})$/i;

// The text is not repeated: it may be the secret itself.
const variableText = parsedText(
  (text) => (VARIABLE.test(text) && !LOOKS_SECRET.test(text) ? text : undefined),
  () => ({
    message: 'not the name of an environment variable',
    hint: 'Give the name of the variable, such as WHATSAPP_TOKEN. The secret itself never stands in a command line.',
  }),
);

const fileText = z.string().check(z.refine((path) => path.trim() !== '' && path !== '-', 'the path of a file is needed'));

const limitText = parsedText(parseMessagingLimit, (text) => ({
  message: `not a messaging limit: ${text}`,
  hint: 'Write a number of people such as 250 or 10k, or unlimited; tollbell sender check shows what the provider says.',
}));

const versionText = parsedText(
  (text): string | null | undefined => (text === 'none' ? null : /^v\d{1,3}\.\d{1,2}$/.test(text) ? text : undefined),
  (text) => ({ message: `not a version: ${text}`, hint: `Write it like ${API_VERSION}, or none for requests without a version.` }),
);

const baseText = parsedText(parseApiBase, () => ({
  message: 'not an address that requests with a token may go to',
  hint: 'Write it like https://graph.facebook.com; plain http is for this machine only (http://127.0.0.1:4010).',
}));

const startText = parsedText(
  (text): Day | null | undefined => (text === 'none' ? null : parseDay(text)),
  (text) => ({
    message: `not a day: ${text}`,
    hint: 'Write it like 2026-12-01, or none where authentication costs the ordinary rate everywhere.',
  }),
);

/** The options, each null where it was not given. */
export const WhatsappOptions = {
  phoneNumberId: orNull(idText),
  wabaId: orNull(idText),
  tokenEnv: orNull(variableText),
  tokenFile: orNull(fileText),
  appSecretEnv: orNull(variableText),
  appSecretFile: orNull(fileText),
  verifyTokenEnv: orNull(variableText),
  verifyTokenFile: orNull(fileText),
  apiBase: orNull(baseText),
  apiVersion: z.optional(versionText),
  rate: orNull(countText(RATE_MAX)),
  messagingLimit: orNull(limitText),
  confirmStops: flag,
  authInternationalFrom: z.optional(startText),
} as const;
type Given = z.output<z.ZodMiniObject<typeof WhatsappOptions>>;

/** Adds the options, under a heading of their own in the help. */
export function addWhatsappOptions(command: Command): Command {
  return command
    .optionsGroup('Options of --transport whatsapp:')
    .option('--phone-number-id <id>', "the business number's id at the provider")
    .option('--waba-id <id>', 'the account (WABA) that the number belongs to')
    .option('--token-env <name>', 'the environment variable that holds the access token')
    .option('--token-file <path>', '… or the private file that holds it')
    .option('--app-secret-env <name>', "the variable that holds the app's secret, which signs webhooks")
    .option('--app-secret-file <path>', '… or the file')
    .option('--verify-token-env <name>', "the variable that holds the word by which the provider verifies the webhook's address")
    .option('--verify-token-file <path>', '… or the file')
    .option('--api-base <url>', `the provider's address (default ${API_BASE})`)
    .option('--api-version <version>', `the API's version, or none (default ${API_VERSION})`)
    .option('--rate <count>', `messages a second that the number may send (default ${RATE})`)
    .option(
      '--messaging-limit <people>',
      'how many people the business may message in 24 hours outside the windows that they opened: 250, 2k, 10k, 100k, unlimited. All its senders share it; left out, it stays',
    )
    .option('--confirm-stops', 'answer a stop word with one confirmation, which costs what a free-form message costs')
    .option(
      '--auth-international-from <day>',
      'authentication messages to the countries that the provider lists cost the international rate from this day of its zone on; none: never. The provider tells it too, to serve and to sender check; left out, it stays',
    );
}

/** The first of these options that was given, as it is typed; undefined where none was. */
export function givenWhatsappOption(options: Given): string | undefined {
  const name = (Object.keys(WhatsappOptions) as (keyof Given)[]).find((key) => {
    const value = options[key];
    return value !== undefined && value !== null && value !== false;
  });
  return name === undefined ? undefined : optionOf(name);
}

/** The settings. `absolute` makes a path that is right from everywhere. Throws `usage` where one is missing or its place is named twice. */
export function toWhatsappSettings(options: Given, absolute: (path: string) => string): WhatsappSettings {
  const place = (name: 'token' | 'appSecret' | 'verifyToken'): SecretSource | null => {
    const [env, file] = [options[`${name}Env`], options[`${name}File`]];
    if (env !== null && file !== null) throw bothGiven(optionOf(name));
    if (env !== null) return { env };
    return file === null ? null : { file: absolute(file) };
  };
  const token = place('token');
  const { phoneNumberId, wabaId } = options;
  if (phoneNumberId === null) throw missing('--phone-number-id <id>');
  if (wabaId === null) throw missing('--waba-id <id>');
  if (token === null) throw missing('--token-env <name> or --token-file <path>');
  return {
    phoneNumberId,
    wabaId,
    token,
    appSecret: place('appSecret'),
    verifyToken: place('verifyToken'),
    apiBase: options.apiBase ?? API_BASE,
    apiVersion: options.apiVersion === undefined ? API_VERSION : options.apiVersion,
    ratePerSecond: options.rate ?? RATE,
    confirmsStops: options.confirmStops,
    authInternational: null,
  };
}

// Without a query, which would end up in every request and in errors.
function parseApiBase(text: string): string | undefined {
  const url = parseServerUrl(text);
  return url === undefined || url.search !== '' ? undefined : `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

function missing(option: string): AppError {
  return fail('usage', {
    message: `A sender of the transport whatsapp needs ${option}.`,
    hint: "The provider's dashboard shows the ids, below API Setup. See tollbell sender add --help.",
  });
}

function bothGiven(option: string): AppError {
  return fail('usage', {
    message: `${option}-env and ${option}-file name two places for one secret.`,
    hint: 'Give one of them.',
  });
}
