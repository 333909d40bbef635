// tollbell sender add: a business identity on a channel, with the currency and the zone that it is billed in.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import {
  DEFAULT_ACCOUNT,
  isSenderName,
  type Sender,
  type SecretSource,
  TRANSPORT_NAMES,
  type WhatsappSettings,
} from '../../domain/sender.ts';
import type { MessagingLimit } from '../../domain/messaging-limit.ts';
import { AppError, fail } from '../../errors.ts';
import type { DirectoryStore } from '../../ports/store/directory.ts';
import type { ReachStore } from '../../ports/store/reach.ts';
import { type Day, startOfDay } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { hint } from '../hint.ts';
import { currencyText, helpText, parseOptions, timeZoneText } from '../options.ts';
import { SENDER_COLUMNS, SenderItem, toSenderItem } from '../sender-item.ts';
import { addWhatsappOptions, givenWhatsappOption, toWhatsappSettings, WhatsappOptions } from '../whatsapp-options.ts';

const SenderAddOptions = z.object({
  name: z.string().check(z.refine(isSenderName, 'must have 1 to 64 letters, digits, -, _ or .; the first a letter or digit')),
  transport: z.enum(TRANSPORT_NAMES, {
    error: ({ input }) =>
      input === undefined
        ? `one of ${TRANSPORT_NAMES.join(', ')} is needed`
        : `this version sends through ${TRANSPORT_NAMES.join(', ')} only`,
  }),
  currency: z._default(currencyText, 'USD' as z.output<typeof currencyText>),
  timeZone: z._default(timeZoneText, 'UTC' as z.output<typeof timeZoneText>),
  ...WhatsappOptions,
});

const SenderAddDocument = z.object({ item: z.extend(SenderItem, { result: z.enum(['added', 'updated', 'unchanged']) }) });

export const defineSenderAdd: Define = (parent, host) => {
  const command = parent
    .command('add')
    .description(
      'Adds a sender. Its transport, currency, zone and number stay as they are. Adding it again changes the other settings of its channel: what is not given takes its default.',
    )
    .argument('<name>', 'letters, digits, -, _ and .')
    .option('--transport <name>', `the channel: ${TRANSPORT_NAMES.join(', ')}`)
    .option('--currency <code>', 'the currency it is billed in (default USD)')
    .option('--time-zone <zone>', 'the zone of its days and months, such as Europe/Berlin (default UTC)');
  addWhatsappOptions(command)
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell sender add shop-de --transport sandbox --currency EUR --time-zone Europe/Berlin',
          'tollbell sender add shop --transport whatsapp --phone-number-id 106540352242922 --waba-id 102290129340398 \\',
          '    --token-env WHATSAPP_TOKEN --app-secret-env WHATSAPP_APP_SECRET --verify-token-file /run/secrets/verify-token',
          'tollbell sender add test --transport whatsapp --phone-number-id 1065 --waba-id 2065 --token-env TOKEN --api-base http://127.0.0.1:4010',
        ],
        output:
          '{"schema":"tollbell.sender-add/1","item":{"name","transport","currency","time_zone","default","created_at","whatsapp":{…}|null,"result":"added|updated|unchanged"}}',
        exits: [0, 2, 8],
      }),
    )
    .action((name: string, options: object) =>
      host.run(command, (app) => addSender(app, parseOptions(SenderAddOptions, { name, ...options }))),
    );
  return SenderAddDocument;
};

/**
 * The sender is there, with these settings. The same one again changes nothing. Throws `usage` for options that do not go with its transport, and
 * `sender_conflict` where the name has another identity or the number another sender.
 */
export async function addSender(app: App, options: z.output<typeof SenderAddOptions>): Promise<View<z.output<typeof SenderAddDocument>>> {
  const whatsapp = settingsOf(app, options);
  const store = await app.store();
  const { name, transport, currency, timeZone } = options;
  const wanted: Sender = {
    id: app.ids.short(),
    accountId: DEFAULT_ACCOUNT,
    name,
    transport,
    currency,
    timeZone,
    isDefault: false,
    createdAt: app.clock.now(),
    whatsapp,
  };
  const put = await store.putSender(wanted);
  const limited = await limitMessaging(app, store, options.messagingLimit);
  const added = await currentSender(store, { sender: name });
  const started = await startInternational(store, added, options.authInternationalFrom);
  const result = put === 'unchanged' && (limited === 'updated' || started === 'updated') ? 'updated' : put;
  const senders = await store.listSenders(DEFAULT_ACCOUNT);
  const sender = senders.find((candidate) => candidate.name === name) ?? added;
  const cards = await store.listPriceCards({ currency: sender.currency });
  if (cards.length === 0)
    hint(app, `There are no ${sender.currency} prices yet: bring a card with tollbell price builtin or price import.`);
  if (whatsapp !== null) hintSecrets(app, whatsapp);
  if (result === 'updated') hint(app, WHEN_IT_COUNTS);
  return {
    command: 'sender-add',
    schema: SenderAddDocument,
    document: { item: { ...toSenderItem(sender), result } },
    columns: [...SENDER_COLUMNS, 'result'],
    text: (style) =>
      `${style.good(result)} ${sender.name} (${sender.transport}, ${sender.currency}, ${sender.timeZone})\n${style.dim(defaultText(sender, senders))}`,
  };
}

// It is the business's, and so all its senders'.
async function limitMessaging(app: App, store: Pick<ReachStore, 'setMessagingLimit'>, limit: MessagingLimit | null) {
  if (limit === null) return 'unchanged';
  return store.setMessagingLimit(DEFAULT_ACCOUNT, { limit, toldAt: null, at: app.clock.now() });
}

// The provider tells it too, and so it stays as it is where nobody says anything.
async function startInternational(store: Pick<DirectoryStore, 'setAuthInternational'>, { id, timeZone }: Sender, from?: Day | null) {
  if (from === undefined) return 'unchanged';
  const start = from === null ? null : { from: startOfDay(from, timeZone), countries: [] };
  return store.setAuthInternational(id, { start, toldAt: null });
}

// serve reads its senders again every half minute; its environment it was given at its start. What sends until its queue is empty reads them once.
const WHEN_IT_COUNTS =
  'A running serve takes the new settings within half a minute, but a variable that is new to it only when it starts again. A send or dispatch that is running keeps its address and token to its end.';

// Commands act for the default sender where nobody names one, so whoever adds one must know which that is.
function defaultText({ name, isDefault }: Sender, senders: readonly Sender[]): string {
  if (isDefault) return 'It is the default sender: commands without --sender act for it.';
  const other = senders.find((sender) => sender.isDefault)?.name;
  const now = other === undefined ? 'There is no default sender' : `The default sender is still ${other}`;
  return `${now}; to act for this one without --sender: tollbell sender default ${name}`;
}

function settingsOf(app: App, options: z.output<typeof SenderAddOptions>): WhatsappSettings | null {
  if (options.transport === 'whatsapp') return toWhatsappSettings(options, app.absolutePath);
  const stray = givenWhatsappOption(options);
  if (stray === undefined) return null;
  throw fail('usage', {
    message: `${stray} is for --transport whatsapp; the sandbox needs nothing of the kind.`,
    hint: 'Leave it out, or choose --transport whatsapp.',
  });
}

// A sender may be added before its secrets are there, which a deployment brings later.
function hintSecrets(app: App, { token, appSecret, verifyToken }: WhatsappSettings): void {
  const named = [token, appSecret, verifyToken].filter((source): source is SecretSource => source !== null);
  for (const source of named) {
    try {
      app.secret(source);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'secret_missing') throw error;
      hint(app, error.message);
    }
  }
  if (appSecret === null) hint(app, 'Without an app secret no webhook is accepted: --app-secret-env or --app-secret-file names its place.');
}
