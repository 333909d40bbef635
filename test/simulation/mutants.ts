// Mistakes that are planted in the program to see whether the simulation notices them: each one is a piece of source that is replaced by another. One that it does not
// notice: a settling that ignores the attempt. An answer that lets a message be tried again says that nothing was sent, so that no provider tells of an older attempt.

export type Mutant = {
  readonly mistake: string;
  /** Below src/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** From which seed on it is looked for: the first that notices it, as long as histories stay as they are. */
  readonly seed: number;
};

export const MUTANTS: readonly Mutant[] = [
  {
    mistake: 'what nobody knows the outcome of is sent again',
    file: 'transports/whatsapp/outcome.ts',
    from: 'if (reason !== NOT_CONNECTED) return unknown(asked, reason, title);',
    to: '',
    seed: 1,
  },
  {
    mistake: 'what a dead process had under way is sent again',
    file: 'store/sqlite/take-back.ts',
    from: 'if (diedWithProcess.includes(claim.transport) ||',
    to: 'if (diedWithProcess.includes(claim.transport) || at > 0 ||',
    seed: 5,
  },
  {
    mistake: 'what a living process has under way is taken from it',
    file: 'store/sqlite/outbox.ts',
    from: 'liveness.ifDead(workerId, () => recoveries.push(...takeBack(parts, { workerId, diedWithProcess, at }, rules)));',
    to: 'recoveries.push(...takeBack(parts, { workerId, diedWithProcess, at }, rules));',
    seed: 5,
  },
  {
    mistake: 'consent is asked at the admission only',
    file: 'send/claim.ts',
    from: 'const refusal = refusalOf(facts.gate);',
    to: 'const refusal = null as RefusalReason | null;',
    seed: 25,
  },
  {
    mistake: 'an expired message is sent all the same',
    file: 'send/claim.ts',
    from: "if (at >= expiresAt) return { kind: 'expire' };",
    to: '',
    seed: 2,
  },
  {
    mistake: 'what arrived after all is sent again',
    file: 'send/claim.ts',
    from: 'isDelivered(state) || reason === SENT_AFTER_ALL',
    to: 'false',
    seed: 21,
  },
  {
    mistake: 'a message is sent again while its request is open',
    file: 'send/retry-message.ts',
    from: 'toInstant(changedAt + REQUEST_OVER_MS)',
    to: 'changedAt',
    seed: 17,
  },
  {
    mistake: 'each status of a delivery is charged',
    file: 'send/settle.ts',
    from: 'if (isDelivered(message.state)) return rebooking(message, outcome, step);',
    to: '',
    seed: 1,
  },
  {
    mistake: 'a charge does not end the reservation',
    file: 'send/settle.ts',
    from: '    held: negative(message.held),',
    to: '    held: posted === ZERO ? negative(message.held) : ZERO,',
    seed: 1,
  },
  {
    mistake: 'a release is not counted',
    file: 'store/sqlite/book.ts',
    from: 'count(holdBucketId, holdCounts(entry));',
    to: "if (entry.kind !== 'release') count(holdBucketId, holdCounts(entry));",
    seed: 1,
  },
  {
    mistake: 'a delivery is counted on the day of its reservation',
    file: 'send/book-delivery.ts',
    from: '    day: booking.day,',
    to: '    day: message.holdBucket.day,',
    seed: 1,
  },
  {
    mistake: 'a delivery is priced by the day of UTC',
    file: 'send/book-delivery.ts',
    from: '  const day = dayOf(outcome.at, message.sender.timeZone);\n  // Of',
    to: "  const day = dayOf(outcome.at, 'UTC' as typeof message.sender.timeZone);\n  // Of",
    seed: 1,
  },
  {
    mistake: 'what was free is charged',
    file: 'send/price-delivery.ts',
    from: "if (bucket.pricingType !== 'regular') return",
    to: 'if (false) return',
    seed: 1,
  },
  {
    mistake: 'a delivery is charged in the market of the number that the person has by now',
    file: 'send/book-delivery.ts',
    from: 'hasMoved ? null : (phone ?? userId)',
    to: 'phone ?? userId',
    seed: 10,
  },
  {
    mistake: 'a closed month takes more entries',
    file: 'send/book-delivery.ts',
    from: 'const booking = closedThrough === null ? beside',
    to: 'const booking = closedThrough === null || at > 0 ? beside',
    seed: 8,
  },
  {
    mistake: 'what is admitted by a clock that was set back is reserved in a closed month',
    file: 'send/admit.ts',
    from: 'const booking = bookingAt(due, { at, timeZone, closedThrough });',
    to: 'const booking = bookingAt(due, { at, timeZone, closedThrough: null });',
    seed: 487_481_575,
  },
  {
    mistake: 'a delivery after the end of silence is forgotten',
    file: 'domain/message.ts',
    from: "  expired: { delivered: 'delivered', read: 'read' },",
    to: '  expired: {},',
    seed: 1,
  },
  {
    mistake: 'a delivery after a failure is forgotten',
    file: 'domain/message.ts',
    from: "  failed: { delivered: 'delivered', read: 'read' },",
    to: '  failed: {},',
    seed: 1,
  },
  {
    mistake: 'a late failure takes a delivery back',
    file: 'domain/message.ts',
    from: "  delivered: { read: 'read' },",
    to: "  delivered: { read: 'read', failed: 'failed' },",
    seed: 3,
  },
  {
    mistake: 'silence ends what has just been handed over',
    file: 'domain/message.ts',
    from: 'return toInstant(handedOverAt + ttlMs + SILENCE_GRACE_MS);',
    to: 'return toInstant(handedOverAt + 60_000);',
    seed: 1,
  },
  {
    mistake: 'a budget is read before the transaction that spends it',
    file: 'store/sqlite/budgets.ts',
    from: 'return term === null ? [] : [useIn(budget, term)];',
    to: `if (term === null) return [];
        const read: Map<string, BudgetUse> = ((globalThis as Record<string, unknown>)['read'] ??= new Map()) as never;
        const before = read.get(budget.id) ?? useIn(budget, term);
        read.set(budget.id, useIn(budget, term));
        return [before];`,
    seed: 3,
  },
  {
    mistake: 'the limit of a pair is ignored',
    file: 'store/sqlite/pace.ts',
    from: 'return { until: nextAllowedAt(PAIR_LIMIT, dueAtOf(sqlite, sender.id, contactId)), reason: null };',
    to: '{}',
    seed: 19,
  },
  {
    mistake: 'the rate of a number is ignored',
    file: 'store/sqlite/pace.ts',
    from: 'room: numberAllowance(rate, before, at),',
    to: 'room: 500,',
    seed: 1,
  },
  {
    mistake: 'a key is not kept',
    file: 'store/sqlite/admit.ts',
    from: 'request.key === null ? null : placedKey(request.key, message.contactId),',
    to: 'null,',
    seed: 6,
  },
  {
    mistake: 'what was sent to a number is forgotten when somebody else has it',
    file: 'store/sqlite/kept.ts',
    from: "'phone' in to && hasAnybodyMoved",
    to: "'phone' in to && hasAnybodyMoved && contactId === null",
    seed: 444,
  },
  {
    mistake: 'a webhook is answered before it is written',
    file: 'server/webhook.ts',
    from: 'if (believed.length > 0) await group.submit(believed);',
    to: 'if (believed.length > 0) group.submit(believed).catch(() => undefined);',
    seed: 3,
  },
  {
    mistake: 'the disk is not waited for',
    file: 'store/sqlite/open.ts',
    from: 'PRAGMA synchronous = FULL;',
    to: 'PRAGMA synchronous = NORMAL;',
    seed: 2,
  },
  {
    mistake: 'a stop does not move to the person whom somebody turned out to be',
    file: 'store/sqlite/merge.ts',
    from: '  return takeStops(sqlite, merge);',
    to: '  return [];',
    seed: 3,
  },
  {
    mistake: 'a status of a message to an old number teaches who they were',
    file: 'store/sqlite/inbound-statuses.ts',
    from: 'if (hasMoved) return undefined;',
    to: '',
    seed: 28,
  },
  {
    mistake: 'what is queued keeps its category when its template moves',
    file: 'send/reprice.ts',
    from: '{ ...holdBucket, category }',
    to: 'holdBucket',
    seed: 41,
  },
  {
    mistake: 'a person is not heard where the provider says that they have stopped marketing',
    file: 'send/settle.ts',
    from: "if (kind !== 'failed' && kind !== 'rejected') return null;",
    to: 'return null;',
    seed: 1,
  },
];
