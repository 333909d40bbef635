// How close a campaign comes to the rate of its number, and that it never passes it: 1,000 messages at 80 a second, by one process and by four on one store,
// against a bare server. Prints the time against the least that the limit allows, and the most requests that began in any second.
//   node test/bench/pace.bench.mjs [--messages 1000] [--rate 80]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleWorker } from './bundle-worker.mjs';

const { values } = parseArgs({ options: { messages: { type: 'string', default: '1000' }, rate: { type: 'string', default: '80' } } });
const LIMITS = new Map([
  [1, 1.05],
  [4, 1.2],
]);
const folder = mkdtempSync(join(tmpdir(), 'tollbell-pace-'));
const { NODE_EXTRA_CA_CERTS: _bundle, ...env } = { ...process.env, NODE_PATH: resolve('node_modules') };
const dispatchBench = fileURLToPath(new URL('dispatch.bench.mjs', import.meta.url));
const server = spawn(process.execPath, [dispatchBench, '--serve'], { stdio: ['ignore', 'pipe', 'inherit'], env });
try {
  const [port] = await once(server.stdout, 'data');
  const base = `http://127.0.0.1:${String(port).trim()}`;
  const worker = join(folder, 'worker.cjs');
  await bundleWorker(worker);
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${values.messages} messages at ${values.rate}/s`);
  for (const [processes, most] of LIMITS) {
    const db = join(folder, `by-${processes}.db`);
    await run(worker, ['prepare', db, values.messages, base, values.rate]);
    const sent = await Promise.all(Array.from({ length: processes }, () => run(worker, ['send', db, base, '64'])));
    const begun = sent
      .flatMap((text) => JSON.parse(text).claimedAt.flatMap(([at, ids]) => ids.map(() => at)))
      .toSorted((left, right) => left - right);
    const seconds = (begun.at(-1) - begun[0]) / 1_000;
    const ideal = Number(values.messages) / Number(values.rate);
    console.log(
      `${processes} process(es): ${begun.length} sent in ${seconds.toFixed(2)} s, ${(seconds / ideal).toFixed(3)} × the limit (at most ${most}); ` +
        `most in any second ${mostInASecond(begun)} (at most ${values.rate})`,
    );
  }
} finally {
  server.kill();
  rmSync(folder, { recursive: true });
}

async function run(worker, args) {
  const child = spawn(process.execPath, [worker, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
  return out;
}

function mostInASecond(begun) {
  let [most, first] = [0, 0];
  for (const [index, at] of begun.entries()) {
    while (begun[first] <= at - 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
