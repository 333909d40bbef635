// What a send may come to, counted while its dry run asks.

import type { Sender } from '../domain/sender.ts';
import { createEstimateMeter } from '../domain/estimate.ts';
import { DELIVERY_TTL_MS, queueExpiry } from '../domain/message.ts';
import { createPriceBook } from '../domain/price-book.ts';
import type { Store } from '../ports/store.ts';
import type { Admission } from '../ports/store/admit.ts';
import { dayOf, type Instant } from '../values/time.ts';
import { chargedSoFar, toEstimate } from './estimate-view.ts';

export type SendEstimate = {
  readonly count: (admission: Admission) => void;
  /** The estimate of what was counted; null for a send that was no dry run. */
  readonly end: () => Promise<ReturnType<typeof toEstimate> | null>;
};

type Parts = { readonly store: Store; readonly sender: Sender; readonly at: Instant; readonly dryRun: boolean };

/** An estimate of nothing. It counts what would be admitted, and for a send that is none of it. */
export function startEstimate({ store, sender, at, dryRun }: Parts): SendEstimate {
  const meter = createEstimateMeter();
  let lastDue = at;
  return {
    count: (admission) => {
      if (!dryRun || admission.kind !== 'admitted') return;
      const { market, category, price: reserved, isFreeNow, dueAt } = admission.message;
      if (dueAt !== null && dueAt > lastDue) lastDue = dueAt;
      meter.add({ market, category, units: 1, reserved, isFreeNow });
    },
    end: async () => {
      if (!dryRun) return null;
      const { currency, timeZone } = sender;
      const [from, to] = [dayOf(at, timeZone), dayOf(queueExpiry(lastDue, DELIVERY_TTL_MS), timeZone)];
      const cards = (await store.listPriceCards({ currency })).map(({ card }) => card);
      return toEstimate(meter.groups(), {
        book: createPriceBook(cards),
        currency,
        from,
        to,
        charged: await chargedSoFar(store, currency, from),
      });
    },
  };
}
