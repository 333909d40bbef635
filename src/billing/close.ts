// Closing a month: when it may be closed, and in which order. Pure, but for the one operation that does it.

import type { Sender } from '../domain/sender.ts';
import { type AppError, fail } from '../errors.ts';
import type { CloseDecision, Closed, ClosingStore, DecideClose } from '../ports/store/closing.ts';
import { type Instant, dayOf, type Month, monthDays, monthOf } from '../values/time.ts';
import { decideTiers } from './tiers.ts';

/** A month is closed when it is over in the sender's zone, after the months before it in which anything was booked, and once. */
const decideClose: DecideClose = ({ sender, month, at, closings, firstMonth }) => {
  const before = closings.find((closing) => closing.month === month);
  if (before !== undefined) return { kind: 'closed_before', closing: before };
  if (monthOf(dayOf(at, sender.timeZone)) <= month) return { kind: 'still_open' };
  const newest = closings.at(-1)?.month ?? null;
  if (newest !== null && month < newest) return { kind: 'passed_over', newest };
  const next = newest === null || (firstMonth !== null && firstMonth > newest) ? firstMonth : monthAfter(newest);
  return next !== null && next < month ? { kind: 'earlier_open', earlier: next } : { kind: 'close' };
};

function monthAfter(month: Month): Month {
  return monthOf(monthDays(month).to);
}

export type ClosedMonth = Extract<Closed, { adjusted: unknown }>;

/**
 * Closes a month of a sender. Throws `period_open` while it runs or an earlier one is open, `invalid_input` where a later one is closed. Closing it again changes
 * nothing, and completes a digest.
 */
export async function closeMonth(
  store: Pick<ClosingStore, 'closeMonth'>,
  { sender, month, at, by }: { readonly sender: Sender; readonly month: Month; readonly at: Instant; readonly by: string },
): Promise<ClosedMonth> {
  const closed = await store.closeMonth({ senderId: sender.id, month, at, by }, { close: decideClose, tiers: decideTiers });
  if ('closing' in closed) return closed;
  throw notClosed(sender, month, { ...closed, at });
}

function notClosed(
  { name, timeZone }: Sender,
  month: Month,
  { decision, at }: { readonly decision: CloseDecision; readonly at: Instant },
): AppError {
  if (decision.kind === 'passed_over') {
    const { newest } = decision;
    return fail('invalid_input', {
      message: `month: ${month} of ${name} was passed over: ${newest} is closed, and nothing is booked before it any more.`,
      hint: `The next month to close is ${monthAfter(newest)}.`,
      details: { month, newest },
    });
  }
  if (decision.kind === 'earlier_open') {
    const { earlier } = decision;
    return fail('period_open', {
      message: `${month} of ${name} cannot be closed before ${earlier}.`,
      hint: `Close the months in their order: tollbell bill-close ${earlier}.`,
      details: { month, earlier },
    });
  }
  return fail('period_open', {
    message: `${month} ${monthOf(dayOf(at, timeZone)) < month ? 'has not begun' : 'still runs'} for ${name}, whose months end in the zone ${timeZone}.`,
    hint: `It can be closed from ${monthDays(month).to} on.`,
    details: { month, from: monthDays(month).to },
  });
}
