// A bare server that answers as a test says, and counts what reached it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it arrived, whole. */
export type Arrived = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

export type Behaviour = (arrived: Arrived, response: ServerResponse, socket: Socket) => void;

export type ScriptedServer = {
  readonly url: string;
  /** Every request whose body arrived, in order. */
  readonly requests: Arrived[];
  /** How many connections were ever opened, and the most requests that were open at once. */
  readonly seen: { connections: number; openMax: number };
  behave: Behaviour;
  /** Ends every connection, and waits until the other side has ended it too. */
  readonly dropConnections: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Listens on a free port of this machine. */
export async function openScriptedServer(behave: Behaviour = accept): Promise<ScriptedServer> {
  const requests: Arrived[] = [];
  const seen = { connections: 0, openMax: 0 };
  let open = 0;
  const server = createServer((request, response) => {
    open += 1;
    seen.openMax = Math.max(seen.openMax, open);
    response.on('close', () => (open -= 1));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const arrived = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(arrived);
      scripted.behave(arrived, response, request.socket);
    });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scripted: ScriptedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    seen,
    behave,
    dropConnections: async () => {
      await Promise.all(Array.from(sockets, (socket) => new Promise((resolve) => socket.on('close', resolve).end())));
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return scripted;
}

let count = 0;

/** Takes any message. */
export function accept(_: Arrived, response: ServerResponse): void {
  count += 1;
  answer(response, 200, { messaging_product: 'whatsapp', contacts: [], messages: [{ id: `wamid.${count}` }] });
}

/** Answers JSON. */
export function answer(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Answers an error as the provider does. */
export function refuse(code: number, status = 400, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (_, response) => answer(response, status, { error: { message: `(#${code}) No`, type: 'OAuthException', code } }, headers);
}
