// tollbell message resolve: a person says what became of a message whose outcome is unknown.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { MESSAGE_STATES } from '../../domain/message.ts';
import { fail } from '../../errors.ts';
import type { MessageRecord } from '../../ports/store/report.ts';
import { RESOLUTIONS, resolveMessage } from '../../send/resolve.ts';
import { formatAmount, minus, ZERO } from '../../values/money.ts';
import type { Define, View } from '../command.ts';
import { findMessage } from '../find-message.ts';
import { filledText, helpText, parseOptions } from '../options.ts';
import { askText } from '../prompt.ts';
import type { Style } from '../render.ts';
import { moneyText } from '../shapes.ts';

const MessageResolveOptions = z.object({
  id: z.string(),
  as: z.enum(RESOLUTIONS, { error: `one of ${RESOLUTIONS.join(', ')}` }),
  reason: filledText().check(z.maxLength(1_000, 'at most 1,000 characters')),
  by: z._default(filledText().check(z.maxLength(128, 'at most 128 characters')), 'operator'),
});

const MessageResolveDocument = z.object({
  item: z.object({
    id: z.string(),
    to: z.nullable(z.string()),
    resolved_as: z.enum(RESOLUTIONS),
    status: z.enum(MESSAGE_STATES),
    by: z.string(),
    reason: z.string(),
    currency: z.string(),
    charged: moneyText,
    released: moneyText,
  }),
});

type Item = z.output<typeof MessageResolveDocument>['item'];

export const defineMessageResolve: Define = (parent, host) => {
  const command = parent
    .command('resolve')
    .description(
      'Says what became of a message whose outcome is unknown, and keeps who said so and why. not_sent and failed release what was reserved, delivered\n' +
        'charges it, accepted leaves it reserved. Nothing is sent. A status of the provider that comes later always wins.',
    )
    .argument('<id>', 'the id of the message')
    .requiredOption('--as <outcome>', RESOLUTIONS.join(', '))
    .requiredOption('--reason <text>', 'how you know: "not in the provider\'s message history"')
    .option('--by <name>', 'who decides (default "operator")')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell message resolve 01j9zk3v8q5t2r7m4n6p --as not_sent --reason "the customer did not get it"',
          'tollbell message resolve 01j9zk3v8q5t2r7m4n6p --as delivered --reason "seen on the phone" --by ada -y --json',
        ],
        output:
          '{"schema":"tollbell.message-resolve/1","item":{"id","to","resolved_as","status","by","reason","currency","charged","released"}}',
        exits: [0, 2, 8, 130],
      }),
    )
    .action((id: string, options: object) =>
      host.run(command, (app) => runMessageResolve(app, parseOptions(MessageResolveOptions, { id, ...options }))),
    );
  return MessageResolveDocument;
};

/** Records the decision. Throws `unknown_message`, `not_resolvable`, and `interrupted` where a person thought better of it. */
export async function runMessageResolve(
  app: App,
  { id, as, reason, by }: z.output<typeof MessageResolveOptions>,
): Promise<View<z.output<typeof MessageResolveDocument>>> {
  const record = await findMessage(await app.reader(), id);
  if (as === 'delivered' && record.state === 'unknown') await confirmCharge(app, record);
  const { to, currency, charged, closed } = await resolveMessage(await app.store(), { id: record.id, as, by, reason, at: app.clock.now() });
  const item: Item = {
    id: record.id,
    to: record.phone,
    resolved_as: as,
    status: to,
    by,
    reason,
    currency,
    charged: formatAmount(charged),
    released: formatAmount(closed > charged ? minus(closed, charged) : ZERO),
  };
  return {
    command: 'message-resolve',
    schema: MessageResolveDocument,
    document: { item },
    columns: Object.keys(MessageResolveDocument.shape.item.shape),
    text: (style) => resolvedText(item, style),
  };
}

// Only where a person sits: a script has said it with its options.
async function confirmCharge(app: App, { id, price, currency }: MessageRecord): Promise<void> {
  if (app.config.yes || !app.config.prompts || !app.io.canAsk()) return;
  const answer = await askText(app, {
    message: `Message ${id} will be charged; ${formatAmount(price)} ${currency} are reserved for it. Go on? (yes/no)`,
    option: '--yes',
    preset: 'no',
    check: (text) => /^(y|yes|n|no)$/i.test(text.trim()) || 'yes or no',
  });
  if (!/^y/i.test(answer.trim())) throw fail('interrupted', { message: 'Nothing was done.' });
}

function resolvedText({ id, status, charged, released, currency, resolved_as }: Item, style: Style): string {
  const money =
    status === 'accepted' ? 'what was reserved stays reserved' : `charged ${charged} ${currency}, released ${released} ${currency}`;
  const next = resolved_as === 'not_sent' ? `\n${style.dim(`To send it again: tollbell message retry ${id}`)}` : '';
  return `${style.strong(status)} ${id}; ${money}${next}`;
}
