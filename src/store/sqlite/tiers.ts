// Where the months stand in their volume tiers, on SQLite. Nothing here writes: what is pending is booked by closing.

import { LATE_RANGE, monthOfEvent } from '../../domain/closing.ts';
import type { Sender } from '../../domain/sender.ts';
import type { TierFilter, TierGroup, TierStore } from '../../ports/store/tiers.ts';
import type { MessageId, SenderId } from '../../values/id.ts';
import { type Day, type Month, monthDays } from '../../values/time.ts';
import type { Book } from './book.ts';
import type { Sqlite } from './database.ts';
import { STANDING } from './deliveries.ts';
import type { PriceStore } from './prices.ts';
import type { SenderStore } from './senders.ts';
import { tierFacts } from './tier-facts.ts';

export type TierParts = {
  readonly sqlite: Sqlite;
  readonly book: Book;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
};

// Most stores have no tiers, and a report is read all the time.
const ANY = /* sql */ `
  SELECT EXISTS (SELECT 1 FROM price WHERE tier_from > 0)
    OR EXISTS (SELECT 1 FROM ledger WHERE reference >= 'tier:' AND reference < 'tier;')
    OR EXISTS (SELECT 1 FROM inbound_event WHERE kind = 'account')`;

const MONTHS = /* sql */ `
  SELECT DISTINCT substr(day, 1, 7) FROM bucket WHERE day >= @from AND day < @to
  UNION
  SELECT substr(reference, ${LATE_RANGE.from.length + 1}) FROM ledger WHERE reference >= '${LATE_RANGE.from}' AND reference < '${LATE_RANGE.to}'
  ORDER BY 1`;

// One sender for each account and currency whose messages are counted together.
const COUNTED_TOGETHER = /* sql */ `
  SELECT MIN(id) FROM sender WHERE @senderId IS NULL OR id = @senderId GROUP BY account_id, currency ORDER BY currency, account_id`;

const CHARGE = /* sql */ `SELECT bucket_id, reference FROM (${STANDING})`;

/** The tiers slice of the port. */
export function createTierStore(parts: TierParts): TierStore {
  const { sqlite, prices, senders, book } = parts;
  const isAny = (): boolean => sqlite.prepare(ANY).pluck().get() === 1;
  return {
    tierGroups: async (filter, tiers) =>
      sqlite.read(() => {
        if (!isAny()) return [];
        const together = sendersOf(parts, filter.senderId);
        const months = monthsIn(sqlite, filter);
        const cards = prices.book(filter.asOf);
        return months.flatMap((month) =>
          together.flatMap((sender) => tiers(tierFacts(sqlite, sender, { month, asOf: filter.asOf }), cards).flatMap(sharesOf(filter))),
        );
      }),
    tierOf: async (messageId, tiers) =>
      sqlite.read(() => {
        const charge = isAny() ? chargeOf(sqlite, messageId) : undefined;
        if (charge === undefined) return null;
        const bucket = book.bucket(charge.bucketId);
        const month = monthOfEvent({ bucket, reference: charge.reference });
        const groups = tiers(tierFacts(sqlite, senders.byId(bucket.senderId), { month, asOf: null }), prices.book());
        const group = groups.find(({ market, category }) => market === bucket.market && category === bucket.category);
        if (group === undefined || bucket.pricingType !== 'regular') return null;
        const isOwn = ({ bucket: { senderId, template, campaignId, costCenter } }: TierGroup['shares'][number]): boolean =>
          senderId === bucket.senderId &&
          template === bucket.template &&
          campaignId === bucket.campaignId &&
          costCenter === bucket.costCenter;
        return { ...group, shares: group.shares.filter(isOwn) };
      }),
  };
}

function sendersOf({ sqlite, senders }: TierParts, senderId: SenderId | null): readonly Sender[] {
  return (sqlite.prepare(COUNTED_TOGETHER).pluck().all({ senderId }) as SenderId[]).map((id) => senders.byId(id));
}

function monthsIn(sqlite: Sqlite, { period }: TierFilter): readonly Month[] {
  const months = sqlite.prepare(MONTHS).pluck().all({ from: period.from, to: period.to }) as Month[];
  return months.filter((month) => isWithin(monthDays(month), period));
}

function isWithin(month: { readonly from: Day; readonly to: Day }, period: TierFilter['period']): boolean {
  return month.from >= period.from && month.to <= period.to;
}

function sharesOf({ senderId }: TierFilter): (group: TierGroup) => readonly TierGroup[] {
  if (senderId === null) return (group) => [group];
  return (group) => {
    const shares = group.shares.filter(({ bucket }) => bucket.senderId === senderId);
    return shares.length === 0 ? [] : [{ ...group, shares }];
  };
}

function chargeOf(sqlite: Sqlite, messageId: MessageId): { readonly bucketId: number; readonly reference: string | null } | undefined {
  const row = sqlite.prepare(CHARGE).raw().get({ id: messageId }) as readonly [number, string | null] | undefined;
  return row === undefined ? undefined : { bucketId: row[0], reference: row[1] };
}
