// Everything that the other side may do with a request, on the wire.

import type { Delivery } from '../../../src/ports/transport.ts';
import { accept, type Behaviour, refuse } from './scripted-server.ts';

const html: Behaviour = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>');
const redirect: Behaviour = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
const raw =
  (...bytes: readonly string[]): Behaviour =>
  (_, __, socket) => {
    for (const text of bytes) socket.write(text);
    socket.end();
  };
const halfThenReset: Behaviour = (_, response, socket) => {
  response.writeHead(200, { 'content-length': '500' });
  response.write('{"messages":[{"id":"wamid', () => socket.resetAndDestroy());
};
const drip =
  (bytes: string): Behaviour =>
  (_, __, socket) => {
    let next = 0;
    const timer = setInterval(() => void socket.write(bytes.charAt(next++) || 'x'), 25);
    socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
  };
const huge =
  (headers: Readonly<Record<string, string>>): Behaviour =>
  (_, response) => {
    response.on('error', () => undefined);
    response.writeHead(200, headers).end(`{"messages":[{"id":"wamid.X"}],"more":"${'x'.repeat(5_000)}"}`);
  };
const earlyForEver: Behaviour = (_, __, socket) => {
  const timer = setInterval(() => void socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 10);
  socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
};

type Ending = readonly [what: string, behave: Behaviour, kind: Delivery['kind'], code: string | null];

/** What the other side may do with a request, and what is then true of the message; an empty code where the client may name it either way. */
export const ENDINGS: readonly Ending[] = [
  ['accepts', accept, 'accepted', null],
  ['refuses the message', refuse(131026), 'rejected', '131026'],
  ['refuses the template', refuse(132000, 400), 'rejected', '132000'],
  ['throttles', refuse(130429, 429), 'retry', '130429'],
  ['throttles the pair', refuse(131056), 'retry', '131056'],
  ['has an error of its own, and says so', refuse(131000, 500), 'retry', '131000'],
  ['has an error of its own, and says nothing', (_, response) => response.writeHead(500).end(), 'unknown', 'not_understood'],
  ['redirects', redirect, 'unknown', 'redirected'],
  ['answers HTML', html, 'unknown', 'not_understood'],
  ['answers half a document', (_, response) => response.writeHead(200).end('{"messages":[{"id":"wamid'), 'unknown', 'not_understood'],
  ['answers too much', huge({}), 'unknown', 'not_understood'],
  ['announces too much', huge({ 'content-length': '5042' }), 'unknown', 'not_understood'],
  ['answers in no protocol', raw('I am not HTTP\r\n\r\n'), 'unknown', 'not_understood'],
  ['answers without a length and closes early', raw('HTTP/1.1 200 OK\r\n\r\n', '{"messages":[{"id":"w'), 'unknown', 'not_understood'],
  ['closes within its headers', raw('HTTP/1.1 200 OK\r\ncontent-le'), 'unknown', ''],
  ['closes within its body', raw('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{'), 'unknown', ''],
  ['resets within its body', halfThenReset, 'unknown', 'connection_lost'],
  ['resets instead of an answer', (_, __, socket) => void socket.resetAndDestroy(), 'unknown', 'connection_lost'],
  ['closes instead of an answer', (_, __, socket) => void socket.end(), 'unknown', 'connection_lost'],
  [
    'changes the protocol',
    raw('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    'unknown',
    'connection_lost',
  ],
  ['never answers', () => undefined, 'unknown', 'no_answer'],
  ['sends its headers byte by byte', drip('HTTP/1.1 200 OK\r\nx: '), 'unknown', 'no_answer'],
  ['sends its body byte by byte', drip('HTTP/1.1 200 OK\r\ncontent-length: 3000\r\n\r\n'), 'unknown', 'no_answer'],
  ['stops within its body', (_, response) => void response.writeHead(200).write('{"mess'), 'unknown', 'no_answer'],
  ['only ever announces an answer', earlyForEver, 'unknown', 'no_answer'],
];
