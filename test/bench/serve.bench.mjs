// How many status events a second `serve` takes, each post answered after its commit: the real process on a real store file with messages that wait for their
// statuses, under several connections that are kept alive. Beside it, a bare node:http server that only reads the body and checks its signature.
// Targets: 10,000 events/s in posts of 100, 2,500/s in posts of one, p99 at most 250 ms.
//   node test/bench/serve.bench.mjs [--messages 20000] [--connections 8] [--profile]

import { spawn, spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { Pool } from 'undici';

const { values } = parseArgs({ options: { messages: { type: 'string' }, connections: { type: 'string' }, profile: { type: 'boolean' } } });
const MESSAGES = Number(values.messages ?? 20_000);
const LAUNCHER = resolve('bin/tollbell.js');
const SECRET = 'a secret of the bench';
const [NUMBER, ACCOUNT] = ['106540352242922', '102290129340398'];
const WORDS = ['sent', 'delivered', 'read'];
const folder = mkdtempSync(join(tmpdir(), 'tollbell-serve-'));
const { NODE_EXTRA_CA_CERTS: _bundle, ...inherited } = process.env;
const env = { ...inherited, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), BENCH_SECRET: SECRET, BENCH_TOKEN: 'x' };
const db = join(folder, 't.db');
const children = new Set();

try {
  const ids = prepare();
  const [ones, hundreds] = [ids.slice(0, Math.floor(MESSAGES / 4)), ids.slice(Math.floor(MESSAGES / 4))];
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${MESSAGES} messages, synchronous FULL`);
  const inHundreds = postsOf(hundreds, 100);
  const inOnes = postsOf(ones, 1);
  const serve = await start([LAUNCHER, 'serve', '--port', '0', '--json', '--db', db], (line) => JSON.parse(line).webhook_url);
  const results = [];
  const phases = [
    { name: 'posts of 100', posts: inHundreds, size: 100 },
    { name: 'posts of one', posts: inOnes, size: 1 },
  ];
  for (const { name, posts, size } of phases) {
    // What is in flight divided by the rate is the time that an answer takes: eight posts of a hundred are 80 ms at the rate that is asked for.
    const connections = Number(values.connections ?? (size === 1 ? 32 : 8));
    const before = { ...(await commits(serve.url)), cpu: cpuSeconds(serve.child.pid) };
    const own = await load(serve.url, posts, { size, connections });
    const { count, seconds } = await commits(serve.url);
    const made = count - before.count;
    const cpu = (posts.length * size) / (cpuSeconds(serve.child.pid) - before.cpu);
    results.push({
      name,
      size,
      connections,
      serve: own,
      made,
      cpu,
      each: (posts.length * size) / made,
      commitMs: ((seconds - before.seconds) / made) * 1_000,
    });
  }
  const memory = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${serve.child.pid}/status`, 'utf8'));
  await stop(serve.child);
  checkBooks(ids.length);
  const bare = await start(['--input-type=module', '-e', BARE()], (line) => line);
  for (const result of results) result.bare = await load(bare.url, result.size === 100 ? inHundreds : inOnes, result);
  await stop(bare.child);
  for (const { name, connections, serve: own, bare: other, made, cpu, each, commitMs } of results) {
    console.log(`${name}  serve ${row(own)}`);
    console.log(`${' '.repeat(name.length)}  bare  ${row(other)}  ratio ${(own.rate / other.rate).toFixed(2)}`);
    console.log(
      `${' '.repeat(name.length)}  ${connections} connections, ${made} commits, ${each.toFixed(0)} events and ${commitMs.toFixed(1)} ms each; ${Math.round(cpu).toLocaleString('en')} events for a second of processor`,
    );
  }
  console.log(`peak memory of serve ${Math.round(Number(memory?.[1]) / 1024)} MB`);
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}

function row({ rate, p50, p99 }) {
  return `${Math.round(rate).toLocaleString('en').padStart(8)} events/s  p50 ${p50.toFixed(1).padStart(6)} ms  p99 ${p99.toFixed(1).padStart(6)} ms`;
}

/** Messages that were handed to the provider. Admitted by the real command; the provider's part is written past it, to save time. */
function prepare() {
  run('init', '-y');
  const people = Array.from({ length: MESSAGES }, (_, index) => `+4915${100_000_009 + index * 10}`);
  const [contacts, orders] = [join(folder, 'contacts.csv'), join(folder, 'orders.csv')];
  writeFileSync(contacts, `phone,language,opt_in,source\n${people.map((phone) => `${phone},en_US,utility,bench\n`).join('')}`);
  writeFileSync(orders, `to,name,order\n${people.map((phone, index) => `${phone},Ada,A-${index}\n`).join('')}`);
  run('contact', 'import', contacts);
  run('send', 'order_shipped', '--from', orders, '--campaign', 'bench', '--queue');
  const settings = {
    phoneNumberId: NUMBER,
    wabaId: ACCOUNT,
    token: { env: 'BENCH_TOKEN' },
    appSecret: { env: 'BENCH_SECRET' },
    verifyToken: null,
    apiBase: 'http://127.0.0.1:9',
    apiVersion: 'v26.0',
    ratePerSecond: 80,
    confirmsStops: false,
  };
  const store = new Database(db);
  store.prepare("UPDATE sender SET transport = 'whatsapp', settings = ?").run(JSON.stringify(settings));
  store.prepare("UPDATE message SET state = 'accepted', attempt = 1").run();
  const ids = store.prepare('SELECT id FROM message ORDER BY id').pluck().all();
  store.pragma('wal_checkpoint(TRUNCATE)');
  store.close();
  return ids;
}

function run(...args) {
  const ended = spawnSync(process.execPath, [LAUNCHER, ...args, '-q', '--db', db], { env, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(ended.stderr);
}

/** All statuses of the messages as signed posts of `size`; a message's own come in order, a third of the posts apart. */
function postsOf(ids, size) {
  const key = readFileSync(`${db}.key`, 'utf8').trim();
  const now = Math.floor(Date.now() / 1_000) - 10;
  const statuses = WORDS.flatMap((word) =>
    ids.map((id, index) => ({
      id: `wamid.HBgNNDkxNTEwMDAwMDAwFQIAERgS${id}`,
      status: word,
      timestamp: String(now),
      recipient_id: String(4_915_100_000_009 + index * 10),
      biz_opaque_callback_data: callbackData(id, key),
      pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' },
    })),
  );
  const posts = [];
  for (let from = 0; from < statuses.length; from += size) {
    const metadata = { display_phone_number: '15550783881', phone_number_id: NUMBER };
    const value = { messaging_product: 'whatsapp', metadata, statuses: statuses.slice(from, from + size) };
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: ACCOUNT, time: now, changes: [{ field: 'messages', value }] }],
    });
    posts.push({ body, signature: `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}` });
  }
  return posts;
}

function callbackData(id, key) {
  const named = `tb1.${id}.1`;
  return `${named}.${createHash('sha256').update(`${key}callback:${named}`).digest('hex').slice(0, 16)}`;
}

/** Sends the posts, each connection the next one when it has its answer. */
async function load(url, posts, { size, connections }) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const times = [];
  let next = 0;
  const start = performance.now();
  const work = async () => {
    for (let post = posts[next++]; post !== undefined; post = posts[next++]) {
      const before = performance.now();
      const answer = await pool.request({
        path: pathname,
        method: 'POST',
        body: post.body,
        headers: { 'x-hub-signature-256': post.signature },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`a post was answered with ${answer.statusCode}`);
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  const seconds = (performance.now() - start) / 1_000;
  await pool.close();
  times.sort((left, right) => left - right);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { rate: (posts.length * size) / seconds, p50: at(0.5), p99: at(0.99) };
}

/** What the server says of its commits so far. */
async function commits(url) {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const of = (name) => Number(new RegExp(`^tollbell_commit_seconds_${name} (.*)$`, 'm').exec(text)?.[1] ?? 0);
  return { count: of('count'), seconds: of('sum') };
}

/** What a process has used of the processors, in ticks of 10 ms. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Every message was read and charged once: fast and wrong is not fast. */
function checkBooks(count) {
  const store = new Database(db, { readonly: true });
  const read = store.prepare("SELECT count(*) FROM message WHERE state = 'read'").pluck().get();
  const charges = store.prepare("SELECT count(*) FROM ledger WHERE kind = 'charge'").pluck().get();
  store.close();
  if (read !== count || charges !== count) throw new Error(`${count} messages, ${String(read)} read, ${String(charges)} charged`);
}

function start(args, urlOf) {
  const flags = values.profile ? ['--cpu-prof', '--cpu-prof-dir', '/tmp/serve-profile'] : [];
  const child = spawn(process.execPath, [...flags, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return new Promise((done, failed) => {
    child.stdout.once('data', (line) => done({ child, url: urlOf(line.toString().trim()) }));
    child.once('exit', (code) => failed(new Error(`it ended with ${code}`)));
  });
}

function stop(child) {
  return new Promise((done) => {
    child.once('exit', done);
    child.kill('SIGTERM');
  });
}

function BARE() {
  return `
    import { createServer } from 'node:http';
    import { createHmac, timingSafeEqual } from 'node:crypto';
    createServer((incoming, outgoing) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => {
        const given = Buffer.from(incoming.headers['x-hub-signature-256'].slice(7), 'hex');
        const made = createHmac('sha256', ${JSON.stringify(SECRET)}).update(Buffer.concat(chunks)).digest();
        outgoing.writeHead(timingSafeEqual(given, made) ? 200 : 403).end();
      });
    }).listen(0, '127.0.0.1', function () { console.log('http://127.0.0.1:' + this.address().port + '/'); });`;
}
