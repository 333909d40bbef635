// tollbell sender check: whether token, number, messaging limit, international rate, templates, webhook, payment, clock and prices of a sender work.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { fail } from '../../errors.ts';
import type { Define, View } from '../command.ts';
import { CHECK_COLUMNS, CheckItem, checksText, toCheckItem, worstExit } from '../checks-view.ts';
import { currentSender } from '../current-sender.ts';
import { flag, helpText, parseOptions } from '../options.ts';
import { checkSender } from '../sender-checks.ts';
import { listOf } from '../shapes.ts';

const SenderCheckOptions = z.object({ name: z.optional(z.string()), offline: flag, apply: flag });

const SenderCheckDocument = z.extend(listOf(CheckItem), { sender: z.string() });

export const defineSenderCheck: Define = (parent, host) => {
  const command = parent
    .command('check')
    .description(
      'Checks what a sender needs, at the provider and here: token, number, messaging limit, international rate of authentication, templates, webhook, payment, clock, secrets, prices.',
    )
    .argument('[name]', "the sender's name; without it the one that acts now")
    .option('--offline', 'leave the provider alone')
    .option(
      '--apply',
      'take over what the provider says of the messaging limit, under which messages then wait for room, and from when authentication costs the international rate',
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell sender check', 'tollbell sender check shop --json', 'tollbell sender check shop --apply'],
        output:
          '{"schema":"tollbell.sender-check/1","items":[{"check","result":"good|warning|bad|skipped","message","hint"}],"next":null,"sender"}',
        exits: [0, 2, 8, 9, 10],
      }),
    )
    .action((name: string | undefined, options: object) =>
      host.run(command, (app) => showSenderCheck(app, parseOptions(SenderCheckOptions, { name, ...options }))),
    );
  return SenderCheckDocument;
};

/** What was found. The exit code is 9 or 10 where something is bad without which nothing can be sent. Throws `unknown_sender`. */
export async function showSenderCheck(
  app: App,
  { name, offline, apply }: z.output<typeof SenderCheckOptions>,
): Promise<View<z.output<typeof SenderCheckDocument>>> {
  if (offline && apply) throw fail('usage', { message: '--apply takes over what the provider says, and --offline does not ask it.' });
  const store = apply ? await app.store() : (await app.asking()).store;
  const sender = await currentSender(store, { sender: name ?? app.config.sender });
  const checks = await checkSender(app, store, { sender, offline, apply });
  return {
    command: 'sender-check',
    schema: SenderCheckDocument,
    document: { items: checks.map(toCheckItem), next: null, sender: sender.name },
    rows: 'items',
    columns: CHECK_COLUMNS,
    text: (style) => `${style.strong(sender.name)}\n${checksText(checks, style)}`,
    exitCode: worstExit(checks),
  };
}
