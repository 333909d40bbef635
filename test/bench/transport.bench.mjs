// What our own transport takes of a processor for each message, beside a bare undici loop with the same bodies and as many connections, in the same run.
// The server is a process of its own and answers as the provider does. Both go in turns, so that a busy machine is busy for both.
//   node test/bench/transport.bench.mjs [--messages 20000] [--rounds 5] [--connections 16,64]

import { fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { Pool } from 'undici';

const { values } = parseArgs({
  options: { messages: { type: 'string' }, rounds: { type: 'string' }, connections: { type: 'string' }, serve: { type: 'boolean' } },
});
const count = Number(values.messages ?? 20_000);
const rounds = Number(values.rounds ?? 5);
const TOKEN = 'EAAbench';
const PATH = '/v26.0/106540352242922/messages';
const headers = ['authorization', `Bearer ${TOKEN}`, 'content-type', 'application/json'];

if (values.serve) serve();
else await compare();

// Bare: it looks for the end of a request by its length and answers from a ready buffer.
function serve() {
  const body = JSON.stringify({
    messaging_product: 'whatsapp',
    contacts: [{ input: '+4915112345678', wa_id: '4915112345678' }],
    messages: [{ id: 'wamid.HBgNNDkxNTExMjM0NTY3OBUCABEYEjdGQzQ5RkQxQ0I0QzY3ODkwMQA=', message_status: 'accepted' }],
  });
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8\r\nx-fb-request-id: A\r\ndate: Sun, 22 Nov 2026 12:00:00 GMT\r\n` +
      `connection: keep-alive\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const server = createServer({ noDelay: true }, (socket) => {
    let pending = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (;;) {
        const end = pending.indexOf('\r\n\r\n');
        const length = end === -1 ? Number.NaN : Number(/content-length: (\d+)/i.exec(pending)?.[1]);
        if (!(pending.length >= end + 4 + length)) return;
        pending = pending.slice(end + 4 + length);
        socket.write(answer);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

async function compare() {
  const folder = mkdtempSync(join(tmpdir(), 'tollbell-bench-'));
  const server = fork(import.meta.filename, ['--serve']);
  try {
    const [port] = await once(server, 'message');
    const own = await load(folder);
    console.log(`${cpus()[0].model}, ${cpus().length} cores, node ${process.version}, ${count} messages a round, medians of ${rounds}`);
    console.log(`${'connections'.padEnd(12)}${'loop'.padEnd(26)}µs CPU a message   messages/s`);
    for (const connections of (values.connections ?? '16,64').split(',').map(Number)) await round(own, { port, connections });
  } finally {
    server.disconnect();
    rmSync(folder, { recursive: true });
  }
}

async function load(folder) {
  const exports = `
    export { createWhatsappTransport } from './src/transports/whatsapp/transport.ts';
    export { payloadOf } from './src/transports/whatsapp/payload.ts';
    export { parseTemplate } from './src/domain/template-parse.ts';`;
  const outfile = join(folder, 'transport.mjs');
  const { outputFiles } = await build({
    stdin: { contents: exports, resolveDir: '.', loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['undici'],
    loader: { '.csv': 'text' },
    write: false,
  });
  writeFileSync(outfile, outputFiles[0].text);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return import(pathToFileURL(outfile).href);
}

async function round(own, { port, connections }) {
  const digest = (text) => createHmac('sha256', 'key').update(text).digest();
  const messages = messagesOf(own);
  const bodies = messages.map((message) => own.payloadOf(message, digest));
  const settings = { apiBase: `http://127.0.0.1:${port}`, apiVersion: 'v26.0', phoneNumberId: '106540352242922' };
  const transport = own.createWhatsappTransport({ settings, token: TOKEN, digest, clock: { now: () => Date.now() }, roomMax: connections });
  const pool = new Pool(settings.apiBase, { connections, pipelining: 1 });
  const loops = {
    'bare undici dispatch': (index) => dispatchBare(pool, bodies[index]),
    'bare undici request': (index) => requestBare(pool, bodies[index]),
    'transport, one by one': (index) => deliverOne(transport, [messages[index]]),
  };
  const figures = new Map([...Object.keys(loops), 'transport, by the batch'].map((name) => [name, []]));
  for (let turn = 0; turn <= rounds; turn += 1) {
    for (const [name, loop] of Object.entries(loops)) note(figures, { name, turn }, await measure(() => keepBusy(loop, connections)));
    note(figures, { name: 'transport, by the batch', turn }, await measure(() => deliverBatches(transport, messages, connections)));
  }
  await Promise.all([transport.close(), pool.close()]);
  const bare = median(figures.get('bare undici dispatch').map(({ cpu }) => cpu));
  for (const [name, list] of figures) {
    const cpu = median(list.map((figure) => figure.cpu));
    const rate = median(list.map((figure) => figure.rate));
    const cells = `${cpu.toFixed(1).padStart(8)} (${(cpu / bare).toFixed(2)} ×)   ${rate.toFixed(0).padStart(10)}`;
    console.log(`${String(connections).padEnd(12)}${name.padEnd(26)}${cells}`);
  }
}

// The first turn warms up.
function note(figures, { name, turn }, figure) {
  if (turn > 0) figures.get(name).push(figure);
}

function messagesOf({ parseTemplate }) {
  const template = parseTemplate({
    name: 'order_shipped',
    language: 'en_US',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [{ type: 'BODY', text: 'Hello {{name}}, your order {{order}} has been shipped. We will write again.' }],
  });
  return Array.from({ length: count }, (_, index) => ({
    id: `01kafz${String(index).padStart(14, '0')}`,
    attempt: 1,
    contactId: 'contact',
    phone: `+49151${10_000_000 + index}`,
    userId: null,
    template,
    parameters: { name: `Name ${index}`, order: `A-${index}` },
    freeForm: null,
    conversation: { windowOpen: false, freeEntryOpen: false, freeUnitsUsed: 0 },
  }));
}

function dispatchBare(pool, body) {
  return new Promise((done, failed) => {
    let text = '';
    pool.dispatch(
      { path: PATH, method: 'POST', headers, body },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_, chunk) {
          text += chunk;
        },
        onResponseEnd: () => done(text),
        onResponseError: (_, error) => failed(error),
      },
    );
  });
}

async function requestBare(pool, body) {
  const { body: answer } = await pool.request({ path: PATH, method: 'POST', headers, body });
  return answer.text();
}

async function deliverOne(transport, message) {
  const [{ kind }] = await Promise.all(transport.deliver(message, Date.now()));
  if (kind !== 'accepted') throw new Error(kind);
}

async function deliverBatches(transport, messages, size) {
  for (let from = 0; from < messages.length; from += size) {
    const deliveries = await Promise.all(transport.deliver(messages.slice(from, from + size), Date.now()));
    if (deliveries.some(({ kind }) => kind !== 'accepted')) throw new Error('not all were accepted');
  }
}

// As many at a time as there are connections, each followed by the next at once.
async function keepBusy(loop, connections) {
  let next = 0;
  const lane = async () => {
    while (next < count) await loop(next++);
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

async function measure(body) {
  const cpu = process.cpuUsage();
  const before = performance.now();
  await body();
  const seconds = (performance.now() - before) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / count, rate: count / seconds };
}

function median(list) {
  return list.toSorted((left, right) => left - right)[list.length >> 1];
}
