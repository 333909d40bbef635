// What was accepted of the line that a message counts in: an amount of the whole line, which belongs to no single message.

import { PRICING_TYPES, type PricingType } from '../domain/message.ts';
import type { EntryEvidence, MessageEvidence } from '../ports/store/evidence.ts';
import type { AcceptedEntry, DeliveryKind, ReconcileStore } from '../ports/store/reconcile.ts';
import { dayOf, monthOf } from '../values/time.ts';
import { isOfLine } from './reconcile-lines.ts';

/** The amounts that comparisons with the provider booked for the line of this message; none where it has no charge. */
export async function acceptedFor(store: Pick<ReconcileStore, 'acceptedOf'>, evidence: MessageEvidence): Promise<readonly AcceptedEntry[]> {
  const charge = evidence.entries.find(({ kind }) => kind === 'charge');
  if (charge === undefined) return [];
  const kind = kindOf(evidence, charge);
  const accepted = await store.acceptedOf({ messageId: evidence.record.id, month: monthOf(kind.day) });
  return accepted.filter(({ line }) => isOfLine(line, kind));
}

function kindOf(
  { entries, phone, userId, timeZone }: MessageEvidence,
  { eventAt, market, category, pricingType }: EntryEvidence,
): DeliveryKind {
  const word = entries.findLast(({ kind, rule }) => kind === 'adjustment' && rule !== null);
  return {
    day: dayOf(eventAt, timeZone),
    market,
    origin: phone?.slice(0, 5) ?? userId?.slice(0, 2) ?? null,
    category,
    pricingType: word === undefined ? pricingType : wordOf(word),
  };
}

function wordOf({ rule, providerType }: EntryEvidence): PricingType {
  if (rule !== 'free') return 'regular';
  return PRICING_TYPES.find((known) => known === providerType) ?? 'free_customer_service';
}
