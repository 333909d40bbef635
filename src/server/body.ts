// Reading a request's body: all of it, never more than the limit, and never more than fits in memory beside the others.

import type { IncomingMessage } from 'node:http';

/** `too_large`: over the limit. `crowded`: too much is being read already. `gone`: the other side broke off. */
export type Body = { readonly bytes: Buffer } | 'too_large' | 'crowded' | 'gone';

export type BodyLimits = {
  readonly bytesMax: number;
  /** Of all bodies together that are being read or wait for their commit. */
  readonly bytesMaxTogether: number;
};

export type BodyReader = {
  /** Reads a body, runs `use` on it, and counts its bytes as held until that is over. */
  readonly read: <Result>(incoming: IncomingMessage, use: (body: Body) => Promise<Result>) => Promise<Result>;
};

/** Makes a reader that keeps to both limits. */
export function createBodyReader({ bytesMax, bytesMaxTogether }: BodyLimits): BodyReader {
  let held = 0;
  return {
    read: async (incoming, use) => {
      let own = 0;
      const grow = (count: number): 'too_large' | 'crowded' | undefined => {
        own += count;
        held += count;
        if (own > bytesMax) return 'too_large';
        return held > bytesMaxTogether ? 'crowded' : undefined;
      };
      try {
        return await use(Number(incoming.headers['content-length']) > bytesMax ? 'too_large' : await collect(incoming, grow));
      } finally {
        held -= own;
      }
    },
  };
}

// By events, not by iteration: breaking off an iteration would destroy the connection, and with it the answer that says why.
function collect(incoming: IncomingMessage, grow: (count: number) => 'too_large' | 'crowded' | undefined): Promise<Body> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    const finish = (body: Body): void => {
      chunks = [];
      incoming.off('data', onData);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      const refusal = grow(chunk.length);
      if (refusal !== undefined) finish(refusal);
    };
    incoming.on('data', onData);
    incoming.once('end', () => {
      const [first] = chunks;
      finish({ bytes: first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks) });
    });
    incoming.once('error', () => finish('gone'));
    incoming.once('close', () => finish('gone'));
  });
}
