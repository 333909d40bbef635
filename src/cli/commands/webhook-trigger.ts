// tollbell webhook trigger: a webhook as the provider would send it, signed, to a receiver of ours; for the sandbox received on the spot.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import type { Sender, WhatsappSettings } from '../../domain/sender.ts';
import { fail } from '../../errors.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import { webhookPayload } from '../webhook-event.ts';
import { checkEventOptions, EVENT_NAMES, WebhookOptions } from '../webhook-options.ts';
import { receiptText, type Receipt, ReceiptItem, receiveHere } from '../webhook-receipt.ts';
import { isLoopback } from '../../values/address.ts';

const RECEIVER = 'http://127.0.0.1:8787/webhooks/whatsapp';

const WebhookTriggerDocument = z.object({
  event: z.enum(EVENT_NAMES),
  sender: z.string(),
  url: z.nullable(z.string()).check(z.describe('null for the sandbox, which receives it in this process')),
  status: z.nullable(z.int()).check(z.describe("the receiver's HTTP status")),
  results: z.array(ReceiptItem).check(z.describe('what the sandbox made of it; a receiver does not tell')),
});

export const defineWebhookTrigger: Define = (parent, host) => {
  const command = parent
    .command('trigger')
    .description(
      `Sends a webhook as the provider would, with the sender's signature, to a receiver such as tollbell serve. For the sandbox it is received in this process, so that its customers can write. Events: ${EVENT_NAMES.join(', ')}.`,
    )
    .argument('<event>', 'what happened')
    .option('--message <id>', 'for sent, delivered, read, failed: the message')
    .option('--code <code>', "for failed: the provider's error code (default 131026)")
    .option('--from <phone>', 'for inbound, button, preferences-…: whose number')
    .option('--user-id <id>', '… or whose user id')
    .option('--text <text>', 'for inbound and button: what it says')
    .option('--payload <text>', 'for button: its payload (default its text)')
    .option('--template <name>', 'for template-…: the template')
    .option('--language <code>', '… and its language')
    .option('--status <status>', 'for template-status: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …')
    .option('--category <category>', 'for template-category: marketing, utility, authentication')
    .option('--quality <quality>', 'for template-quality: green, yellow, red, unknown')
    .option('--url <url>', `the receiver (default ${RECEIVER}); another machine than this one needs --yes`)
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell webhook trigger inbound --from +4915112345678 --text STOP',
          'tollbell webhook trigger failed --message 01m81j18g01t98ktg4m7 --code 131047 --sender shop',
          'tollbell webhook trigger preferences-stop --from +4915112345678 --sender shop --json',
          'tollbell webhook trigger template-category --template order_shipped --language de --category marketing',
        ],
        output:
          '{"schema":"tollbell.webhook-trigger/1","event","sender","url","status","results":[{"result":"applied|repeated|unmatched|kept","message":{"id","from","to","charged","currency"},"contact","window_until","cancelled_messages":[…],"template"}]}',
        exits: [0, 2, 5, 8, 9, 10],
      }),
    )
    .action((event: string, options: object) =>
      host.run(command, (app) => triggerWebhook(app, parseOptions(WebhookOptions, { event, ...options }))),
    );
  return WebhookTriggerDocument;
};

/**
 * The receiver has the webhook, or the sandbox has done what it says. Throws `webhook_refused` where the receiver does not answer 200,
 * `provider_unreachable` where it does not answer, `secret_missing` without an app secret, `input_required` for another machine without --yes.
 */
export async function triggerWebhook(app: App, options: WebhookOptions): Promise<View<z.output<typeof WebhookTriggerDocument>>> {
  checkEventOptions(options);
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const host = { ...app, store, sender };
  const target = targetOf(app, sender, options);
  const payload = await webhookPayload(host, options);
  if (target !== null) await post(app, target, payload);
  const receipts: readonly Receipt[] = target === null ? await receiveHere(host, payload) : [];
  const { event } = options;
  const url = target?.url ?? null;
  return {
    command: 'webhook-trigger',
    schema: WebhookTriggerDocument,
    document: { event, sender: sender.name, url, status: url === null ? null : 200, results: receipts.map(({ item }) => item) },
    columns: ['event', 'sender', 'url', 'status'],
    text: (style) =>
      url === null
        ? receipts.map((receipt) => receiptText(receipt, { sender, style })).join('\n')
        : `${style.good('taken')} ${event} by ${url} (200)`,
  };
}

type Target = { readonly url: string; readonly settings: WhatsappSettings };

// Null for the sandbox.
function targetOf({ config }: App, { whatsapp, name }: Sender, options: WebhookOptions): Target | null {
  if (whatsapp === null) {
    if (options.url === null) return null;
    throw fail('usage', {
      message: `The sender '${name}' is a sandbox: it has no secret to sign with, and receives webhooks in this process.`,
      hint: 'Leave --url out, or name a sender of the transport whatsapp with --sender.',
    });
  }
  const url = options.url ?? RECEIVER;
  if (isLoopback(url) || config.yes) return { url, settings: whatsapp };
  throw fail('input_required', {
    message: `${new URL(url).host} is another machine, which would believe this webhook.`,
    hint: 'Pass --yes where that is what you want.',
  });
}

async function post(app: Pick<App, 'secrets'>, { url, settings }: Target, payload: object): Promise<void> {
  if (settings.appSecret === null) {
    throw fail('secret_missing', {
      message: 'The sender names no app secret, and a webhook without a signature is not believed.',
      hint: 'Name its place: tollbell sender add … --app-secret-env NAME.',
    });
  }
  const [secret] = app.secrets(settings.appSecret);
  const { signatureOf, toWireJson } = await import('../../emulator/signer.ts');
  const { createPoster } = await import('../../emulator/webhook-post.ts');
  const body = toWireJson(payload);
  const poster = createPoster(1);
  try {
    const { status, error } = await poster.post(url, body, signatureOf(body, secret));
    if (status === 200) return;
    throw status === null ? unreachable(url, error ?? 'no answer') : refused(url, status);
  } finally {
    await poster.close();
  }
}

function unreachable(url: string, reason: string): Error {
  return fail('provider_unreachable', {
    message: `Nobody takes webhooks at ${url}: ${reason}.`,
    hint: 'Start tollbell serve, or name the receiver with --url.',
    details: { url },
  });
}

function refused(url: string, status: number): Error {
  return fail('webhook_refused', {
    message: `The receiver at ${url} answered ${status}; only 200 takes a webhook.`,
    hint: status === 401 || status === 403 ? "Does it know this sender's app secret? See tollbell sender check." : 'Its own log says why.',
    details: { url, status },
  });
}
