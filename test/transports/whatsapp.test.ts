// The transport sits the exam of all transports, before a provider whose answer the last four digits choose.

import { afterAll, beforeAll } from 'vitest';
import type { Transport } from '../../src/ports/transport.ts';
import { LIMITS } from '../../src/transports/whatsapp/reply.ts';
import { createWhatsappTransport } from '../../src/transports/whatsapp/transport.ts';
import type { Phone } from '../../src/values/phone.ts';
import { toInstant } from '../../src/values/time.ts';
import { transportConformance } from '../conformance/transport.ts';
import { digest, outgoing, SETTINGS, TOKEN } from './whatsapp/messages.ts';
import { accept, type Behaviour, openScriptedServer, refuse, type ScriptedServer } from './whatsapp/scripted-server.ts';

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  '0001': accept,
  '0002': refuse(131026),
  '0003': refuse(132000, 400),
  '0004': (_, __, socket) => void socket.resetAndDestroy(),
  '0005': refuse(130429, 429, { 'retry-after': '3' }),
  '0006': refuse(131056),
  '0007': (_, response) => response.writeHead(502).end('<html>Bad gateway</html>'),
  '0008': () => undefined,
};

let server: ScriptedServer;
const opened: Transport[] = [];

beforeAll(async () => {
  server = await openScriptedServer((arrived, response, socket) => {
    const ending = /"to":"\+\d+(\d{4})"/.exec(arrived.body)?.[1] ?? '';
    (BEHAVIOURS[ending] ?? accept)(arrived, response, socket);
  });
});

afterAll(async () => {
  await Promise.all(opened.map((transport) => transport.close()));
  await server.close();
});

transportConformance('whatsapp', {
  open: () => {
    const transport = createWhatsappTransport({
      settings: { ...SETTINGS, apiBase: server.url },
      token: TOKEN,
      digest,
      clock: { now: () => toInstant(1_790_000_000_500) },
      limits: { ...LIMITS, requestMs: 500 },
    });
    opened.push(transport);
    return transport;
  },
  messages: [
    ...Object.keys(BEHAVIOURS).map((ending) => outgoing({ phone: `+491511234${ending}` as Phone })),
    outgoing({ phone: null, userId: 'DE.9f3kQ2', attempt: 3 }),
    outgoing({ template: null, freeForm: { type: 'text', body: 'Hello' } }),
  ],
});
