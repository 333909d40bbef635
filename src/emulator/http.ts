// The Graph API over HTTP: tokens, bodies, versions in the path, and answers that fail on purpose. What is answered, the routes decide.

import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { DAY_MS, formatInstant, type Instant } from '../values/time.ts';
import { admin } from './admin.ts';
import { type Answer, refusal } from './answer.ts';
import { GRAPH_ROUTES, unknownObject } from './graph-routes.ts';
import { uploadMedia } from './media.ts';
import { readFields, readForm, readText } from './request-body.ts';
import { type SendDoor, sendMessage, type SendReply } from './send.ts';
import type { World } from './world.ts';

type Env = { readonly Bindings: HttpBindings };
type Reach = { readonly baseUrl: () => string; readonly sleep: (milliseconds: number) => Promise<void> };

/** The application that answers every request of the emulator: its own interface below `/_emulator`, the Graph API everywhere else. */
export async function createHttp(world: World, reach: Reach): Promise<Hono<Env>> {
  const { Hono } = await import('hono');
  const { RESPONSE_ALREADY_SENT } = await import('@hono/node-server/utils/response');
  const http = new Hono<Env>({ getPath: unversionedPath });
  http.use(async (c, next) => {
    await next();
    if (c.res !== RESPONSE_ALREADY_SENT) c.res.headers.set('date', httpTime(world.timeline.now()));
  });
  http.all('/_emulator/:name', async (c) => {
    const text = await readText(c.req.raw);
    if ('problem' in text) return toResponse(text.problem);
    return toResponse(await admin(world, { method: c.req.method, name: c.req.param('name'), query: c.req.query(), text: text.value }));
  });
  http.use(async (c, next) => {
    const problem = tokenProblem(world, c);
    return problem === null ? next() : toResponse(problem);
  });
  const send = (door: SendDoor) => async (c: Context<Env, `/:id/${SendDoor}`>) => {
    const body = await readFields(c.req.raw);
    if ('problem' in body) return toResponse(body.problem);
    if (c.req.param('id') !== world.identity.phoneNumberId) return toResponse(unknownObject(c.req.param('id')));
    const reply = sendMessage(world, body.value, door);
    return reply.manner === 'plain' ? toResponse(reply.answer) : misbehave(reply, c.env, { ...reach, sent: RESPONSE_ALREADY_SENT });
  };
  http.post('/:id/messages', send('messages'));
  http.post('/:id/marketing_messages', send('marketing_messages'));
  http.post('/:id/media', async (c) => toResponse(await upload(world, c)));
  http.get('/_media/:id', (c) => download(world, c.req.param('id'), Number(c.req.query('expires'))));
  for (const { method, path, handle } of GRAPH_ROUTES) {
    http.on(method, path, async (c) => {
      const body = method === 'GET' ? { value: {} } : await readFields(c.req.raw);
      if ('problem' in body) return toResponse(body.problem);
      const url = `${reach.baseUrl()}${new URL(c.req.url).pathname}${new URL(c.req.url).search}`;
      return toResponse(
        handle(world, { id: c.req.param('id') ?? '', query: c.req.query(), body: body.value, url, baseUrl: reach.baseUrl() }),
      );
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

function toResponse({ status, body }: Answer): Response {
  // What is left of a body that is too large is not waited for.
  const closing = status === 413 ? { connection: 'close' } : {};
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=UTF-8', ...closing } });
}

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// The clock of the emulator, not of the machine: whoever compares it with its own must see the time that counts here.
function httpTime(at: Instant): string {
  const [year = '', month = '', day = '', time = ''] = formatInstant(at).split(/[-TZ.]/);
  const daysOfWeek = WEEKDAYS.length;
  const weekday = WEEKDAYS[((Math.floor(at / DAY_MS) % daysOfWeek) + daysOfWeek) % daysOfWeek];
  return `${weekday}, ${day} ${MONTHS[Number(month) - 1]} ${year} ${time} GMT`;
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
  const form = await readForm(c.req.raw);
  if ('problem' in form) return form.problem;
  const file = form.value.find(({ name }) => name === 'file') ?? null;
  // What is no file may as well stand in the query.
  const field = (name: string): string | undefined => {
    const part = form.value.find((other) => other.name === name);
    return part === undefined ? c.req.query(name) : new TextDecoder().decode(part.bytes);
  };
  const isFile = file !== null && (file.fileName !== null || file.mimeType !== null);
  const type = field('type');
  return uploadMedia(
    world.media,
    {
      product: field('messaging_product'),
      bytes: isFile ? file.bytes : null,
      mimeType: type?.includes('/') === true ? type : (file?.mimeType ?? ''),
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
