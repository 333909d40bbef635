// A sender as commands show it.

import * as z from 'zod/mini';
import { type AuthInternational, startText } from '../domain/auth-international.ts';
import { messagingLimitText, type Reach } from '../domain/messaging-limit.ts';
import { type SecretSource, type Sender, TRANSPORT_NAMES, type WhatsappSettings } from '../domain/sender.ts';
import { formatInstant } from '../values/time.ts';
import { fields, type Style } from './render.ts';
import { instantTextOut } from './shapes.ts';

/** The place of a secret. */
const SecretPlace = z.union([z.object({ env: z.string() }), z.object({ file: z.string() })]);

const AuthInternationalItem = z.object({
  from: z.nullable(instantTextOut).check(z.describe('everywhere but in these countries; null: in these alone')),
  countries: z.array(z.object({ country: z.string(), from: instantTextOut })),
  told_at: z.nullable(instantTextOut).check(z.describe('when the provider said so; null: a person did')),
});

const WhatsappItem = z.object({
  phone_number_id: z.string(),
  waba_id: z.string(),
  token: SecretPlace.check(z.describe('where the access token is found; never the token')),
  app_secret: z.nullable(SecretPlace),
  verify_token: z.nullable(SecretPlace),
  api_base: z.string(),
  api_version: z.nullable(z.string()),
  rate: z.int().check(z.describe('messages a second')),
  confirm_stops: z.boolean(),
  auth_international: z
    .nullable(AuthInternationalItem)
    .check(z.describe('from when authentication to the countries that the provider lists costs the international rate; null: it does not')),
});

/** The JSON of a sender. */
export const SenderItem = z.object({
  name: z.string(),
  transport: z.enum(TRANSPORT_NAMES),
  currency: z.string(),
  time_zone: z.string().check(z.describe('the zone of its days and months')),
  default: z.boolean().check(z.describe('acts when no other is named')),
  created_at: instantTextOut,
  whatsapp: z.nullable(WhatsappItem),
});

/** The columns of `SenderItem` in CSV. */
export const SENDER_COLUMNS = [
  ...Object.keys(SenderItem.shape).filter((name) => name !== 'whatsapp'),
  ...['phone_number_id', 'waba_id', 'api_base', 'api_version', 'rate', 'confirm_stops', 'auth_international.from'].map(
    (name) => `whatsapp.${name}`,
  ),
];

/** The fields of a sender. */
export function toSenderItem(sender: Sender): z.output<typeof SenderItem> {
  return {
    name: sender.name,
    transport: sender.transport,
    currency: sender.currency,
    time_zone: sender.timeZone,
    default: sender.isDefault,
    created_at: formatInstant(sender.createdAt),
    whatsapp: sender.whatsapp === null ? null : toWhatsappItem(sender.whatsapp),
  };
}

function toWhatsappItem(settings: WhatsappSettings): z.output<typeof WhatsappItem> {
  return {
    phone_number_id: settings.phoneNumberId,
    waba_id: settings.wabaId,
    token: settings.token,
    app_secret: settings.appSecret,
    verify_token: settings.verifyToken,
    api_base: settings.apiBase,
    api_version: settings.apiVersion,
    rate: settings.ratePerSecond,
    confirm_stops: settings.confirmsStops,
    auth_international: settings.authInternational === null ? null : toAuthInternationalItem(settings.authInternational),
  };
}

function toAuthInternationalItem({ from, countries, toldAt }: AuthInternational): z.output<typeof AuthInternationalItem> {
  return {
    from: from === null ? null : formatInstant(from),
    countries: countries.map((country) => ({ country: country.country, from: formatInstant(country.from) })),
    told_at: toldAt === null ? null : formatInstant(toldAt),
  };
}

/** The JSON of how many people the business may message in a day. */
export const MessagingLimitItem = z.object({
  limit: z
    .nullable(z.union([z.int(), z.literal('unlimited')]))
    .check(z.describe('people in 24 hours; null: not known, and nothing keeps to it')),
  told_at: z.nullable(instantTextOut).check(z.describe('when the provider said so')),
  reached: z
    .int()
    .check(z.describe('people who were messaged in the last day outside the windows that they opened; counted where there is a limit')),
  room_at: z.nullable(instantTextOut).check(z.describe('when there is room for one more; null where there is now')),
});

/** The fields of a messaging limit. */
export function toMessagingLimitItem({ limit, toldAt, reached, roomAt }: Reach): z.output<typeof MessagingLimitItem> {
  return {
    limit,
    told_at: toldAt === null ? null : formatInstant(toldAt),
    reached,
    room_at: roomAt === null ? null : formatInstant(roomAt),
  };
}

/** The same for people. */
export function messagingLimitField({ limit, reached, roomAt }: Reach): readonly [string, string] {
  const used = typeof limit === 'number' ? `; ${reached} in the last day` : '';
  return ['may message', `${messagingLimitText(limit)}${used}${roomAt === null ? '' : `; room from ${formatInstant(roomAt)}`}`];
}

/** A sender for people, with more fields of a command. */
export function senderText(sender: Sender, style: Style, more: readonly (readonly [string, string])[]): string {
  return fields(
    [
      ['sender', sender.name],
      ['transport', sender.transport],
      ['currency', sender.currency],
      ['time zone', sender.timeZone],
      ['default', sender.isDefault ? 'yes' : 'no'],
      ['created', formatInstant(sender.createdAt)],
      ...(sender.whatsapp === null ? [] : whatsappFields(sender.whatsapp)),
      ...more,
    ],
    style,
  );
}

function whatsappFields(settings: WhatsappSettings): readonly (readonly [string, string])[] {
  return [
    ['number id', settings.phoneNumberId],
    ['account id', settings.wabaId],
    ['token', placeText(settings.token)],
    ['app secret', placeText(settings.appSecret)],
    ['verify token', placeText(settings.verifyToken)],
    ['provider', settings.apiVersion === null ? `${settings.apiBase} (no version)` : `${settings.apiBase}/${settings.apiVersion}`],
    ['rate', `${settings.ratePerSecond} messages a second`],
    ['confirms stops', settings.confirmsStops ? 'yes' : 'no'],
    [
      'international',
      settings.authInternational === null
        ? 'no rate of its own for authentication'
        : `authentication ${startText(settings.authInternational)}${settings.authInternational.toldAt === null ? '' : ', as the provider says'}`,
    ],
  ];
}

function placeText(source: SecretSource | null): string {
  if (source === null) return 'none';
  return 'env' in source ? `in the environment variable ${source.env}` : `in the file ${source.file}`;
}
