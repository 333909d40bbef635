// tollbell block: a hard stop that beats every consent and cancels what is queued.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { blockOf } from '../../domain/consent.ts';
import { assert } from '../../errors.ts';
import { recordConsent } from '../../send/record-consent.ts';
import { formatInstant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { BlockOptions, scopeOf, StopShape, stopText, toStop } from '../consent-view.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import { PERSON_ARGUMENT, refuseUnknownId } from '../person.ts';

const BlockDocument = z.object({
  contact: z.string(),
  phone: z.nullable(z.string()),
  sender: z.string(),
  blocked: z.literal(true),
  since: z.string(),
  ...StopShape,
});

export const defineBlock: Define = (parent, host) => {
  const command = parent
    .command('block')
    .description('Stops everything from this sender to a person, also what is queued. A number never seen before is blocked too.')
    .argument(...PERSON_ARGUMENT)
    .option('--reason <text>', 'why, kept as evidence')
    .option('--by <who>', 'customer or business (default business)')
    .option('--everywhere', 'for all senders of the account')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell block +4915112345678 --reason "asked by phone" --by customer',
          'tollbell block +4915112345678 --everywhere --json',
        ],
        output:
          '{"schema":"tollbell.block/1","contact","phone","sender","blocked","since","cancelled_messages","released":[…],"in_flight":[…]}',
        exits: [0, 2, 8],
      }),
    )
    .action((phone: string, options: object) => host.run(command, (app) => block(app, parseOptions(BlockOptions, { phone, ...options }))));
  return BlockDocument;
};

/** Records the block and returns what it stopped. Blocking twice keeps the first instant. */
export async function block(app: App, options: z.output<typeof BlockOptions>): Promise<View<z.output<typeof BlockDocument>>> {
  const { phone: who, reason: evidence, by, everywhere } = options;
  await refuseUnknownId(app, who);
  const store = await app.store();
  const { scope, name } = scopeOf(await currentSender(store, app.config), everywhere);
  const written = await recordConsent(app, store, {
    who,
    scope,
    subjects: ['block'],
    kind: 'block',
    at: null,
    by,
    source: 'command',
    evidence,
  });
  const inForce = blockOf(written.flags);
  assert(inForce !== undefined, 'a block that was recorded is in force');
  const stop = toStop(written);
  const document = {
    contact: written.contactId,
    phone: written.phone,
    sender: name,
    blocked: true as const,
    since: formatInstant(inForce.at),
    ...stop,
  };
  return {
    command: 'block',
    schema: BlockDocument,
    document,
    columns: ['contact', 'phone', 'sender', 'blocked', 'since', 'cancelled_messages'],
    text: (style) => `${style.bad('blocked')} ${written.phone ?? written.contactId} since ${document.since}; ${stopText(stop, style)}`,
  };
}
