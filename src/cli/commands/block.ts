// tollbell block: a hard stop that beats every consent and cancels what is queued.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { blockOf } from '../../domain/consent.ts';
import { assert } from '../../errors.ts';
import { formatInstant } from '../../values/time.ts';
import { changeBlock } from '../change-block.ts';
import type { Define, View } from '../command.ts';
import { BlockOptions, StopShape, stopText, toStop } from '../consent-view.ts';
import { helpText, parseOptions } from '../options.ts';
import { PERSON_ARGUMENT, refuseUnknownId } from '../person.ts';
import { providerBlockText } from '../provider-block.ts';

const BlockDocument = z.object({
  contact: z.string(),
  phone: z.nullable(z.string()),
  sender: z.string(),
  blocked: z.literal(true),
  since: z.string(),
  ...StopShape,
  provider: z.nullable(z.string()).check(z.describe("blocked, or refused: …; null where the provider's list was not asked for")),
});

export const defineBlock: Define = (parent, host) => {
  const command = parent
    .command('block')
    .description('Stops everything from this sender to a person, also what is queued. A number never seen before is blocked too.')
    .argument(...PERSON_ARGUMENT)
    .option('--reason <text>', 'why, kept as evidence')
    .option('--by <who>', 'customer or business (default business)')
    .option('--everywhere', 'for all senders of the account')
    .option('--provider', "on the provider's own list too, which takes only people who wrote in the last 24 hours")
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell block +4915112345678 --reason "asked by phone" --by customer',
          'tollbell block +4915112345678 --everywhere --json',
          'tollbell block +4915112345678 --provider',
        ],
        output:
          '{"schema":"tollbell.block/1","contact","phone","sender","blocked","since","cancelled_messages","released":[…],"in_flight":[…],"provider":"blocked|refused: …"|null}',
        exits: [0, 2, 5, 8, 9, 10],
      }),
    )
    .action((phone: string, options: object) => host.run(command, (app) => block(app, parseOptions(BlockOptions, { phone, ...options }))));
  return BlockDocument;
};

/**
 * Records the block and returns what it stopped. Blocking twice keeps the first instant. Where the provider refuses to block too, the block here stands and
 * the exit code tells.
 */
export async function block(app: App, options: z.output<typeof BlockOptions>): Promise<View<z.output<typeof BlockDocument>>> {
  await refuseUnknownId(app, options.phone);
  const { scopeName, written, atProvider } = await changeBlock(app, 'block', options);
  const inForce = blockOf(written.flags);
  assert(inForce !== undefined, 'a block that was recorded is in force');
  const stop = toStop(written);
  const document = {
    contact: written.contactId,
    phone: written.phone,
    sender: scopeName,
    blocked: true as const,
    since: formatInstant(inForce.at),
    ...stop,
    provider: atProvider.answer,
  };
  return {
    command: 'block',
    schema: BlockDocument,
    document,
    columns: ['contact', 'phone', 'sender', 'blocked', 'since', 'cancelled_messages', 'provider'],
    text: (style) =>
      `${style.bad('blocked')} ${written.phone ?? written.contactId} since ${document.since}; ${stopText(stop, style)}${providerBlockText(atProvider, { wasAsked: options.provider, style })}`,
    exitCode: atProvider.exitCode,
  };
}
