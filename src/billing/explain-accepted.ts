// What was accepted of the line that a message counts in: an amount of the whole line, which belongs to no single message.

import type { EntryEvidence, MessageEvidence } from '../ports/store/evidence.ts';
import type { AcceptedEntry, DeliveryKind, ReconcileStore } from '../ports/store/reconcile.ts';
import { dayOf, monthOf } from '../values/time.ts';
import { standing } from './explain.ts';
import { isOfLine } from './reconcile-lines.ts';

/** The amounts that comparisons with the provider booked for the line of this message; none where it has no charge. */
export async function acceptedFor(store: Pick<ReconcileStore, 'acceptedOf'>, evidence: MessageEvidence): Promise<readonly AcceptedEntry[]> {
  const booked = standing(evidence.entries);
  if (booked === undefined) return [];
  const kind = kindOf(evidence, booked);
  const accepted = await store.acceptedOf({ messageId: evidence.record.id, month: monthOf(kind.day) });
  return accepted.filter(({ line }) => isOfLine(line, kind));
}

function kindOf({ phone, userId, timeZone }: MessageEvidence, { eventAt, market, category, pricingType }: EntryEvidence): DeliveryKind {
  const origin = phone?.slice(0, 5) ?? userId?.slice(0, 2) ?? null;
  return { day: dayOf(eventAt, timeZone), market, origin, category, pricingType };
}
