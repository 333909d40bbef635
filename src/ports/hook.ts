// A hook: a server of the user's that is told of something, whatever it makes of it.

export type Hook = {
  /** The server, as people may read it: an address may hold a secret in its path or query. */
  readonly origin: string;
  /** Posts the text as it is, with its signature. Null where it was taken; else what came instead, in a few words. Never throws. */
  readonly post: (body: string) => Promise<string | null>;
};
