// The way out to the WhatsApp Cloud API: each message is one POST, through the door that its template needs, and what came back is what is known of it. A single message goes by Node's own
// client; the pool for many is loaded when there are many.

import { hasBid } from '../../domain/bid.ts';
import type { WhatsappSettings } from '../../domain/sender.ts';
import { AppError } from '../../errors.ts';
import type { Clock, KeyedDigest } from '../../ports/host.ts';
import { type Journal, NO_JOURNAL } from '../../ports/journal.ts';
import type { Delivery, OutgoingMessage, Transport } from '../../ports/transport.ts';
import { openBulk, type Bulk, type BulkOptions, type Ends, type PostRequest } from './bulk.ts';
import { type Endpoint, headersOf, openEndpoint } from './endpoint.ts';
import { createExchange } from './exchange.ts';
import { decideDelivery } from './outcome.ts';
import { payloadOf } from './payload.ts';
import { LIMITS, type Limits, type Reply } from './reply.ts';

/**
 * Connections, and so messages in flight. An answer takes about half a second, so 80 messages a second, what a number may send, need 40; a number of 1,000 a
 * second is sent by several processes. More in flight are also more in a commit: 128 take a seventh less of a processor than 64.
 */
export const ROOM_MAX = 128;

export type WhatsappTransportOptions = {
  readonly settings: Pick<WhatsappSettings, 'apiBase' | 'apiVersion' | 'phoneNumberId'>;
  readonly token: string;
  /** Signs what a request carries and its statuses bring back. */
  readonly digest: KeyedDigest;
  readonly clock: Pick<Clock, 'now'>;
  /** Where the requests are noted that leave, and what comes back. */
  readonly journal?: Journal;
  readonly roomMax?: number;
  readonly limits?: Limits;
};

/** The transport of a sender. Throws `config_invalid` for an address and `token_rejected` for a token that cannot be used. */
export function createWhatsappTransport(options: WhatsappTransportOptions): Transport {
  const { settings, token, digest, clock, journal = NO_JOURNAL, roomMax = ROOM_MAX, limits = LIMITS } = options;
  const endpoint = openEndpoint(settings, token);
  const ways = createWays(endpoint, { connections: roomMax, limits });
  const doors = {
    plain: endpoint.path(settings.phoneNumberId, 'messages'),
    bid: endpoint.path(settings.phoneNumberId, 'marketing_messages'),
  };
  return {
    isPaced: true,
    roomMax,
    deliver: (messages) => {
      const post = ways.choose(messages.length);
      const note = noting(journal, messages);
      let stop: AppError | undefined;
      return messages.map(
        (message: OutgoingMessage, index) =>
          new Promise<Delivery>((resolve, reject) => {
            const settle = (reply: Reply): void => {
              const end = decideDelivery({ message, at: clock.now(), token }, reply);
              if (end instanceof AppError) {
                stop ??= end;
                return reject(stop);
              }
              journal.answered(end);
              resolve(end);
            };
            const ends = { leave: () => note(index), settle, refuse: reject };
            post({ path: doors[doorOf(message)], body: payloadOf(message, digest) }, ends);
          }),
      );
    },
    warmUp: ways.warmUp,
    close: ways.close,
  };
}

// What is bid for goes by the Marketing Messages API alone (131061), and nothing else has to.
function doorOf({ template }: OutgoingMessage): 'plain' | 'bid' {
  return template !== null && hasBid(template) ? 'bid' : 'plain';
}

/**
 * In how many notes at most. A note of its own for each of 128 takes 4 µs a message, and an accident makes unknown what was noted and had not left. Where few are
 * sent at a time, because a number is paced or its connections are only opened, each is noted by itself.
 */
const NOTES_MAX = 16;

/** Notes the message at an index just before it leaves, and the ones that leave next with it. */
function noting(journal: Journal, messages: readonly OutgoingMessage[]): (index: number) => void {
  const noted = new Uint8Array(messages.length);
  const together = Math.ceil(messages.length / NOTES_MAX);
  return (index) => {
    if (noted[index] === 1) return;
    const end = index + together;
    journal.leave(messages.slice(index, end).filter((_, place) => noted[index + place] === 0));
    noted.fill(1, index, end);
  };
}

type Post = (request: PostRequest, ends: Ends) => void;

type Ways = Pick<Transport, 'warmUp' | 'close'> & {
  /** How so many messages leave: one that is alone by Node's client, as long as nothing opened the pool. */
  readonly choose: (count: number) => Post;
};

function createWays(endpoint: Endpoint, bulkOptions: BulkOptions): Ways {
  const { limits } = bulkOptions;
  const headers = headersOf(endpoint, 'application/json');
  const exchange = createExchange(endpoint, limits);
  let bulk: Bulk | undefined;
  let opening: Promise<Bulk> | undefined;
  let closing: Promise<unknown> | undefined;
  let isAlone = true;

  // One promise for all who wait, so that what began before the end also leaves before the connections close.
  const open = (): Promise<Bulk> => {
    opening ??= openBulk(endpoint, bulkOptions).then((opened) => {
      bulk = opened;
      return opened;
    });
    return opening;
  };
  const postAlone: Post = ({ path, body }, { leave, settle, refuse }) => {
    isAlone = false;
    const reply = exchange.request({ method: 'POST', path, headers, body, leave }).finally(() => (isAlone = true));
    reply.then(settle).catch(refuse);
  };
  const post: Post = (request, ends) => {
    if (bulk !== undefined) return bulk.post(request, ends);
    open()
      .then((opened) => opened.post(request, ends))
      .catch(ends.refuse);
  };
  return {
    choose: (count) => (count === 1 && opening === undefined && isAlone ? postAlone : post),
    warmUp: async () => void (await open()),
    close: async () => {
      closing ??= Promise.all([exchange.close(), opening?.then((opened) => opened.close())]);
      await closing;
    },
  };
}
