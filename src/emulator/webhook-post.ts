// The wire of the webhooks: one POST, or one handshake, over kept-alive connections. Never throws; what went wrong is in the result.

import type { Agent } from 'undici';

/** `status` null: no answer came. */
export type PostResult = { readonly status: number | null; readonly error: string | null };

export type Poster = {
  readonly post: (url: string, body: string, signature: string) => Promise<PostResult>;
  /** True when the receiver gave the challenge back, as the provider demands before it sends anything. */
  readonly verify: (url: string, verifyToken: string, challenge: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/** A receiver that has not answered by then has not taken the webhook. */
const ANSWER_MS = 10_000;

/** A poster with at most so many connections. Nothing is opened before the first post. */
export function createPoster(connections: number): Poster {
  let agent: Agent | undefined;
  const wire = async () => {
    const { Agent, request } = await import('undici');
    agent ??= new Agent({ connections, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS, connect: { timeout: ANSWER_MS } });
    return { agent, request };
  };
  return {
    post: async (url, body, signature) => {
      try {
        const { agent: dispatcher, request } = await wire();
        const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature, 'user-agent': 'facebookexternalua' };
        const answer = await request(url, { dispatcher, method: 'POST', headers, body });
        await answer.body.dump();
        return { status: answer.statusCode, error: null };
      } catch (error) {
        return { status: null, error: reasonOf(error) };
      }
    },
    verify: async (url, verifyToken, challenge) => {
      try {
        const { agent: dispatcher, request } = await wire();
        const target = new URL(url);
        for (const [name, value] of Object.entries({ mode: 'subscribe', challenge, verify_token: verifyToken })) {
          target.searchParams.set(`hub.${name}`, value);
        }
        const answer = await request(target, { dispatcher, method: 'GET' });
        return (await answer.body.text()) === challenge && answer.statusCode === 200;
      } catch {
        return false;
      }
    },
    close: async () => {
      await agent?.destroy();
    },
  };
}

function reasonOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no answer';
}
