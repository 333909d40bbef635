// The Graph API over HTTP: tokens, bodies, versions in the path, and answers that fail on purpose. What is answered, the routes decide.

import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { admin } from './admin.ts';
import { type Answer, asObject, type Json, refusal } from './answer.ts';
import { GRAPH_ROUTES, unknownObject } from './graph-routes.ts';
import { uploadMedia } from './media.ts';
import { type SendDoor, sendMessage, type SendReply } from './send.ts';
import type { World } from './world.ts';

type Env = { readonly Bindings: HttpBindings };
type Reach = { readonly baseUrl: () => string; readonly sleep: (milliseconds: number) => Promise<void> };

/** Most requests are a few hundred bytes; the provider's own limit for them is not told. */
const JSON_BYTES_MAX = 1024 * 1024;
const FILE_BYTES_MAX = 101 * 1024 * 1024;

/** The application that answers every request of the emulator: its own interface below `/_emulator`, the Graph API everywhere else. */
export async function createHttp(world: World, reach: Reach): Promise<Hono<Env>> {
  const { Hono } = await import('hono');
  const { RESPONSE_ALREADY_SENT } = await import('@hono/node-server/utils/response');
  const http = new Hono<Env>({ getPath: unversionedPath });
  http.all('/_emulator/:name', async (c) =>
    toResponse(await admin(world, { method: c.req.method, name: c.req.param('name'), query: c.req.query(), text: await c.req.text() })),
  );
  http.use(async (c, next) => {
    const problem = tokenProblem(world, c) ?? sizeProblem(c);
    return problem === null ? next() : toResponse(problem);
  });
  const send = (door: SendDoor) => async (c: Context<Env, `/:id/${SendDoor}`>) => {
    const body = await bodyOf(c);
    if ('status' in body && 'body' in body && typeof body['status'] === 'number') return toResponse(body as Answer);
    if (c.req.param('id') !== world.identity.phoneNumberId) return toResponse(unknownObject(c.req.param('id')));
    const reply = sendMessage(world, body, door);
    return reply.manner === 'plain' ? toResponse(reply.answer) : misbehave(reply, c.env, { ...reach, sent: RESPONSE_ALREADY_SENT });
  };
  http.post('/:id/messages', send('messages'));
  http.post('/:id/marketing_messages', send('marketing_messages'));
  http.post('/:id/media', async (c) => toResponse(await upload(world, c)));
  http.get('/_media/:id', (c) => download(world, c.req.param('id'), Number(c.req.query('expires'))));
  for (const { method, path, handle } of GRAPH_ROUTES) {
    http.on(method, path, async (c) => {
      const body = method === 'GET' ? {} : await bodyOf(c);
      if ('status' in body && 'body' in body && typeof body['status'] === 'number') return toResponse(body as Answer);
      const url = `${reach.baseUrl()}${new URL(c.req.url).pathname}${new URL(c.req.url).search}`;
      return toResponse(handle(world, { id: c.req.param('id') ?? '', query: c.req.query(), body, url, baseUrl: reach.baseUrl() }));
    });
  }
  http.notFound((c) => toResponse(unknownObject(c.req.path.slice(1))));
  return http;
}

// Clients send `/v26.0/123/messages` and `/123/messages`.
function unversionedPath(request: Request): string {
  const from = request.url.indexOf('/', 8);
  const query = request.url.indexOf('?', from);
  const path = request.url.slice(from, query === -1 ? undefined : query);
  return path.replace(/^\/v\d+\.\d+(?=\/)/, '');
}

function tokenProblem({ identity }: World, c: Context<Env>): Answer | null {
  const token = /^(?:Bearer|OAuth) +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.query('access_token');
  return token?.trim() === identity.accessToken ? null : refusal(190, null, { message: 'Invalid OAuth access token' });
}

function sizeProblem(c: Context<Env>): Answer | null {
  const bytesMax = (c.req.header('content-type') ?? '').startsWith('multipart/') ? FILE_BYTES_MAX : JSON_BYTES_MAX;
  return Number(c.req.header('content-length') ?? 0) > bytesMax ? refusal(100, 'The request is too large.', { status: 413 }) : null;
}

// JSON, or a form, whose values may be JSON. No body at all is an empty one.
async function bodyOf(c: Context<Env>): Promise<Json | Answer> {
  const text = await c.req.text();
  if (text.trim() === '') return {};
  if ((c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(
      Array.from(new URLSearchParams(text), ([name, value]) => [name, /^[[{]/.test(value) ? jsonOf(value) : value]),
    );
  }
  return asObject(jsonOf(text)) ?? refusal(100, 'The body is not a JSON object.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toResponse({ status, body }: Answer): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=UTF-8' } });
}

async function misbehave(
  { answer, manner, delayMs }: SendReply,
  { incoming, outgoing }: HttpBindings,
  { sleep, sent }: Reach & { readonly sent: Response },
): Promise<Response> {
  switch (manner) {
    case 'reset_before':
    case 'reset_after':
      incoming.socket.resetAndDestroy();
      return sent;
    case 'accept_no_answer':
    case 'accept_no_answer_then_status':
      return sent; // and nothing is, until the client gives up or the emulator stops
    case 'half_body': {
      const text = JSON.stringify(answer.body);
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      outgoing.write(text.slice(0, text.length / 2), () => incoming.socket.destroy());
      return sent;
    }
    case 'http_500_after':
      return new Response(null, { status: 500 });
    case 'garbage_body':
      return new Response('\u0000\u0001{"messages":[{"id"', { status: 200, headers: { 'content-type': 'application/json' } });
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: 'https://www.facebook.com/unsupportedbrowser' } });
    case 'html':
      return new Response('<!DOCTYPE html><title>Sorry</title><p>Something is in the way.', {
        status: 200,
        headers: { 'content-type': 'text/html' },
      });
    case 'slow':
      await sleep(delayMs);
      return toResponse(answer);
    default:
      return toResponse(answer);
  }
}

async function upload(world: World, c: Context<Env>): Promise<Answer> {
  if (c.req.param('id') !== world.identity.phoneNumberId) return unknownObject(c.req.param('id') ?? '');
  const form = await c.req.formData().catch(() => null);
  const file = form?.get('file') ?? null;
  const isFile = file !== null && typeof file !== 'string';
  const type = form?.get('type');
  return uploadMedia(
    world.media,
    {
      product: form?.get('messaging_product'),
      bytes: isFile ? new Uint8Array(await file.arrayBuffer()) : null,
      mimeType: typeof type === 'string' && type.includes('/') ? type : isFile ? file.type : '',
    },
    world.timeline.now(),
  );
}

function download({ media, timeline }: World, id: string, expires: number): Response {
  const file = media.get(id, timeline.now());
  if (file === undefined || !(timeline.now() < expires))
    return toResponse(refusal(100, 'The address is no longer good: ask for a new one.', { status: 404 }));
  return new Response(Buffer.from(file.bytes), { headers: { 'content-type': file.mimeType } });
}
