// The processes of dispatch.bench.mjs, bundled with the source by it: `prepare` queues messages on a new store; `send` claims, posts and settles them as
// `tollbell dispatch` does; `bare` posts as many with the same body and does nothing else. The last two tell how long that took and when each request began.

import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { builtinPriceCards } from '../../src/catalog/price-cards.ts';
import { canonicalCard } from '../../src/domain/price-card.ts';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import { canonicalTemplate } from '../../src/domain/template.ts';
import { toTemplate } from '../../src/domain/template-parameters.ts';
import { parseTemplate } from '../../src/domain/template-parse.ts';
import { decideAdmissions } from '../../src/send/admit.ts';
import { dispatch } from '../../src/send/dispatch.ts';
import { createKeyedDigest } from '../../src/store/key.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { createWhatsappTransport } from '../../src/transports/whatsapp/transport.ts';
import { createIds } from '../../src/values/id.ts';

const [role, ...args] = process.argv.slice(2);
const BATCH = 500;
const clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
  yield: () => new Promise((resolve) => setImmediate(resolve)),
};
const ids = createIds((size) => randomBytes(size));
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const digest = createKeyedDigest(Buffer.alloc(32, 7));

// Bundled as CommonJS, which has no await outside a function.
async function main() {
  if (role === 'bare') return bare(...args);
  const [path, ...others] = args;
  const store = await openSqliteStore({ path, readOnly: false, busyTimeoutMs: 15_000 });
  await (role === 'prepare' ? prepare(store, ...others) : send(store, ...others));
  await store.close();
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});

async function prepare(store, count, apiBase, rate) {
  const at = Date.now();
  const sender = {
    id: ids.short(),
    accountId: DEFAULT_ACCOUNT,
    name: 'bench',
    transport: 'whatsapp',
    currency: 'USD',
    timeZone: 'UTC',
    isDefault: true,
    createdAt: at,
    whatsapp: {
      phoneNumberId: '1065',
      wabaId: '2077',
      token: { env: 'TOKEN' },
      appSecret: null,
      verifyToken: null,
      apiBase,
      apiVersion: 'v26.0',
      ratePerSecond: Number(rate),
      confirmsStops: false,
    },
  };
  const cards = builtinPriceCards('USD').map(({ card, source }) => ({
    id: ids.short(),
    card,
    source,
    digest: sha256(canonicalCard(card)),
    addedAt: at,
  }));
  const content = parseTemplate({
    name: 'order_shipped',
    language: 'en_US',
    category: 'UTILITY',
    parameter_format: 'NAMED',
    components: [{ type: 'BODY', text: 'Hello {{name}}, your order {{order}} has been shipped.' }],
  });
  const template = toTemplate(content, {
    id: ids.short(),
    senderId: sender.id,
    contentHash: sha256(canonicalTemplate(content)),
    addedAt: at,
  });
  await store.found({ keyCheck: '', sender, cards, template });
  const optIn = {
    scope: sender.id,
    subject: 'utility',
    kind: 'opt_in',
    at: at - 1_000,
    by: 'customer',
    source: 'bench',
    evidence: null,
  };
  for (let from = 0; from < Number(count); from += BATCH) {
    const phones = Array.from(
      { length: Math.min(BATCH, Number(count) - from) },
      (_, index) => `+4915${String(100_000_009 + (from + index) * 10)}`,
    );
    const contacts = phones.map((phone) => ({
      id: ids.sortable(at),
      phone,
      userId: null,
      name: null,
      language: null,
      attributes: {},
      optIns: [optIn],
    }));
    await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at });
    const requests = phones.map((phone, index) => ({
      id: ids.sortable(at),
      key: null,
      fingerprint: randomBytes(8),
      to: { phone },
      language: 'en_US',
      checkedFor: template.id,
      content: JSON.stringify({ name: 'Ada Lovelace', order: `A-${from + index}` }),
      maxPrice: null,
      aliases: [],
      retryOf: null,
      confirms: null,
      costCenter: null,
      tags: [],
    }));
    const batch = {
      mode: 'commit',
      senderId: sender.id,
      template: 'order_shipped',
      campaignId: null,
      runId: null,
      at,
      requests,
      spent: new Map(),
    };
    const { admissions } = await store.admit(batch, decideAdmissions);
    const refused = admissions.find(({ kind }) => kind !== 'admitted');
    if (refused !== undefined) throw new Error(JSON.stringify(refused));
  }
}

async function send(store, apiBase, connections) {
  const sender = (await store.listSenders(DEFAULT_ACCOUNT)).find(({ isDefault }) => isDefault);
  const workerId = ids.sortable(Date.now());
  const transport = createWhatsappTransport({
    settings: { ...sender.whatsapp, apiBase },
    token: 'bench',
    digest,
    clock,
    journal: store.journal(workerId),
    roomMax: Number(connections),
  });
  const claimedAt = [];
  const timed = {
    ...transport,
    deliver: (messages, at) => {
      claimedAt.push([performance.timeOrigin + performance.now(), messages.map(({ id }) => id)]);
      return transport.deliver(messages, at);
    },
  };
  const host = { store, transport: timed, clock, workerId, interrupted: new AbortController().signal };
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const { claimed } = await dispatch(host, {
    sender,
    scope: { kind: 'all' },
    countMax: null,
    patienceMs: Number.POSITIVE_INFINITY,
    onSettled: () => undefined,
  });
  const seconds = (performance.now() - start) / 1_000;
  const cpu = process.cpuUsage(cpuStart);
  await transport.close();
  process.stdout.write(JSON.stringify({ claimed, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, claimedAt }));
}

/** As many requests with the same body, as many at a time, and nothing else. */
async function bare(count, apiBase, connections, body) {
  const { Pool } = await import('undici');
  const pool = new Pool(apiBase, { connections: Number(connections), pipelining: 1 });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' };
  const begun = [];
  let left = Number(count);
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const loop = async () => {
    while (left-- > 0) {
      begun.push(performance.timeOrigin + performance.now());
      const answer = await pool.request({ path: '/v26.0/1065/messages', method: 'POST', headers, body });
      await answer.body.json();
    }
  };
  await Promise.all(Array.from({ length: Number(connections) }, loop));
  const seconds = (performance.now() - start) / 1_000;
  const cpu = process.cpuUsage(cpuStart);
  await pool.close();
  process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, begun }));
}
