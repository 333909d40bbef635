// The provider's office before a scripted server: what it is asked is looked at, what it answers is given.

import { createWhatsappProvider } from '../../../src/transports/whatsapp/provider.ts';
import { LIMITS } from '../../../src/transports/whatsapp/reply.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { NOW, SENDER } from '../../send/facts.ts';
import { SETTINGS, TOKEN } from './messages.ts';
import { answer, type Arrived, type Behaviour, type ScriptedServer } from './scripted-server.ts';

/** The office of a sender whose API the server is. */
export function officeOf(server: ScriptedServer, settings: Partial<typeof SETTINGS> = {}): Provider {
  return createWhatsappProvider({
    sender: SENDER,
    settings: { ...SETTINGS, apiBase: server.url, ...settings },
    token: TOKEN,
    clock: { now: () => NOW },
    limits: { ...LIMITS, requestMs: 2_000 },
  });
}

export type Route = { readonly status?: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

/** Answers by `METHOD /path` without version and query; the answers of one route come in turns, the last one for ever. Anything else is a bug of the test. */
export function routes(table: Readonly<Record<string, Route | readonly Route[]>>): Behaviour {
  const turns = new Map<string, number>();
  return (arrived, response) => {
    const key = routeOf(arrived);
    const entry = table[key];
    const list = entry === undefined ? [] : Array.isArray(entry) ? (entry as readonly Route[]) : [entry as Route];
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    const { status = 200, body, headers = {} } = list[Math.min(turn, list.length - 1)] ?? { status: 418, body: `no route ${key}` };
    answer(response, status, body, headers);
  };
}

/** `GET /1234/messages`. */
export function routeOf({ method, path }: Arrived): string {
  return `${method} ${path.replace(/^\/v26\.0/, '').replace(/\?.*/, '')}`;
}

/** The query of a request. */
export function queryOf({ path }: Arrived): Record<string, string> {
  return Object.fromEntries(new URL(path, 'http://127.0.0.1').searchParams);
}

/** An error as the provider words it. */
export function graphError(code: number, message = 'No', rest: object = {}): { readonly error: object } {
  return { error: { message: `(#${code}) ${message}`, type: 'OAuthException', code, ...rest } };
}
