// The emulator's own interface below `/_emulator`: looking at its world, turning its clock, and letting its customers act.

import { AppError } from '../errors.ts';
import { parseDuration } from './duration.ts';
import { formatInstant, parseInstant, toInstant } from '../values/time.ts';
import { type Answer, asObject, asText, type Json, ok } from './answer.ts';
import { actionOf, type AdminAction, invalidInput } from './admin-actions.ts';
import { messagesView, stateView } from './admin-views.ts';
import { parseScenario } from './scenario.ts';
import { createRules, createSituation, type World } from './world.ts';

export type AdminRequest = {
  readonly method: string;
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly text: string;
};

const VIEWS: Readonly<Record<string, (world: World, query: AdminRequest['query']) => Json>> = {
  state: stateView,
  messages: messagesView,
  webhooks: ({ webhooks }) => ({ posts: webhooks.log() }),
};

const CHANGES: Readonly<Record<string, (world: World, input: Json) => Promise<Answer> | Answer>> = {
  clock: turnClock,
  faults: setScenario,
  reset,
  webhook: setReceiver,
};

/** Days of later years have no place in ISO 8601 with four digits. */
const CLOCK_MOST = toInstant(253_402_300_799_999);

/** The answer to one request. Input that means nothing is 400 with a sentence. */
export async function admin(world: World, { method, name, query, text }: AdminRequest): Promise<Answer> {
  const view = Object.hasOwn(VIEWS, name) ? VIEWS[name] : undefined;
  if (method === 'GET') return view === undefined ? unknown(name) : ok(view(world, query));
  const change: AdminAction | undefined = Object.hasOwn(CHANGES, name) ? CHANGES[name] : actionOf(name);
  if (method !== 'POST' || change === undefined) return unknown(name);
  const input = text.trim() === '' ? {} : asObject(jsonOf(text));
  return input === null ? invalidInput('The body must be a JSON object.') : change(world, input);
}

async function turnClock({ timeline }: World, input: Json): Promise<Answer> {
  const [advance, set] = [asText(input['advance']), asText(input['set'])];
  const byMs = advance === null ? null : parseDuration(advance);
  const to = set === null ? null : (parseInstant(set) ?? null);
  const target = byMs === null ? to : toInstant(timeline.now() + byMs);
  if (target === null || (advance !== null && set !== null)) {
    return invalidInput('Give {"advance":"24h"} (ms, s, m, h, d) or {"set":"2026-10-01T00:00:00Z"}.');
  }
  if (!(target <= CLOCK_MOST)) return invalidInput('The clock goes to the end of the year 9999, and no further.');
  const isBack = target < timeline.now();
  await timeline.setTo(target);
  return ok({ now: formatInstant(timeline.now()), ...(isBack ? { note: SET_BACK } : {}) });
}

const SET_BACK = 'The clock was set back: what has happened stays, and what is to come waits until its time has come again.';

function setScenario(world: World, input: Json): Answer {
  try {
    const scenario = parseScenario(input);
    Object.assign(world, { scenario, ...createRules(scenario) });
    return ok({ success: true });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return invalidInput(error.message);
  }
}

function reset(world: World): Answer {
  world.timeline.clear();
  world.webhooks.clear();
  Object.assign(world, createSituation(world.scenario, world.timeline.now(), world.nextId));
  return ok({ success: true });
}

function setReceiver({ webhooks }: World, input: Json): Answer {
  const url = input['url'];
  if (url !== null && !(typeof url === 'string' && /^https?:\/\/\S+$/.test(url)))
    return invalidInput('Give {"url":"http://…"}, or null for none.');
  webhooks.setUrl(url);
  return ok({ success: true });
}

function unknown(name: string): Answer {
  const known = [...Object.keys(VIEWS).map((view) => `GET ${view}`), ...Object.keys(CHANGES).map((change) => `POST ${change}`)];
  return invalidInput(`There is no ${name} here; there are ${known.join(', ')}, and what customers do.`, 404);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
