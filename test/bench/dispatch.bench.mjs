// How fast one sender process works (claim, POST, settle, each commit durable) against a bare undici loop with the same bodies and concurrency, both against
// a bare server in a process of its own. Each run of either is a process of its own, so that both begin cold, and long enough that this weighs little. The bare
// loop runs before and after each round of ours, since a machine is seldom quiet for long. And how long a message takes from its claim to the server, beyond
// what the bare loop's requests take.
//   node test/bench/dispatch.bench.mjs [--messages 60000] [--connections 128] [--rounds 3]

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleWorker } from './bundle-worker.mjs';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '60000' },
    connections: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '3' },
    serve: { type: 'boolean', default: false },
  },
});

if (values.serve) serve();
else await main();

/** The bare server: takes a body, answers as the provider does, and remembers when each message came. */
function serve() {
  let arrivals = [];
  let body = '';
  const server = createServer((request, response) => {
    const now = performance.timeOrigin + performance.now();
    if (request.method === 'GET') {
      response.end(JSON.stringify({ arrivals, body }));
      arrivals = [];
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      body = chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString();
      const at = body.indexOf('tb1.');
      arrivals.push([body.slice(at + 4, at + 24), now]);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        `{"messaging_product":"whatsapp","contacts":[{"input":"x","wa_id":"x"}],"messages":[{"id":"wamid.${arrivals.length}"}]}`,
      );
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'tollbell-dispatch-'));
  const { NODE_EXTRA_CA_CERTS: _bundle, ...env } = { ...process.env, NODE_PATH: resolve('node_modules') };
  const server = spawn(process.execPath, [fileURLToPath(import.meta.url), '--serve'], { stdio: ['ignore', 'pipe', 'inherit'], env });
  try {
    const [port] = await once(server.stdout, 'data');
    const base = `http://127.0.0.1:${String(port).trim()}`;
    const worker = join(folder, 'worker.cjs');
    await bundleWorker(worker);
    console.log(
      `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${values.messages} messages, ${values.connections} connections, synchronous FULL`,
    );
    const ratios = [];
    const sendAll = async (name, messages) => {
      const db = join(folder, `${name}.db`);
      runWorker(worker, env, ['prepare', db, messages, base, '1000000']);
      const ours = JSON.parse(runWorker(worker, env, ['send', db, base, values.connections]));
      return { ...ours, ...(await (await fetch(base)).json()) };
    };
    const sendBare = async (body) => {
      const bare = JSON.parse(runWorker(worker, env, ['bare', values.messages, base, values.connections, body]));
      return { ...bare, ...(await (await fetch(base)).json()), rate: Number(values.messages) / bare.seconds };
    };
    const { body } = await sendAll('first', '1000');
    await sendBare(body);
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      const before = await sendBare(body);
      const ours = await sendAll(`round-${round}`, values.messages);
      const bare = await sendBare(body);
      const rate = ours.claimed / ours.seconds;
      const bareRate = (before.rate + bare.rate) / 2;
      ratios.push(rate / bareRate);
      const extra = percentile(waits(ours.claimedAt, ours.arrivals), 0.99) - percentile(waitsInOrder(bare.begun, bare.arrivals), 0.99);
      console.log(
        `round ${round}: ${Math.round(rate)}/s, bare ${Math.round(bareRate)}/s, ratio ${(rate / bareRate).toFixed(2)} (at least 0.45); ` +
          `CPU ${Math.round((ours.cpuSeconds / ours.claimed) * 1e6)} µs a message (bare ${Math.round((bare.cpuSeconds / Number(values.messages)) * 1e6)}); ` +
          `p99 from claim to request ${extra.toFixed(1)} ms above bare (below 60)`,
      );
    }
    console.log(`median ratio ${ratios.toSorted((left, right) => left - right)[Math.floor(ratios.length / 2)].toFixed(2)}`);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}

function runWorker(worker, env, args) {
  const result = spawnSync(process.execPath, [worker, ...args], { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

function waits(claimedAt, arrivals) {
  const at = new Map(arrivals);
  return claimedAt.flatMap(([claimed, ids]) => ids.map((id) => at.get(id) - claimed));
}

// The bare bodies are all alike, so the requests are paired in their order.
function waitsInOrder(begun, arrivals) {
  return begun.map((from, index) => arrivals[index][1] - from);
}

function percentile(numbers, share) {
  const sorted = numbers.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length * share)];
}
