// tollbell message retry: sends again what is over and surely did not arrive, as a new message.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import { assert } from '../../errors.ts';
import type { Store } from '../../ports/store.ts';
import { type Retriable, refuseRetry, retryMessage } from '../../send/retry-message.ts';
import { hintWarnings } from '../budget-warning.ts';
import type { Define, View } from '../command.ts';
import { findMessage } from '../find-message.ts';
import { dispatchOf, failureOf, tellStopping } from '../interrupted.ts';
import { flag, helpText, parseOptions } from '../options.ts';
import { sendHost } from '../send-host.ts';
import { sendDocument, sendView, toSentRow, withRecord } from '../send-view.ts';

const MessageRetryOptions = z.object({ id: z.string(), queue: flag });

const MessageRetryDocument = z.extend(sendDocument(), { retry_of: z.string().check(z.describe('the message that is sent again')) });

export const defineMessageRetry: Define = (parent, host) => {
  const command = parent
    .command('retry')
    .description(
      'Sends the content of a message again, as a new message to the same person: only what failed, expired or was cancelled, and only once. Consent, block,\n' +
        'price and budget are checked again. What the provider held back because the person has had enough for now (131049) waits for a day. Where the\n' +
        'outcome is unknown, the message may have arrived: find out, and say so with tollbell message resolve.',
    )
    .argument('<id>', 'the id of the message that did not arrive')
    .option('--queue', 'stop after the admission; `tollbell dispatch` sends')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell message retry 01j9zk3v8q5t2r7m4n6p', 'tollbell message retry 01j9zk3v8q5t2r7m4n6p --queue --json'],
        output:
          '{"schema":"tollbell.message-retry/1","retry_of","status","counts":{…},"refusals":{…},"amounts":[…],"recovered":[…],"budget_warnings":[…],"messages":[{"id","status",…}]}',
        exits: [0, 2, 3, 4, 5, 6, 8, 9, 10, 130],
      }),
    )
    .action((id: string, options: object) =>
      host.run(command, (app) => runMessageRetry(app, parseOptions(MessageRetryOptions, { id, ...options }))),
    );
  return MessageRetryDocument;
};

/** Sends it again. The second time it answers as a duplicate of the first. Throws `unknown_message`, `not_retryable`. */
export async function runMessageRetry(
  app: App,
  { id, queue }: z.output<typeof MessageRetryOptions>,
): Promise<View<z.output<typeof MessageRetryDocument>>> {
  await findMessage(await app.reader(), id); // before a store is made for an id that is mistyped
  const store = await app.store();
  const retriable = await retriableOf(app, store, id);
  const { sender, record } = retriable;
  const host = await sendHost(app, sender, { store, keyedDigest: app.keyedDigest });
  const { request, admission, tally, ...ending } = await retryMessage(host, retriable, { queueOnly: queue, onStopping: tellStopping(app) });
  hintWarnings(app, tally.budgetWarnings);
  const row = toSentRow({ row: 1 }, request, { admission, currency: sender.currency });
  const [now] = row.id === null ? [] : await store.findMessages([admission.kind === 'duplicate' ? admission.kept.id : request.id]);
  const rows = [withRecord(row, now)];
  const look = `tollbell message show ${row.id ?? record.id}`;
  const failure = failureOf(ending, { tally, resume: dispatchOf(sender), isUnread: false, look, isRepeatable: true });
  const again =
    row.duplicate_of === null
      ? []
      : [`It was sent again before, as ${row.duplicate_of}; what became of that one can be retried in its turn.`];
  const view = sendView({
    isQuiet: app.config.quiet,
    tally,
    dryRun: false,
    sender,
    campaign: record.campaign,
    rows,
    ending,
    isForLater: queue,
    resume: dispatchOf(sender),
    hints: again,
    failure,
  });
  return {
    ...view,
    command: 'message-retry',
    schema: MessageRetryDocument,
    document: { ...view.document, retry_of: record.id },
    rows: 'messages',
  };
}

// As the store has it now, after whatever happened since it was asked for the first time.
async function retriableOf(app: App, store: Store, id: string): Promise<Retriable> {
  const record = await findMessage(store, id);
  const [content] = await store.findContents([record.id]);
  const sender = (await store.listSenders(DEFAULT_ACCOUNT)).find(({ name }) => name === record.sender);
  assert(sender !== undefined, 'a message has a sender');
  refuseRetry(record, content ?? null, { sender, at: app.clock.now() });
  assert(content !== undefined && content !== null, 'what can be retried has content');
  return { record, sender, content };
}
