// The hook over HTTP: one POST, signed over the very bytes, which waits a short time and follows nobody elsewhere.

import { createHmac } from 'node:crypto';
import type { Hook } from './ports/hook.ts';

/** A command that is done waits for it, so it must answer at once, and do its work later. */
const ANSWER_MS = 3_000;

/** The header that holds `sha256=` and the HMAC-SHA256 of the body, in hex, under the secret. */
const SIGNATURE_HEADER = 'x-tollbell-signature-256';

/** The hook at this address. */
export function createHook(url: string, secret: string): Hook {
  return {
    origin: new URL(url).origin,
    post: async (body) => {
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const heard = new AbortController();
      try {
        const { status } = await fetch(url, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', 'user-agent': 'tollbell', [SIGNATURE_HEADER]: signature },
          redirect: 'manual',
          signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), heard.signal]),
        });
        return status >= 200 && status < 300 ? null : `it answered ${status}`;
      } catch (error) {
        return error instanceof Error && error.name === 'TimeoutError' ? `no answer within ${ANSWER_MS / 1_000} s` : 'it cannot be reached';
      } finally {
        heard.abort(); // what it says beyond its status is not read: an answer that does not end would hold up the end of the command
      }
    },
  };
}
