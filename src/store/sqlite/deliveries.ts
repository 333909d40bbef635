// What an entry does to the count of deliveries, for every statement that counts the ledger again; and where a delivery is booked as it stands now. The rule itself
// is `deliveriesOf` in domain/ledger.ts.

/** SQL: how many deliveries a line of the ledger puts into its bucket: 1, 0 or -1. */
export function deliveries(line: string): string {
  return `iif(${line}.kind = 'charge', 1, iif(${line}.kind = 'adjustment' AND ${line}.rule IS NOT NULL, iif(${line}.rule = 'taken_back', -1, 1), 0))`;
}

/** SQL: the same for those that are charged. `bucket` is the one of the line. */
export function billable(line: string, bucket: string): string {
  return `iif(${bucket}.pricing_type = 'regular', ${deliveries(line)}, 0)`;
}

/** SQL: true for a line that takes a delivery back, or books it anew. The condition in brackets is that of the index of the few corrections. */
export function isRebooking(line: string): string {
  return `(${line}.kind = 'repricing' OR ${line}.kind = 'adjustment') AND ${line}.kind = 'adjustment' AND ${line}.rule IS NOT NULL`;
}

/** SQL: the line that the delivery of message `@id` stands on: its charge, or where it was booked anew last. Two halves, because each is a partial index. */
export const STANDING = /* sql */ `
  SELECT * FROM (
    SELECT * FROM ledger WHERE message_id = @id AND kind = 'charge'
    UNION ALL
    SELECT l.* FROM ledger l WHERE l.message_id = @id AND ${isRebooking('l')}
  ) WHERE rule IS NOT 'taken_back' ORDER BY sequence DESC LIMIT 1`;
