// Webhooks on the wire: the bytes of a post in, the status of its answer out. Past the router, because every microsecond counts here.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Body, createBodyReader } from './body.ts';
import { STATUS_OF, type Webhook, type WebhookResult } from './webhook.ts';

export const WEBHOOK_PATH = '/webhooks/whatsapp';

/** The provider sends no more than this (its webhook overview: 3 MB). */
export const WEBHOOK_BYTES_MAX = 3 * 1024 * 1024;

/** Of all bodies at once: twenty of the largest, or a hundred thousand of the usual ones. */
const TOGETHER_MAX = 20 * WEBHOOK_BYTES_MAX;

const RETRY_SECONDS = '5';

/** Takes posts of webhooks; the promise ends when the answer is on its way. `refused` is told of what never reached the webhook. */
export function createWebhookRoute(
  webhook: Webhook,
  refused: (result: WebhookResult) => void,
): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  const bodies = createBodyReader({ bytesMax: WEBHOOK_BYTES_MAX, bytesMaxTogether: TOGETHER_MAX });
  const receive = async (body: Body, signature: string | undefined): Promise<WebhookResult | undefined> => {
    if (body === 'gone') return undefined;
    if (typeof body === 'object') return webhook.receive(body.bytes, signature);
    const result = body === 'too_large' ? 'too_large' : 'busy';
    refused(result);
    return result;
  };
  return (incoming, outgoing) =>
    bodies.read(incoming, async (body) => {
      const signature = incoming.headers['x-hub-signature-256'];
      const result = await receive(body, typeof signature === 'string' ? signature : undefined);
      if (result !== undefined) answer(incoming, outgoing, result);
    });
}

// What is left of a body that is too large is read and thrown away, so that the other side hears why; the server's time limit ends that.
function answer(incoming: IncomingMessage, outgoing: ServerResponse, result: WebhookResult): void {
  const text = `${result}\n`;
  if (result === 'busy' || result === 'failed') outgoing.setHeader('retry-after', RETRY_SECONDS);
  outgoing.writeHead(STATUS_OF[result], { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
  outgoing.end(text);
  incoming.resume();
}
