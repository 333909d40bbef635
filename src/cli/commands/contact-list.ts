// tollbell contact list: people in the order in which they were added.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import type { Page } from '../../ports/store/directory.ts';
import type { Define, View } from '../command.ts';
import { CONTACT_COLUMNS, ContactItem, purposesOf, toContactItem } from '../contact-item.ts';
import { currentSender } from '../current-sender.ts';
import { addPageOptions, helpText, idPageOptions, parseOptions } from '../options.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

const ContactListOptions = z.object(idPageOptions());
type ContactListOptions = z.output<typeof ContactListOptions>;

const ContactListDocument = listOf(ContactItem);

export const defineContactList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description('Lists people, the oldest first, with what they agreed to with this sender, what they opted out of, and the block.')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell contact list', 'tollbell contact list --limit 500 --format csv'],
        output: '{"schema":"tollbell.contact-list/1","items":[{"id","phone","name","language","consent":{…},"blocked",…}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listContacts(app, parseOptions(ContactListOptions, { ...options }))));
  return ContactListDocument;
};

/** A page of people. Empty where there is no store. */
export async function listContacts(app: App, page: ContactListOptions): Promise<View<z.output<typeof ContactListDocument>>> {
  const { items, next } = await readPage(app, page);
  return {
    command: 'contact-list',
    schema: ContactListDocument,
    document: { items: [...items], next },
    rows: 'items',
    columns: CONTACT_COLUMNS,
    text: async (style) => {
      if (items.length === 0) return 'No contacts.';
      const rows = items.map((item) => [
        item.phone ?? item.user_id ?? item.id,
        item.name ?? '-',
        item.language ?? '-',
        purposesOf(item.consent, 'opted_in'),
        purposesOf(item.consent, 'opted_out'),
        item.blocked ? 'blocked' : '-',
      ]);
      const lines = await table({ header: ['PHONE', 'NAME', 'LANGUAGE', 'OPTED IN', 'OPTED OUT', 'BLOCKED'], rows }, style);
      return next === null ? lines : `${lines}\n${style.dim(`More: --after ${next}`)}`;
    },
  };
}

async function readPage(app: App, page: ContactListOptions): Promise<Page<z.output<typeof ContactItem>>> {
  const store = await app.reader();
  if (store === null) return { items: [], next: null };
  const sender = await currentSender(store, app.config);
  const { items, next } = await store.listContacts(DEFAULT_ACCOUNT, page);
  return { items: items.map((person) => toContactItem(person, sender.id)), next };
}
