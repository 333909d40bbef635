// The hook of budgets, with a server that listens: signed over the very bytes, at least once, never instead of the send.

import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorld, type World } from '../world.ts';

type Post = { readonly body: string; readonly signature: string | undefined; readonly path: string | undefined };

const SECRET = 'not-a-real-secret';

let world: World;
let server: Server;
let posts: Post[];
/** What the server answers; null for nothing at all. */
let status: number | null;
/** Whether its answer ends, and whether somebody still waits for that. */
let isEndless: boolean;
let isLeft: boolean;
let url: string;

beforeEach(async () => {
  posts = [];
  status = 204;
  [isEndless, isLeft] = [false, false];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const signature = request.headers['x-tollbell-signature-256'] as string | undefined;
      posts.push({ body: Buffer.concat(parts).toString(), signature, path: request.url });
      if (status === null) return;
      response.writeHead(status, { location: '/elsewhere' });
      response.on('close', () => (isLeft = true));
      if (isEndless) response.write('and so on');
      else response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = createWorld();
  await world.run('init', '-y');
  await world.run('contact', 'add', '+4915112345678', '--language', 'en_US', '--opt-in', 'utility', '--source', 'web');
  await world.run('budget', 'set', '0.1', '--per', 'day');
  world.env['TOLLBELL_BUDGET_HOOK'] = `${url}/hooks/budget?token=hidden`;
  world.env['TOLLBELL_BUDGET_HOOK_SECRET'] = SECRET;
});
afterEach(async () => {
  world.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const send = (...argv: readonly string[]) =>
  world.run('send', 'order_shipped', '--to', '+4915112345678', '--param', 'name=Ada', '--param', 'order=A-17', ...argv);
const anotherWrite = (...argv: readonly string[]) => world.run('contact', 'add', '+4915112345679', ...argv);

describe('the budget hook', () => {
  it('gets each warning once, signed over the bytes that it gets', async () => {
    expect(await send()).toMatchObject({ code: 0 });
    expect(posts).toHaveLength(1);
    const [post] = posts;
    expect(JSON.parse(post?.body ?? '')).toMatchObject({
      schema: 'tollbell.budget-warning/1',
      id: expect.stringMatching(/^\w+:2026-11-22:50$/),
      per: 'day',
      period: '2026-11-22',
      threshold: 50,
      used: '0.055000',
      cap: '0.100000',
      currency: 'USD',
      at: '2026-11-22T12:00:00Z',
    });
    expect(post?.path).toBe('/hooks/budget?token=hidden');
    expect(post?.signature).toBe(
      `sha256=${createHmac('sha256', SECRET)
        .update(post?.body ?? '')
        .digest('hex')}`,
    );
    await anotherWrite();
    expect(posts).toHaveLength(1);
  });

  it.each([500, 404, 307])(
    'is told again by the next command that writes where it answered %d, which is said and fails nothing',
    async (answer) => {
      status = answer;
      const sent = await send();
      expect(sent.code).toBe(0);
      expect(sent.err).toContain(`The budget hook at ${url} did not take a warning: it answered ${answer}.`);
      expect(sent.err).not.toContain('hidden');
      status = 200;
      await world.run('budget', 'list');
      expect(posts).toHaveLength(1);
      expect(await anotherWrite()).toMatchObject({ code: 0, err: '' });
      expect(posts.map(({ body }) => body)).toEqual([posts[0]?.body, posts[0]?.body]);
    },
  );

  it('stops at the first one that is not taken', async () => {
    await world.run('budget', 'set', '0.05', '--per', 'month', '--mode', 'warn');
    status = 503;
    await send();
    expect(posts).toHaveLength(1);
    status = 200;
    await anotherWrite();
    expect(posts).toHaveLength(5);
  });

  it('costs a send three seconds at most where it does not answer', async () => {
    status = null;
    const start = performance.now();
    expect((await send()).err).toContain('no answer within 3 s');
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('leaves an answer that does not end', async () => {
    [status, isEndless] = [200, true];
    await send();
    expect(posts).toHaveLength(1);
    await vi.waitFor(() => expect(isLeft).toBe(true));
  });

  it('is said to be out of reach where nobody listens', async () => {
    world.env['TOLLBELL_BUDGET_HOOK'] = 'http://127.0.0.1:9/';
    const sent = await send('--json');
    expect(sent).toMatchObject({
      code: 0,
      err: expect.stringContaining('http://127.0.0.1:9 did not take a warning: it cannot be reached'),
    });
    expect(sent.json()['status']).toBe('success');
  });

  it('is not told without its secret, and is told later', async () => {
    const name = 'BUDGET_SECRET';
    delete world.env['TOLLBELL_BUDGET_HOOK_SECRET'];
    const sent = await send();
    expect(sent.code).toBe(0);
    expect(sent.err).toContain('The budget hook was not told: The environment variable TOLLBELL_BUDGET_HOOK_SECRET is not set.');
    expect(posts).toEqual([]);
    world.env['TOLLBELL_BUDGET_HOOK_SECRET'] = name;
    await anotherWrite();
    expect(posts).toHaveLength(1);
  });

  it('hears of nothing from a command that writes nothing', async () => {
    delete world.env['TOLLBELL_BUDGET_HOOK'];
    await send();
    world.env['TOLLBELL_BUDGET_HOOK'] = url;
    await send('--dry-run');
    await world.run('bill-report');
    expect(posts).toEqual([]);
  });
});
