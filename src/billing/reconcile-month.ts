// The order of a comparison: the books are read, compared, corrected where somebody accepts the differences, and the messages behind what is left are looked up.

import type { Sender } from '../domain/sender.ts';
import { createPriceBook } from '../domain/price-book.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import type { Acceptance, Accepted, ReconcileStore } from '../ports/store/reconcile.ts';
import type { MessageId } from '../values/id.ts';
import type { Instant, Month } from '../values/time.ts';
import { acceptances, isDifference, type Judged, lineFinder, reconcile } from './reconcile.ts';
import { type Cause, causesOf } from './reconcile-causes.ts';
import type { BilledMonth } from './reconcile-lines.ts';
import { decideTiers } from './tiers.ts';

/** What the books are compared with: a file, or the provider's own figures. `digest` is of what it says, whatever the order. */
export type Source = Pick<BilledMonth, 'lines' | 'tells'> & {
  readonly kind: 'provider' | 'file';
  readonly name: string;
  readonly digest: string;
};

/** `behind`: of a line that differs, oldest first; where they have more, those that may have been delivered without our knowing. */
export type ExplainedLine = Judged & { readonly causes: readonly Cause[]; readonly behind: readonly MessageId[] };

export type Reconciled = {
  readonly lines: readonly ExplainedLine[];
  readonly accepted: readonly Accepted[];
  /** How many entries of the month a report has in another one, where they were booked. */
  readonly elsewhere: number;
};

export type Comparison = {
  readonly sender: Sender;
  readonly month: Month;
  readonly source: Source;
  /** Null where nothing is to be booked. `confirm` sees what would be, and throws where a person thinks better of it. */
  readonly adjust: {
    readonly at: Instant;
    readonly by: string;
    readonly confirm: (wanted: readonly Acceptance[]) => Promise<void>;
  } | null;
};

/** The lines of the month as they stand at the end, with what is likely behind those that differ, and what was booked. */
export async function reconcileMonth(
  store: ReconcileStore & Pick<DirectoryStore, 'listPriceCards'>,
  comparison: Comparison,
): Promise<Reconciled> {
  const { sender, month, source } = comparison;
  const of = { senderId: sender.id, month };
  const cards = await store.listPriceCards({ currency: sender.currency });
  const billed = {
    month,
    currency: sender.currency,
    lines: source.lines,
    tells: source.tells,
    prices: createPriceBook(cards.map(({ card }) => card)),
  };
  const accepted = await accept(store, comparison, billed);
  const books = await store.booksOf(of, decideTiers);
  const lines = reconcile(books, billed);
  const behind = lines.some(isDifference) ? await store.messagesBehind(of, lineFinder(lines, books, billed)) : new Map<string, never[]>();
  return {
    accepted,
    elsewhere: await store.bookedElsewhere(of),
    lines: lines.map((line) => {
      const isShort = line.theirs.units > line.ours.units;
      const messages = (behind.get(line.name) ?? []).filter(({ state }) => !isShort || state !== null);
      return { ...line, causes: causesOf(line, messages), behind: messages.map(({ id }) => id) };
    }),
  };
}

// Only what was shown is booked: a line that has changed since is left to the next comparison.
async function accept(
  store: ReconcileStore,
  { sender, month, source, adjust }: Comparison,
  billed: BilledMonth,
): Promise<readonly Accepted[]> {
  if (adjust === null) return [];
  const of = { senderId: sender.id, month };
  const wanted = acceptances(reconcile(await store.booksOf(of, decideTiers), billed), month, source);
  if (wanted.length === 0) return [];
  await adjust.confirm(wanted);
  const shown = new Map(wanted.map(({ line, amount }) => [line, amount]));
  return store.accept(
    { ...of, at: adjust.at, by: adjust.by },
    {
      tiers: decideTiers,
      decide: (books) => acceptances(reconcile(books, billed), month, source).filter(({ line, amount }) => shown.get(line) === amount),
    },
  );
}
