// The webhook: who may speak, what was said, and an answer that is given only when it is in the store.

import { AppError, fail } from '../errors.ts';
import type { AccountNews, InboundEvent } from '../domain/inbound.ts';
import { startText } from '../domain/auth-international.ts';
import { messagingLimitText } from '../domain/messaging-limit.ts';
import { confirmsStops, confirmStops, type Stop } from '../inbound/confirm.ts';
import { parseBody, readEvents } from '../inbound/events.ts';
import { readInbound } from '../inbound/reading.ts';
import type { Clock, KeyedDigest } from '../ports/host.ts';
import type { AdmitStore } from '../ports/store/admit.ts';
import { EVENTS_MAX, type InboundStore, type Received } from '../ports/store/inbound.ts';
import type { TemplateChanged } from '../ports/store/templates.ts';
import { decideRepricings } from '../send/reprice.ts';
import { decideSettlements } from '../send/settle.ts';
import type { IdSource } from '../values/id.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import type { Metrics } from './metrics.ts';
import type { Problems } from './problems.ts';
import type { Named, SenderSource, ServedSenders } from './served-senders.ts';
import { isSameSecret, sha256, signingSecret } from './signature.ts';

export type WebhookHost = {
  readonly store: Pick<InboundStore, 'receive'> & Pick<AdmitStore, 'admit'>;
  readonly senders: SenderSource;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly keyedDigest: KeyedDigest;
  readonly problems: Problems;
};

/**
 * What became of a post. `received`: committed. `forged`: no secret of ours signed it. `foreign`: it speaks for senders whose secret is another one, and
 * what it says of others is committed. `busy`: nothing of it counts, and the provider is to repeat it.
 */
export type WebhookResult = 'received' | 'forged' | 'foreign' | 'not_json' | 'too_large' | 'busy' | 'failed';

/** The HTTP status of each. Only 200 tells the provider that it need not repeat. */
export const STATUS_OF: Readonly<Record<WebhookResult, number>> = {
  received: 200,
  not_json: 400,
  forged: 403,
  foreign: 403,
  too_large: 413,
  failed: 500,
  busy: 503,
};

export type Webhook = {
  /** The challenge to give back when a provider verifies the address; undefined for a wrong token. */
  readonly verify: (query: { readonly mode: string; readonly token: string; readonly challenge: string }) => Promise<string | undefined>;
  readonly receive: (body: Buffer, signature: string | undefined) => Promise<WebhookResult>;
  readonly waiting: () => number;
  readonly drained: () => Promise<void>;
};

/** With more events than this waiting, about two seconds of work, posts are turned away. */
const WAITING_MAX = 20 * EVENTS_MAX;
/** Ten times what the provider puts into one post. */
const POST_EVENTS_MAX = 10_000;

const CHALLENGE_LENGTH_MAX = 1_000;

/** The webhook of a server. `metrics` is asked for late, because metrics show how much waits here. */
export function createWebhook(host: WebhookHost, metrics: () => Metrics): Webhook {
  const group = createGroupCommit<InboundEvent, Received>({
    commit: (events) => commit(host, metrics(), events),
    itemsMax: EVENTS_MAX,
    waitingMax: WAITING_MAX,
    yield: host.clock.yield,
  });
  return {
    verify: async ({ mode, token, challenge }) => {
      if (mode !== 'subscribe' || token === '' || challenge === '' || challenge.length > CHALLENGE_LENGTH_MAX) return undefined;
      const isKnown = ({ all }: ServedSenders): boolean =>
        all.some(({ verifyToken }) => verifyToken !== null && isSameSecret(token, verifyToken));
      if (isKnown(await host.senders.current())) return challenge;
      const refreshed = await host.senders.refreshed();
      return refreshed !== undefined && isKnown(refreshed) ? challenge : undefined;
    },
    receive: async (body, signature) => {
      const result = await receive(host, group, { body, signature });
      metrics().countWebhook(result);
      return result;
    },
    waiting: group.waiting,
    drained: group.drained,
  };
}

type Post = { readonly body: Buffer; readonly signature: string | undefined };

async function receive(host: WebhookHost, group: GroupCommit<InboundEvent, Received>, post: Post): Promise<WebhookResult> {
  try {
    if (group.waiting() > WAITING_MAX) throw fail('store_busy', { message: 'more has come than can be written now' });
    const readings = host.senders.readings();
    const signed = await signedBy(host, post);
    if (signed === undefined) {
      host.problems('refused a webhook: no app secret of a sender made its signature');
      return 'forged';
    }
    const parsed = parseBody(post.body.toString('utf8'));
    if (parsed === undefined) {
      host.problems('refused a webhook: it is signed, and no JSON');
      return 'not_json';
    }
    const { events, named } = await read(host, { ...signed, readings }, parsed.value);
    if (events.length > POST_EVENTS_MAX) {
      host.problems(`refused a webhook: it is signed, and tells more than ${POST_EVENTS_MAX} things at once`);
      return 'too_large';
    }
    if (named.foreign > 0) host.problems('a webhook spoke for a sender whose app secret did not sign it; that was not believed');
    const believed = named.foreign > 0 ? events.filter(({ senderId }) => senderId !== null) : events;
    if (believed.length > 0) await group.submit(believed);
    // Repeated by the provider, it may find the secret corrected; of what was committed a repetition changes nothing.
    return named.foreign > 0 ? 'foreign' : 'received';
  } catch (error) {
    return refusalOf(host, error);
  }
}

function refusalOf({ problems }: WebhookHost, error: unknown): WebhookResult {
  if (error instanceof AppError && error.code !== 'bug') {
    problems(`webhooks wait: ${error.message}`);
    return 'busy';
  }
  problems(`a webhook could not be written: ${error instanceof Error ? error.message : String(error)}`);
  return 'failed';
}

type Signed = { readonly secret: string; readonly senders: ServedSenders };

async function signedBy({ senders }: WebhookHost, { body, signature }: Post): Promise<Signed | undefined> {
  const current = await senders.current();
  const secret = signingSecret(signature, body, current.secrets);
  if (secret !== undefined) return { secret, senders: current };
  const refreshed = signature === undefined ? undefined : await senders.refreshed();
  const added = refreshed === undefined ? [] : [...refreshed.secrets].filter((known) => !current.secrets.has(known));
  const late = signingSecret(signature, body, added);
  return refreshed === undefined || late === undefined ? undefined : { secret: late, senders: refreshed };
}

type Read = { readonly events: readonly InboundEvent[]; readonly named: Named };

// A number that nobody has may belong to a sender who was added a moment ago, and one of another secret to a sender whose secret was just corrected. The post
// waits for senders that were read after it came: answered at once, what it tells would be nobody's for good. Only what a secret of ours signed may wait.
async function read(
  host: WebhookHost,
  { secret, senders, readings }: Signed & { readonly readings: number },
  payload: unknown,
): Promise<Read> {
  const first = readWith(host, { secret, senders }, payload);
  if (first.named.unknown === 0 && first.named.foreign === 0) return first;
  const latest = await host.senders.after(readings);
  return latest !== senders && latest.secrets.has(secret) ? readWith(host, { secret, senders: latest }, payload) : first;
}

function readWith({ clock, ids, keyedDigest }: WebhookHost, { secret, senders }: Signed, payload: unknown): Read {
  const named: Named = { own: 0, foreign: 0, unknown: 0 };
  const events = readEvents(payload, { at: clock.now(), ids, keyedDigest, sha256, senders: senders.signedBy(secret, named) });
  return { events, named };
}

async function commit(host: WebhookHost, metrics: Metrics, events: readonly InboundEvent[]): Promise<readonly Received[]> {
  const end = metrics.timeCommit();
  const received = await host.store.receive(
    { events, at: host.clock.now() },
    { settle: decideSettlements, read: readInbound, reprice: decideRepricings },
  );
  end();
  countEvents(metrics, events, received);
  for (const { template, news } of received) {
    if (template !== null) sayDrift(host, template);
    sayNews(host, news);
  }
  await confirm(host, received);
  return received;
}

function countEvents(metrics: Metrics, events: readonly InboundEvent[], received: readonly Received[]): void {
  const counts = new Map<string, number>();
  for (const [index, { kind }] of events.entries()) {
    const key = `${kind} ${received[index]?.result}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) {
    const [kind = '', result = ''] = key.split(' ');
    metrics.countEvents(kind, result, count);
  }
}

function sayNews({ problems }: WebhookHost, { messagingLimit: limit, authInternational: start }: AccountNews): void {
  if (limit !== null) problems(`the messaging limit of the business is now: ${messagingLimitText(limit)}`);
  if (start !== null) problems(`authentication costs the international rate ${startText(start)}`);
}

function sayDrift({ problems }: WebhookHost, { result, drift, repriced, cancelled }: TemplateChanged): void {
  if (result !== 'changed') return;
  const changes = drift.map(({ what, from, to }) => `${what} ${from} is now ${to}`).join(', ');
  const queued = [
    ...(repriced.length === 0 ? [] : [`${repriced.length} repriced`]),
    ...(cancelled.length === 0 ? [] : [`${cancelled.length} cancelled`]),
  ];
  problems(`a template changed: ${changes}${queued.length === 0 ? '' : `; queued messages: ${queued.join(', ')}`}`);
}

// The stops are committed. What goes wrong here costs a courtesy, and no post its answer.
async function confirm(host: WebhookHost, received: readonly Received[]): Promise<void> {
  const stops = received.flatMap(({ stop }): readonly Stop[] => (stop === null ? [] : [stop]));
  if (stops.length === 0) return;
  try {
    const { senderOf } = await host.senders.current();
    const wanted = stops.filter(({ senderId }) => {
      const sender = senderOf(senderId);
      return sender !== undefined && confirmsStops(sender);
    });
    await confirmStops(host, wanted, host.clock.now());
  } catch (error) {
    host.problems(`stops hold, and were not confirmed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
