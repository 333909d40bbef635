// What the provider knows of a campaign, and what the store makes of it: nothing lost, nothing sent twice, nothing charged wrongly, and all that is unknown said.

import Database from 'better-sqlite3';
import { auditBooks } from '../audit.ts';
import type { Channel } from '../channel.ts';

export type Truth = {
  /** Rows that neither the provider has nor the store accounts for. */
  readonly lost: number;
  readonly sentTwice: number;
  readonly chargedTwice: number;
  /** Deliveries without a charge, and charges without a delivery. */
  readonly chargedWrongly: number;
  /** Messages that nobody can say anything of in the end: of the dead, and of connections that broke. */
  readonly unknown: { readonly ofTheDead: number; readonly all: number; readonly reported: number; readonly ofThemSent: number };
  readonly flaws: readonly string[];
};

/** A message as the provider has it. */
export type Provided = { readonly to: string; readonly status: string; readonly statuses: readonly { readonly webhook: string }[] };
type Kept = { readonly phone: string; readonly state: string; readonly reason: string | null; readonly charges: number };

const KEPT = /* sql */ `
  SELECT c.phone, m.state, m.reason, (SELECT COUNT(*) FROM ledger WHERE message_id = m.id AND kind = 'charge') AS charges
  FROM message m JOIN contact c ON c.id = m.contact_id`;

/** What must be so whatever happened to the processes. */
export const AS_IT_SHOULD_BE = { lost: 0, sentTwice: 0, chargedTwice: 0, chargedWrongly: 0, flaws: [] };

/** Compares what the store keeps of these numbers, one message to each, with what the provider has. */
export async function compare(channel: Channel, numbers: readonly string[]): Promise<Truth> {
  const { messages } = (await channel.emulator('/messages')) as { readonly messages: readonly Provided[] };
  const provided = byNumber(messages, ({ to }) => to);
  const kept = byNumber(askStore<Kept>(channel.db, KEPT), (row) => row.phone);
  const unknown = [...kept.values()].flat().filter(({ state }) => state === 'unknown');
  const isLost = (number: string): boolean =>
    kept.get(number)?.length !== 1 || (provided.get(number) === undefined && kept.get(number)?.[0]?.state === 'delivered');
  const isWrong = (number: string): boolean => {
    const isDelivered = provided.get(number)?.some(({ status }) => status === 'delivered' || status === 'read') ?? false;
    return (kept.get(number)?.[0]?.charges ?? 0) !== (isDelivered ? 1 : 0);
  };
  const verified = channel.run('verify');
  return {
    lost: numbers.filter(isLost).length,
    sentTwice: numbers.filter((number) => (provided.get(number)?.length ?? 0) > 1).length,
    chargedTwice: [...kept.values()].flat().filter(({ charges }) => charges > 1).length,
    chargedWrongly: numbers.filter(isWrong).length,
    unknown: {
      ofTheDead: unknown.filter(({ reason }) => reason === 'process_died').length,
      all: unknown.length,
      reported: (channel.mustRun('message', 'list', '--state', 'unknown', '--limit', '1000') as { readonly items: readonly unknown[] })
        .items.length,
      ofThemSent: unknown.filter((row) => provided.has(row.phone)).length,
    },
    flaws: [...auditBooks(channel.db), ...(verified.code === 0 ? [] : [verified.out + verified.err])],
  };
}

function byNumber<Item>(items: readonly Item[], numberOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(numberOf(item), [...(groups.get(numberOf(item)) ?? []), item]);
  return groups;
}

/** The rows of a query on a store file. */
export function askStore<Row>(db: string, sql: string): Row[] {
  const connection = new Database(db, { readonly: true });
  try {
    return connection.prepare(sql).all() as Row[];
  } finally {
    connection.close();
  }
}
