// tollbell message cancel: takes queued messages out of the outbox and releases their reservations.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { fail } from '../../errors.ts';
import type { Settlement } from '../../ports/store/settle.ts';
import { BY_COMMAND, cancelCampaign, cancelMessages } from '../../send/cancel.ts';
import type { MessageId } from '../../values/id.ts';
import { formatAmount, sumsByCurrency } from '../../values/money.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { findCampaign } from '../find-campaign.ts';
import { helpText, orNull, parseOptions, texts } from '../options.ts';
import { moneyText } from '../shapes.ts';

const MessageCancelOptions = z.object({ ids: texts, campaign: orNull(z.string()) });

const MessageCancelDocument = z.object({
  cancelled_messages: z.int(),
  released: z.array(z.object({ currency: z.string(), amount: moneyText })),
  messages: z.array(z.string()),
});

export const defineMessageCancel: Define = (parent, host) => {
  const command = parent
    .command('cancel')
    .description('Cancels queued messages and releases what was reserved for them. What is on its way cannot be called back.')
    .argument('[ids...]', 'the ids of the messages')
    .option('--campaign <name>', 'everything that is queued of this campaign; tollbell campaign cancel ends it for good')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell message cancel 01j9zk3v8q5t2r7m4n6p', 'tollbell message cancel --campaign autumn --json'],
        output: '{"schema":"tollbell.message-cancel/1","cancelled_messages","released":[{"currency","amount"}],"messages":[…]}',
        exits: [0, 2, 8],
      }),
    )
    .action((ids: string[], options: object) =>
      host.run(command, (app) => messageCancel(app, parseOptions(MessageCancelOptions, { ids, ...options }))),
    );
  return MessageCancelDocument;
};

/** Cancels by id or by campaign. Throws `unknown_message`, `unknown_campaign`, `not_cancellable`, `usage`. */
export async function messageCancel(
  app: App,
  options: z.output<typeof MessageCancelOptions>,
): Promise<View<z.output<typeof MessageCancelDocument>>> {
  if (options.ids.length > 0 === (options.campaign !== null)) {
    throw fail('usage', { message: 'Say which messages: by id, or by --campaign.', hint: 'One of the two.' });
  }
  const store = await app.store();
  const at = app.clock.now();
  const ids = options.ids.map((id) => id as MessageId);
  const settled = options.campaign === null ? await cancelMessages(store, { ids, at }) : await cancelNamed(app, options.campaign);
  const sums = sumsByCurrency(settled.map(({ currency, closed }) => ({ currency, amount: closed })));
  const released = sums.map(({ currency, amount }) => ({ currency, amount: formatAmount(amount) }));
  return {
    command: 'message-cancel',
    schema: MessageCancelDocument,
    document: { cancelled_messages: settled.length, released, messages: settled.map(({ messageId }) => messageId) },
    columns: ['cancelled_messages'],
    text: () =>
      `${settled.length} messages cancelled${released.map(({ currency, amount }) => `, ${amount} ${currency} released`).join('')}`,
  };
}

async function cancelNamed(app: App, campaign: string): Promise<readonly Settlement[]> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const campaignId = await findCampaign(store, sender, campaign);
  const cancel = { senderId: sender.id, campaignId, reason: BY_COMMAND, at: app.clock.now() };
  const settlements: Settlement[] = [];
  for await (const batch of cancelCampaign(store, cancel)) settlements.push(...batch);
  return settlements;
}
