// tollbell contact add: adds a person or changes what is known of them, with their opt-ins if they come along.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { toOptIns } from '../../domain/consent-change.ts';
import { isAttributeKey, TIME_ZONE_ATTRIBUTE } from '../../domain/contact.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import { assert } from '../../errors.ts';
import { parseTimeZone } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { CONTACT_COLUMNS, ContactItem, contactText, toContactItem } from '../contact-item.ts';
import { purposesText } from '../consent-view.ts';
import { currentSender } from '../current-sender.ts';
import { hint } from '../hint.ts';
import { collect, filledText, flag, helpText, languageText, orNull, pairs, parseOptions, phoneText, timeZoneText } from '../options.ts';

const ContactAddOptions = z
  .object({
    phone: phoneText,
    name: orNull(filledText().check(z.maxLength(256, 'at most 256 characters'))),
    language: orNull(languageText),
    timeZone: orNull(timeZoneText),
    attr: pairs.check(
      z.refine((values) => Object.keys(values).every(isAttributeKey), 'its name may have letters, digits, _ . and -'),
      z.refine(hasNoWrongZone, `its ${TIME_ZONE_ATTRIBUTE} is not a time zone such as Europe/Berlin`),
    ),
    optIn: orNull(purposesText),
    source: orNull(filledText()),
    evidence: orNull(z.string()),
    deliverable: flag,
  })
  .check(
    z.refine(({ optIn, source }) => optIn === null || source !== null, { path: ['source'], error: 'an opt-in needs its source' }),
    z.refine(({ optIn, source }) => optIn !== null || source === null, { path: ['source'], error: 'it belongs to --opt-in' }),
    z.refine(({ optIn, evidence }) => optIn !== null || evidence === null, { path: ['evidence'], error: 'it belongs to --opt-in' }),
  );

// Quiet hours go by it.
function hasNoWrongZone({ [TIME_ZONE_ATTRIBUTE]: zone }: Readonly<Record<string, string>>): boolean {
  return zone === undefined || parseTimeZone(zone) !== undefined;
}

const result = z.enum(['added', 'updated', 'unchanged', 'refused']);

const ContactAddDocument = z.object({
  item: z.extend(ContactItem, {
    result: result.check(z.describe('refused: an opt-out or a block stands against the opt-in; all else was written')),
  }),
});

export const defineContactAdd: Define = (parent, host) => {
  const command = parent
    .command('add')
    .description(
      'Adds a person, or changes one with that number. What is not given stays. It lifts no opt-out and no block: tollbell opt-in does, unblock does.',
    )
    .argument('<phone>', 'the number, +4915112345678')
    .option('--name <name>', 'what they are called')
    .option('--language <code>', 'the language they read: de, pt_BR')
    .option('--time-zone <zone>', 'the zone in which they live, for quiet hours: Europe/Berlin')
    .option('--attr <key=value>', 'anything else; several times', collect)
    .option('--opt-in <purposes>', 'what they agreed to: marketing, utility, authentication, service, ads')
    .option('--source <text>', 'where they agreed; needed with --opt-in')
    .option('--evidence <text>', 'the proof of it')
    .option('--deliverable', 'the messenger reaches this number again: take the mark off that it does not')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell contact add +4915112345678 --name Ada --language de --opt-in utility --source "web form"',
          'tollbell contact add +4915112345678 --attr city=Berlin --attr tier=gold --json',
        ],
        output:
          '{"schema":"tollbell.contact-add/1","item":{"id","phone","name","language","attributes":{…},"consent":{…},"blocked",…,"result":"added"}}',
        exits: [0, 2, 3, 8],
      }),
    )
    .action((phone: string, options: object) =>
      host.run(command, (app) => addContact(app, parseOptions(ContactAddOptions, { phone, ...options }))),
    );
  return ContactAddDocument;
};

/** Writes the person and returns them as they are now. */
export async function addContact(
  app: App,
  { phone, name, language, timeZone, attr, optIn, source, evidence, deliverable }: z.output<typeof ContactAddOptions>,
): Promise<View<z.output<typeof ContactAddDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const at = app.clock.now();
  const optIns = toOptIns(optIn ?? [], { scope: sender.id, at, by: 'customer', source: source ?? '', evidence });
  const contact = {
    id: app.ids.sortable<'contact'>(at),
    phone,
    userId: null,
    name,
    language,
    attributes: timeZone === null ? attr : { ...attr, [TIME_ZONE_ATTRIBUTE]: timeZone },
    optIns,
    isReachable: deliverable,
  };
  const [written] = await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: [contact], at });
  const [person] = await store.findContacts(DEFAULT_ACCOUNT, [{ phone }]);
  assert(written !== undefined && person !== undefined && person !== null, 'a contact that was written is there');
  const isRefused = written.result === 'refused';
  if (isRefused) hint(app, 'The opt-in was not recorded: an opt-out or a block stands. tollbell opt-in records a change of mind.');
  const item = { ...toContactItem(person, sender.id), result: written.result };
  return {
    command: 'contact-add',
    schema: ContactAddDocument,
    document: { item },
    columns: [...CONTACT_COLUMNS, 'result'],
    text: (style) => `${style.strong(item.result)}\n${contactText(item, style)}`,
    exitCode: isRefused ? 3 : 0,
  };
}
