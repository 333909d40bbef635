// tollbell init: a guided set-up. Questions on a terminal; elsewhere the same answers as flags.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { builtinPriceCards } from '../../catalog/price-cards.ts';
import { toOptIns } from '../../domain/consent-change.ts';
import { DEFAULT_ACCOUNT, isSenderName, SANDBOX_SENDER, type Sender } from '../../domain/sender.ts';
import { assert } from '../../errors.ts';
import type { Store } from '../../ports/store.ts';
import { parseCurrency } from '../../values/money.ts';
import { parsePhone } from '../../values/phone.ts';
import { printable } from '../../values/text.ts';
import { parseTimeZone } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { hint } from '../hint.ts';
import { currencyText, helpText, orNull, parseOptions, phoneText, timeZoneText } from '../options.ts';
import { putCards } from '../price-cards.ts';
import { askText, type Question } from '../prompt.ts';
import { addSampleTemplates } from '../sample-store.ts';

const InitOptions = z.object({
  name: orNull(z.string().check(z.refine(isSenderName, 'must have 1 to 64 letters, digits, -, _ or .'))),
  currency: orNull(currencyText),
  timeZone: orNull(timeZoneText),
  phone: orNull(phoneText),
});

const InitDocument = z.object({
  db: z.string(),
  sender: z.string(),
  currency: z.string(),
  time_zone: z.string(),
  templates: z.array(z.string()),
  price_cards: z.int().check(z.describe('how many cards there are in its currency; without one, no message has a price')),
  contact: z.nullable(z.string()),
});

export const defineInit: Define = (parent, host) => {
  const command = parent
    .command('init')
    .description(
      'Sets up a sandbox sender with sample templates and, if you like, a first contact. Asks on a terminal; -y takes the defaults.',
    )
    .option('--name <name>', "the sender's name (default sandbox)")
    .option('--currency <code>', 'the currency it is billed in (default USD)')
    .option('--time-zone <zone>', 'the zone of its days and months (default UTC)')
    .option('--phone <phone>', 'a first contact, opted in to utility')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell init',
          'tollbell init -y --phone +4915112345678',
          'tollbell init --name shop --currency EUR --time-zone Europe/Berlin',
        ],
        output: '{"schema":"tollbell.init/1","db","sender","currency","time_zone","templates":[…],"price_cards","contact"}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => init(app, parseOptions(InitOptions, { ...options }))));
  return InitDocument;
};

/** Sets up. Running it again with the same answers changes nothing. Throws `input_required`, `sender_conflict`. */
export async function init(app: App, options: z.output<typeof InitOptions>): Promise<View<z.output<typeof InitDocument>>> {
  const answers = await answer(app, options);
  const store = await app.store();
  const sender = await settleSender(app, store, answers);
  const templates = await addSampleTemplates(app, store, sender);
  const prices = await addPrices(app, store, sender);
  const contact = answers.phone === null ? null : await addFirstContact(app, store, { sender, phone: answers.phone });
  if (contact?.isRefused === true)
    hint(app, 'The opt-in was not recorded: an opt-out or a block stands. tollbell opt-in records a change of mind.');
  const reachable = contact === null || contact.isRefused ? null : answers.phone;
  const document = {
    db: app.config.db,
    sender: sender.name,
    currency: sender.currency,
    time_zone: sender.timeZone,
    templates: [...templates],
    price_cards: prices,
    contact: contact?.id ?? null,
  };
  return {
    command: 'init',
    schema: InitDocument,
    document,
    columns: ['db', 'sender', 'currency', 'time_zone', 'price_cards', 'contact'],
    text: (
      style,
    ) => `${prices > 0 ? style.good('ready') : style.warn('no prices')} ${sender.name} (${sender.currency}, ${sender.timeZone}) in ${printable(document.db)}
Templates: ${templates.join(', ')}
Next: ${nextSteps(reachable).join('\n      ')}`,
  };
}

// Nobody is sent anything without consent: the first step is a person who agreed.
function nextSteps(reachable: string | null): readonly string[] {
  const to = reachable ?? '+4915112345678';
  const send = `tollbell send order_shipped --to ${to} --param name=Ada --param order=A-17`;
  return reachable === null ? [`tollbell contact add ${to} --language en_US --opt-in utility --source "order form"`, send] : [send];
}

type Answers = {
  readonly name: string;
  readonly currency: Sender['currency'];
  readonly timeZone: Sender['timeZone'];
  readonly phone: z.output<typeof phoneText> | null;
};

// `-y` takes what stands in the question; a first contact is only added when its number was given.
async function answer(app: App, options: z.output<typeof InitOptions>): Promise<Answers> {
  const ask = (question: Question): Promise<string> =>
    app.config.yes ? Promise.resolve(question.preset) : askText(app, { ...question, option: `${question.option} or -y` });
  const name =
    options.name ??
    (await ask({
      message: "The sender's name?",
      option: '--name',
      preset: SANDBOX_SENDER,
      check: (text) => isSenderName(text) || 'letters, digits, -, _ or .',
    }));
  const known = name === SANDBOX_SENDER; // it is there already, with its currency and zone
  const currency =
    options.currency ??
    parseCurrency(
      known
        ? 'USD'
        : await ask({
            message: 'Its currency?',
            option: '--currency',
            preset: 'USD',
            check: (text) => parseCurrency(text) !== undefined || 'a code such as USD',
          }),
    );
  const timeZone =
    options.timeZone ??
    parseTimeZone(
      known
        ? 'UTC'
        : await ask({
            message: 'Its time zone?',
            option: '--time-zone',
            preset: 'UTC',
            check: (text) => parseTimeZone(text) !== undefined || 'a zone such as Europe/Berlin',
          }),
    );
  assert(currency !== undefined && timeZone !== undefined, 'answers are checked when they are given');
  const isAsked = options.phone === null && !app.config.yes && app.io.canAsk() && app.config.prompts;
  const phone = isAsked
    ? await askText(app, { message: 'A first contact (empty for none)?', option: '--phone', preset: '', check: isPhoneOrEmpty })
    : '';
  return { name, currency, timeZone, phone: options.phone ?? parsePhone(phone) ?? null };
}

function isPhoneOrEmpty(text: string): true | string {
  return text === '' || parsePhone(text) !== undefined || 'write it like +4915112345678';
}

async function settleSender(app: App, store: Store, { name, currency, timeZone }: Answers): Promise<Sender> {
  const at = app.clock.now();
  await store.putSender({
    id: app.ids.short(),
    accountId: DEFAULT_ACCOUNT,
    name,
    transport: 'sandbox',
    whatsapp: null,
    currency,
    timeZone,
    isDefault: false,
    createdAt: at,
  });
  const sender = (await store.listSenders(DEFAULT_ACCOUNT)).find((candidate) => candidate.name === name);
  assert(sender !== undefined, 'a sender that was put is there');
  await store.setDefaultSender(sender.id);
  return sender;
}

// The cards that are there stay; how many there are in the end.
async function addPrices(app: App, store: Store, { currency }: Sender): Promise<number> {
  await putCards(app, store, { cards: builtinPriceCards(currency), replace: false, onConflict: 'keep' });
  const { length } = await store.listPriceCards({ currency });
  if (length === 0)
    hint(app, `No ${currency} prices come with this version, and what has no price is not sent: bring a card with tollbell price import.`);
  return length;
}

async function addFirstContact(
  app: App,
  store: Store,
  { sender, phone }: { readonly sender: Sender; readonly phone: z.output<typeof phoneText> },
): Promise<{ readonly id: string; readonly isRefused: boolean }> {
  const at = app.clock.now();
  const agreed = { scope: sender.id, at, by: 'business', source: 'tollbell init', evidence: null } as const;
  const contact = {
    id: app.ids.sortable<'contact'>(at),
    phone,
    userId: null,
    name: null,
    language: 'en_US',
    attributes: {},
    isReachable: false,
    optIns: toOptIns(['utility'], agreed),
  };
  const [written] = await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: [contact], at });
  assert(written !== undefined, 'one result per contact');
  return { id: written.contactId, isRefused: written.result === 'refused' };
}
