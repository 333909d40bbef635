// Recipients with the stamps that make them happen once, in the order of their keys.

import type { KeyedDigest } from '../ports/host.ts';
import type { Addressee } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import type { CampaignId } from '../values/id.ts';
import { addresseeText, resolveAddressees } from './addressees.ts';
import { campaignMark, contentDigest, derivedStamp, explicitStamp, keyOrder, type Stamp } from './key.ts';
import type { Recipient } from './recipients.ts';

/** `stamp` is null for a send that is new each time. */
export type StampedRecipient = { readonly recipient: Recipient; readonly to: Addressee; readonly stamp: Stamp | null };

export type StampHost = {
  readonly store: Pick<DirectoryStore, 'findContacts'>;
  /** Asked for only when something is stamped: reading the key and loading the digest take a few milliseconds of a start. */
  readonly digest: () => Promise<KeyedDigest>;
};

export type StampPlan = {
  /** Null for free-form text. */
  readonly template: string | null;
  readonly campaignId: CampaignId | null;
  /** Gives every row a key made of campaign, recipient, template and parameters, unless it has one of its own. */
  readonly derivesKeys: boolean;
};

/** Stamps recipients. Rows with derived keys come back in the order of their keys, in which the store takes them fastest. */
export async function stampRecipients(
  host: StampHost,
  plan: StampPlan,
  recipients: readonly Recipient[],
): Promise<readonly StampedRecipient[]> {
  const addressee = await resolveAddressees(host.store, recipients);
  if (!plan.derivesKeys && recipients.every(({ key }) => key === null)) {
    return recipients.map((recipient) => ({ recipient, to: addressee(recipient), stamp: null }));
  }
  const digest = await host.digest();
  const mark = campaignMark(digest, plan.campaignId);
  const stamped = recipients.map((recipient) => {
    const to = addressee(recipient);
    const contentBytes = contentDigest(digest, {
      to: addresseeText(to),
      template: plan.template ?? '',
      content: recipient.identity ?? recipient.content,
    });
    const stamp = recipient.key === null ? derivedStamp(mark, contentBytes) : explicitStamp(digest, { key: recipient.key, contentBytes });
    return { recipient, to, stamp, order: keyOrder(stamp) };
  });
  return plan.derivesKeys ? stamped.sort((left, right) => left.order - right.order) : stamped;
}
