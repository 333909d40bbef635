// Where the reservations of a batch count.

import type { Bucket } from '../domain/ledger.ts';
import type { AdmissionFacts } from '../ports/store/admit.ts';

/** What the messages of a batch may differ in. */
export type BucketKey = Pick<Bucket, 'day' | 'market' | 'category' | 'template' | 'costCenter'>;

/**
 * The buckets of one batch. Equal ones share one object, so that the book finds their number once per batch. There are few in a batch: looking through them takes less
 * than a name for each message.
 */
export function createBucketFinder({ sender, campaignId }: Pick<AdmissionFacts, 'sender' | 'campaignId'>): (key: BucketKey) => Bucket {
  const buckets: Bucket[] = [];
  return ({ day, market, category, template, costCenter }) => {
    const known = buckets.find(
      (bucket) =>
        bucket.market === market &&
        bucket.costCenter === costCenter &&
        bucket.category === category &&
        bucket.day === day &&
        bucket.template === template,
    );
    if (known !== undefined) return known;
    const bucket: Bucket = {
      day,
      accountId: sender.accountId,
      senderId: sender.id,
      market,
      category,
      pricingType: 'regular',
      currency: sender.currency,
      template,
      campaignId: campaignId ?? '',
      costCenter,
    };
    buckets.push(bucket);
    return bucket;
  };
}
