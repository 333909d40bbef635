// Addresses of servers of ours, as clients call them.

/** All addresses of a machine, each with the one among them that a client on the same machine can call. */
const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The URL of a server that listens there, without a slash at the end. Where it listens on all addresses of the machine, its own is named. */
export function urlOf(host: string, port: number): string {
  const address = ANY_ADDRESS[host] ?? host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
