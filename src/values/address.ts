// Addresses of servers: of ours, as clients call them, and of those that we call.

/** All addresses of a machine, each with the one among them that a client on the same machine can call. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The URL of a server that listens there, without a slash at the end. Where it listens on all addresses of the machine, its own is named. */
export function urlOf(host: string, port: number): string {
  const address = ANY_ADDRESS[host] ?? host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** True for a server on this machine: only there may the clock be set by hand and plain http be used. */
export function isLoopback(url: string): boolean {
  return /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/.test(url);
}

/** Reads the address of a server that we call: https, or http on this machine, without a user or a fragment; undefined for anything else. */
export function parseServerUrl(text: string): URL | undefined {
  if (!URL.canParse(text) || text.length > 500) return undefined;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.href));
  return isSafe && url.username === '' && url.password === '' && url.hash === '' ? url : undefined;
}
