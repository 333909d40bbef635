// The senders that webhooks are for: their secrets, their numbers and accounts. Read again when something comes that they do not explain, so that a sender
// who was added later, or a secret that was changed, works without a restart; and by age, so that a secret that was withdrawn is not believed for ever.

import type { Sender } from '../domain/sender.ts';
import type { SenderLookup } from '../inbound/host.ts';
import type { Clock } from '../ports/host.ts';
import type { SenderId } from '../values/id.ts';
import { type Instant, SECOND_MS } from '../values/time.ts';

/** A sender with what its webhooks are known by. Several secrets while one is being changed; none where webhooks of it are not to be believed. */
export type ServedSender = { readonly sender: Sender; readonly appSecrets: readonly string[]; readonly verifyToken: string | null };

/** What one post named: `own` of senders whose secret signed it, `foreign` of others of ours, `unknown` of nobody's. */
export type Named = { own: number; foreign: number; unknown: number };

export type ServedSenders = {
  readonly all: readonly ServedSender[];
  /** Each secret once. */
  readonly secrets: ReadonlySet<string>;
  readonly senderOf: (id: SenderId) => Sender | undefined;
  /** What a secret may speak for; counts in `named` what was asked for. */
  readonly signedBy: (secret: string, named: Named) => SenderLookup;
};

/** Asking for the senders; see `createServedSenders`. */
export type SenderSource = {
  /** As they were read last, at most half a minute ago. */
  readonly current: () => Promise<ServedSenders>;
  /** Read again; undefined where that was done less than a second ago. */
  readonly refreshed: () => Promise<ServedSenders | undefined>;
  /** How many readings have begun: what came now is explained by a later one, if by any. */
  readonly readings: () => number;
  /** As a later reading than these found them. Where none is allowed yet it is waited for, a second at most; all who wait share one. */
  readonly after: (readings: number) => Promise<ServedSenders>;
};

const AGE_MAX_MS = 30 * SECOND_MS;
const PAUSE_MS = SECOND_MS;
const NEVER = new AbortController().signal;

/** Reads at first use, when half a minute is over, and when it is asked to, then at most once a second. Who asks while it reads waits for the same. */
export function createSenderSource(read: () => Promise<readonly ServedSender[]>, clock: Clock): SenderSource {
  let known: ServedSenders | undefined;
  let knownSince: Instant | undefined;
  let knownBy = 0;
  let askedAt: Instant | undefined;
  let begun = 0;
  let reading: Promise<ServedSenders> | undefined;
  let upcoming: Promise<ServedSenders> | undefined;
  const readNow = async (): Promise<ServedSenders> => {
    const at = clock.now();
    askedAt = at;
    begun += 1;
    known = toServedSenders(await read());
    knownSince = at;
    knownBy = begun;
    return known;
  };
  const refresh = (): Promise<ServedSenders> => {
    reading ??= readNow().finally(() => (reading = undefined));
    return reading;
  };
  // A clock that was set back must not keep them as they are.
  const isWithin = (milliseconds: number, since: Instant | undefined): boolean => {
    const now = clock.now();
    return since !== undefined && now >= since && now < since + milliseconds;
  };
  const readSoon = async (): Promise<ServedSenders> => {
    if (askedAt !== undefined && isWithin(PAUSE_MS, askedAt)) await clock.sleep(askedAt + PAUSE_MS - clock.now(), NEVER);
    upcoming = undefined; // who comes while it reads may tell of somebody whom it misses
    return refresh();
  };
  return {
    current: async () => (known !== undefined && isWithin(AGE_MAX_MS, knownSince) ? known : refresh()),
    refreshed: async () => (isWithin(PAUSE_MS, askedAt) ? undefined : refresh()),
    readings: () => begun,
    after: async (readings) => {
      if (known !== undefined && knownBy > readings) return known;
      upcoming ??= readSoon();
      return upcoming;
    },
  };
}

function toServedSenders(all: readonly ServedSender[]): ServedSenders {
  const numbers = new Map<string, ServedSender[]>();
  const accounts = new Map<string, ServedSender[]>();
  for (const served of all) {
    const { whatsapp } = served.sender;
    if (whatsapp === null) continue;
    add(numbers, whatsapp.phoneNumberId, served);
    add(accounts, whatsapp.wabaId, served);
  }
  return {
    all,
    secrets: new Set(all.flatMap(({ appSecrets }) => appSecrets)),
    senderOf: (id) => all.find(({ sender }) => sender.id === id)?.sender,
    signedBy: (secret, named) => {
      const own = (group: readonly ServedSender[] = []): readonly SenderId[] => {
        const ids = group.filter(({ appSecrets }) => appSecrets.includes(secret)).map(({ sender }) => sender.id);
        named[ids.length > 0 ? 'own' : group.length > 0 ? 'foreign' : 'unknown'] += 1;
        return ids;
      };
      return { byNumber: (id) => own(numbers.get(id))[0] ?? null, byAccount: (id) => own(accounts.get(id)) };
    },
  };
}

function add(groups: Map<string, ServedSender[]>, key: string, served: ServedSender): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [served]);
  else group.push(served);
}
