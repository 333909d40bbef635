// tollbell contact show: one person with the standing of every purpose.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import type { Define, View } from '../command.ts';
import { CONTACT_COLUMNS, ContactItem, contactText, toContactItem } from '../contact-item.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import { findPerson, PERSON_ARGUMENT, personText } from '../person.ts';

const ContactShowOptions = z.object({ phone: personText });

const ContactShowDocument = z.object({ item: ContactItem });

export const defineContactShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description('Shows a person: what they agreed to with this sender, what they opted out of, and the block.')
    .argument(...PERSON_ARGUMENT)
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell contact show +4915112345678', 'tollbell contact show +4915112345678 --json'],
        output:
          '{"schema":"tollbell.contact-show/1","item":{"id","phone","name","language","attributes":{…},"consent":{"marketing":"opted_in",…},"blocked",…}}',
        exits: [0, 2, 8],
      }),
    )
    .action((phone: string, options: object) =>
      host.run(command, (app) => showContact(app, parseOptions(ContactShowOptions, { phone, ...options }))),
    );
  return ContactShowDocument;
};

/** The person. Throws `unknown_contact`. */
export async function showContact(
  app: App,
  { phone: who }: z.output<typeof ContactShowOptions>,
): Promise<View<z.output<typeof ContactShowDocument>>> {
  const { store, person } = await findPerson(app, who);
  const item = toContactItem(person, (await currentSender(store, app.config)).id);
  return {
    command: 'contact-show',
    schema: ContactShowDocument,
    document: { item },
    columns: CONTACT_COLUMNS,
    text: (style) => contactText(item, style),
  };
}
