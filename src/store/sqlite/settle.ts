// Settling on SQLite: outcomes in, messages moved, entries posted. Also used by whoever settles inside a larger transaction.

import type { Outcome } from '../../ports/transport.ts';
import type { DecideSettlements, MessageChange, MessageFacts, Settlement, SettleStore } from '../../ports/store/settle.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import type { MessageState } from '../../domain/message.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import { type Currency, minus, toMicros, ZERO } from '../../values/money.ts';
import type { Phone } from '../../values/phone.ts';
import type { Instant } from '../../values/time.ts';
import type { Book } from './book.ts';
import type { Sqlite } from './database.ts';
import type { PriceStore } from './prices.ts';
import type { SenderStore } from './senders.ts';

export type Settler = {
  /** Applies outcomes in order; one settlement each. Call it inside `write`. */
  readonly apply: (outcomes: readonly Outcome[], at: Instant, decide: DecideSettlements) => readonly Settlement[];
};

type SettlerParts = { readonly sqlite: Sqlite; readonly book: Book; readonly prices: PriceStore; readonly senders: SenderStore };

const FIND_MESSAGE = /* sql */ `
  SELECT m.sender_id, m.state, m.attempt, m.run_id, m.price, m.held, m.hold_bucket_id, c.phone
  FROM message m
  JOIN contact c ON c.id = m.contact_id
  WHERE m.id = ?`;

const CHANGE_MESSAGE = /* sql */ `
  UPDATE message SET
    state = ?,
    held = ?,
    reason = ?,
    changed_at = ?,
    not_before = ifnull(?, not_before),
    expires_at = ifnull(?, expires_at),
    provider_id = ifnull(?, provider_id),
    key = iif(?, NULL, key),
    worker_id = NULL
  WHERE id = ?`;

type MessageRow = readonly [SenderId, MessageState, bigint, bigint | null, bigint, bigint, bigint, Phone | null];

/** The settler of one connection. */
export function createSettler({ sqlite, book, prices, senders }: SettlerParts): Settler {
  const load = (id: MessageId): MessageFacts | undefined => {
    const row = sqlite.prepareExact(FIND_MESSAGE).raw().get(id) as MessageRow | undefined;
    if (row === undefined) return undefined;
    const [senderId, state, attempt, runId, price, held, holdBucketId, phone] = row;
    return {
      id,
      sender: senders.byId(senderId),
      state,
      attempt: Number(attempt),
      runId: runId === null ? null : Number(runId),
      phone,
      price: toMicros(price),
      held: toMicros(held),
      holdBucket: book.bucket(Number(holdBucketId)),
    };
  };
  return {
    apply: (outcomes, at, decide) => {
      const inForce = prices.book(); // asked once: looking whether the cards changed takes longer than deciding
      const messages = new Map<MessageId, MessageFacts | undefined>();
      const changes = new Map<MessageId, MessageChange>();
      const entries: LedgerEntry[] = [];
      const settlements = outcomes.map((outcome): Settlement => {
        const id = outcome.messageId;
        const message = messages.has(id) ? messages.get(id) : load(id);
        if (message === undefined) return unknownMessage(outcome);
        const { change, entry } = decide(message, outcome, inForce, at);
        if (entry !== null) entries.push(entry);
        if (change !== null) changes.set(id, mergeChanges(changes.get(id), change));
        messages.set(id, change === null ? message : { ...message, state: change.state, held: change.held });
        return toSettlement(message, change, entry);
      });
      const update = sqlite.prepare(CHANGE_MESSAGE);
      for (const [id, change] of changes) update.run(...changeRow(change), id);
      book.post(entries);
      return settlements;
    },
  };
}

/** The settle slice of the port. */
export function createSettleStore({ sqlite, settler }: { readonly sqlite: Sqlite; readonly settler: Settler }): SettleStore {
  return {
    settle: async ({ outcomes, at }, decide) => sqlite.write(() => settler.apply(outcomes, at, decide)),
  };
}

// Several outcomes of one message make one update: the newest state, and every other fact from whoever knew it last.
function mergeChanges(before: MessageChange | undefined, next: MessageChange): MessageChange {
  if (before === undefined) return next;
  return {
    ...next,
    notBefore: next.notBefore ?? before.notBefore,
    expiresAt: next.expiresAt ?? before.expiresAt,
    providerId: next.providerId ?? before.providerId,
    freesKey: next.freesKey || before.freesKey,
  };
}

function changeRow(change: MessageChange): unknown[] {
  return [
    change.state,
    change.held,
    change.reason,
    change.at,
    change.notBefore,
    change.expiresAt,
    change.providerId,
    change.freesKey ? 1 : 0,
  ];
}

function toSettlement(message: MessageFacts, change: MessageChange | null, entry: LedgerEntry | null): Settlement {
  return {
    messageId: message.id,
    known: true,
    from: message.state,
    to: change?.state ?? message.state,
    runId: message.runId,
    reason: change?.reason ?? null,
    currency: message.sender.currency,
    charged: entry?.kind === 'charge' ? entry.posted : ZERO,
    closed: entry === null ? ZERO : minus(ZERO, entry.held),
    free: entry?.kind === 'charge' && entry.bucket.pricingType !== 'regular',
  };
}

function unknownMessage(outcome: Outcome): Settlement {
  return {
    messageId: outcome.messageId,
    known: false,
    from: 'unknown',
    to: 'unknown',
    runId: null,
    reason: null,
    currency: '' as Currency,
    charged: ZERO,
    closed: ZERO,
    free: false,
  };
}
