// The way to the provider without sockets: the program's own bodies go out, the emulator's answers come back as its own losses and replies, and the program's own
// table says what they mean.

import { sendMessage, type SendReply } from '../../src/emulator/send.ts';
import type { Json } from '../../src/emulator/answer.ts';
import { AppError } from '../../src/errors.ts';
import type { KeyedDigest } from '../../src/ports/host.ts';
import { type Delivery, type OutgoingMessage, REQUEST_DEADLINE_MS, type Transport } from '../../src/ports/transport.ts';
import { decideDelivery } from '../../src/transports/whatsapp/outcome.ts';
import { payloadOf } from '../../src/transports/whatsapp/payload.ts';
import { lost, type Reply } from '../../src/transports/whatsapp/reply.ts';
import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Process } from './process.ts';
import type { Provider } from './provider.ts';

export type WireParts = {
  readonly engine: Engine;
  readonly chance: Chance;
  readonly process: Process;
  readonly provider: Provider;
  readonly digest: KeyedDigest;
  readonly roomMax: number;
  /** Messages whose requests are under way: they have left, and nobody knows yet what became of them. */
  readonly underWay: Set<string>;
  readonly offline: () => number;
  /** Told when a request leaves. */
  readonly onPost: (message: OutgoingMessage) => void;
};

const LEAVES_MS = [0, 30] as const;
/** What has left goes on, whatever becomes of the process: mostly it is there at once. */
const TRAVELS_MS = [0, 20_000] as const;
const SLOW_WAY = 0.04;
const ANSWERS_MS = [20, 900] as const;

/** The transport of one process. */
export function createWire(parts: WireParts): Transport {
  return {
    roomMax: parts.roomMax,
    isPaced: true,
    deliver: (messages) => messages.map((message) => deliver(parts, message)),
    warmUp: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function deliver(parts: WireParts, message: OutgoingMessage): Promise<Delivery> {
  const { engine, chance, process, provider, digest, offline, underWay } = parts;
  const body = JSON.parse(payloadOf(message, digest)) as Json;
  const name = `${message.id} ${message.attempt}`;
  return new Promise((resolve, reject) => {
    const answer = (reply: Reply, milliseconds: number): void =>
      engine.after(milliseconds, `answer ${name} ${reply.kind === 'lost' ? reply.reason : reply.status}`, () => {
        if (!process.survives(`before it reads the answer to ${name}`)) return;
        const end = decideDelivery({ message, at: engine.now(), token: '' }, reply);
        if (end instanceof AppError) reject(end);
        else resolve(end);
      });
    engine.after(chance.between(...LEAVES_MS), `post ${name}`, () => {
      if (!process.survives(`before ${name} leaves`)) return;
      if (chance.hits(offline())) return answer(lost('not_connected', 'ECONNREFUSED'), 0);
      underWay.add(message.id);
      parts.onPost(message);
      engine.after(chance.hits(SLOW_WAY) ? chance.between(...TRAVELS_MS) : 0, `arrives ${name}`, () => {
        underWay.delete(message.id);
        const sent = sendMessage(provider.world, body, 'messages');
        answer(...arrival(sent, chance.between(...ANSWERS_MS)));
      });
    });
  });
}

// As http.ts of the emulator has it on a socket, and exchange.ts of the transport reads it from one.
function arrival({ answer: { status, body }, manner, delayMs }: SendReply, usualMs: number): [Reply, number] {
  const said = (code: number, text: string): Reply => ({ kind: 'answer', status: code, retryAfter: null, date: null, body: text });
  switch (manner) {
    case 'reset_before':
    case 'reset_after':
      return [lost('connection_lost', 'ECONNRESET'), usualMs];
    case 'half_body':
      return [lost('connection_lost', 'closed'), usualMs];
    case 'accept_no_answer':
    case 'accept_no_answer_then_status':
      return [lost('no_answer', 'ETIMEDOUT'), REQUEST_DEADLINE_MS];
    case 'http_500_after':
      return [said(500, ''), usualMs];
    case 'garbage_body':
      return [said(200, '\u0000\u0001{"messages":[{"id"'), usualMs];
    case 'redirect':
      return [said(302, ''), usualMs];
    case 'html':
      return [said(200, '<!DOCTYPE html><title>Sorry</title>'), usualMs];
    case 'slow':
      if (delayMs >= REQUEST_DEADLINE_MS) return [lost('no_answer', 'ETIMEDOUT'), REQUEST_DEADLINE_MS];
      return [said(status, JSON.stringify(body)), delayMs];
    default:
      return [said(status, JSON.stringify(body)), usualMs];
  }
}
