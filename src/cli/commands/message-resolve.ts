// tollbell message resolve: a person says what became of a message whose outcome is unknown.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { MESSAGE_STATES } from '../../domain/message.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import { assert } from '../../errors.ts';
import type { MessageRecord } from '../../ports/store/report.ts';
import type { Store } from '../../ports/store.ts';
import { RESOLUTIONS, type ResolutionKind, resolveMessage } from '../../send/resolve.ts';
import { retriableFrom } from '../../send/retry-message.ts';
import { formatAmount, minus, ZERO } from '../../values/money.ts';
import { formatInstant, type Instant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { findMessage } from '../find-message.ts';
import { filledText, helpText, parseOptions } from '../options.ts';
import { askYes } from '../prompt.ts';
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
    retry_from: z
      .nullable(z.string())
      .check(
        z.describe(
          'the moment from which tollbell message retry takes it: its request may be under way until then; null where it is not over',
        ),
      ),
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
          '{"schema":"tollbell.message-resolve/1","item":{"id","to","resolved_as","status","by","reason","currency","charged","released","retry_from"}}',
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
  const at = app.clock.now();
  const store = await app.store();
  const { to, currency, charged, closed } = await resolveMessage(store, { id: record.id, as, by, reason, at });
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
    retry_from: RETRIABLE.has(as) ? await retryFrom(store, { ...record, at }) : null,
  };
  return {
    command: 'message-resolve',
    schema: MessageResolveDocument,
    document: { item },
    columns: Object.keys(MessageResolveDocument.shape.item.shape),
    text: (style) => resolvedText({ ...item, at: formatInstant(at) }, style),
  };
}

const RETRIABLE: ReadonlySet<ResolutionKind> = new Set(['not_sent', 'failed']);

async function retryFrom(
  store: Pick<Store, 'listSenders'>,
  { sender: name, at }: Pick<MessageRecord, 'sender'> & { readonly at: Instant },
): Promise<string> {
  const sender = (await store.listSenders(DEFAULT_ACCOUNT)).find((candidate) => candidate.name === name);
  assert(sender !== undefined, 'a message has a sender');
  return formatInstant(retriableFrom({ reason: 'not_sent', changedAt: at }, sender));
}

// Only where a person sits: a script has said it with its options.
async function confirmCharge(app: App, { id, price, currency }: MessageRecord): Promise<void> {
  if (app.config.yes || !app.config.prompts || !app.io.canAsk()) return;
  await askYes(app, `Message ${id} will be charged; ${formatAmount(price)} ${currency} are reserved for it. Go on?`);
}

function resolvedText(
  { id, status, by, charged, released, currency, resolved_as: as, retry_from: from, at }: Item & { readonly at: string },
  style: Style,
): string {
  const money =
    status === 'accepted' ? 'what was reserved stays reserved' : `charged ${charged} ${currency}, released ${released} ${currency}`;
  const when = from === null || from <= at ? '' : `, from ${from} on (its request may be under way until then)`;
  const next = from === null ? '' : `\n${style.dim(`To send it again: tollbell message retry ${id}${when}`)}`;
  return `${style.strong(as)}, decided by ${by}: ${id} is ${status}; ${money}${next}`;
}
