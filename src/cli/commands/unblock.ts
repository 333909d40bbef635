// tollbell unblock: lifts a block, and nothing else. Who never agreed still may not be messaged.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { blockOf } from '../../domain/consent.ts';
import { changeBlock } from '../change-block.ts';
import type { Define, View } from '../command.ts';
import { ConsentShape, purposesOf, toConsent } from '../contact-item.ts';
import { BlockOptions, flagsAfter } from '../consent-view.ts';
import { helpText, parseOptions } from '../options.ts';
import { findPerson, PERSON_ARGUMENT } from '../person.ts';
import { providerBlockText } from '../provider-block.ts';

const UnblockDocument = z.object({
  contact: z.string(),
  phone: z.nullable(z.string()),
  sender: z.string().check(z.describe('* for all senders')),
  blocked: z.boolean(),
  consent: ConsentShape,
  provider: z.nullable(z.string()).check(z.describe("unblocked, or refused: …; null where the provider's list was not asked for")),
});

export const defineUnblock: Define = (parent, host) => {
  const command = parent
    .command('unblock')
    .description(
      'Lifts a block with this sender. It grants no consent: what the person agreed to before holds again, and no more. Whoever was blocked with --provider ' +
        "is on the provider's list until --provider takes them off it.",
    )
    .argument(...PERSON_ARGUMENT)
    .option('--reason <text>', 'why, kept as evidence')
    .option('--by <who>', 'customer or business (default business)')
    .option('--everywhere', 'with all senders of the account')
    .option('--provider', "take them off the provider's own list too")
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell unblock +4915112345678 --reason "asked by phone" --by customer',
          'tollbell unblock +4915112345678 --everywhere --json',
          'tollbell unblock +4915112345678 --provider',
        ],
        output:
          '{"schema":"tollbell.unblock/1","contact","phone","sender","blocked":false,"consent":{…},"provider":"unblocked|refused: …"|null}',
        exits: [0, 2, 5, 8, 9, 10],
      }),
    )
    .action((phone: string, options: object) =>
      host.run(command, (app) => unblock(app, parseOptions(BlockOptions, { phone, ...options }))),
    );
  return UnblockDocument;
};

// What is on the provider's list is not kept here, so nobody can say more.
const STILL_LISTED =
  "Whoever was blocked with --provider is still on the provider's own list: tollbell unblock with --provider takes them off it.";

/** Lifts the block. Where there is none, nothing happens. Throws `unknown_contact`: a number never seen is a mistyped one. */
export async function unblock(app: App, options: z.output<typeof BlockOptions>): Promise<View<z.output<typeof UnblockDocument>>> {
  await findPerson(app, options.phone);
  const { store, sender, senders, scopeName, written, atProvider } = await changeBlock(app, 'unblock', options);
  const flags = await flagsAfter(store, written, sender);
  const consent = toConsent(flags);
  const blocked = blockOf(flags) !== undefined;
  const mayStayListed = !options.provider && senders.some(({ whatsapp }) => whatsapp !== null);
  return {
    command: 'unblock',
    schema: UnblockDocument,
    document: { contact: written.contactId, phone: written.phone, sender: scopeName, blocked, consent, provider: atProvider.answer },
    columns: ['contact', 'phone', 'sender', 'blocked', 'provider'],
    text: (style) =>
      `${blocked ? style.bad('still blocked') : style.good('not blocked any more')}; opted in: ${purposesOf(consent, 'opted_in')}${providerBlockText(atProvider, { wasAsked: options.provider, style })}${mayStayListed ? `\n${style.dim(STILL_LISTED)}` : ''}`,
    exitCode: atProvider.exitCode,
  };
}
