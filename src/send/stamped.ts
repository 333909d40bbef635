// Recipients with the stamps that make them happen once.

import { dialled } from '../domain/wa-id.ts';
import type { KeyedDigest } from '../ports/host.ts';
import type { Addressee } from '../ports/store/admit.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import type { CampaignId } from '../values/id.ts';
import { addresseeText, resolveAddressees } from './addressees.ts';
import { campaignMark, contentDigest, derivedStamp, explicitStamp, type Stamp } from './key.ts';
import type { Recipient } from './recipients.ts';

/** `stamp` is null for a send that is new each time. `aliases` are the stamps that it has or had where the person is named in another way. */
export type StampedRecipient = {
  readonly recipient: Recipient;
  readonly to: Addressee;
  readonly stamp: Stamp | null;
  readonly aliases: readonly Stamp[];
};

export type StampHost = {
  readonly store: Pick<DirectoryStore, 'findContacts' | 'formerContacts'>;
  /** Asked for only when something is stamped: reading the key and loading the digest take a few milliseconds of a start. */
  readonly digest: () => Promise<KeyedDigest>;
};

export type StampPlan = {
  /** Null for free-form text. */
  readonly template: string | null;
  readonly campaignId: CampaignId | null;
  /** Gives every row a key made of campaign, recipient, template and parameters, unless it has one of its own. */
  readonly derivesKeys: boolean;
  /** False for whom no derived key is needed, since nobody has the same one; without it all get theirs. */
  readonly needsKey?: (recipient: Recipient, to: Addressee) => boolean;
};

const NONE: readonly never[] = [];

/** Stamps recipients, in their order. */
export async function stampRecipients(
  host: StampHost,
  plan: StampPlan,
  recipients: readonly Recipient[],
): Promise<readonly StampedRecipient[]> {
  const named = await resolveAddressees(host.store, recipients);
  if (!plan.derivesKeys && recipients.every(({ key }) => key === null)) {
    return recipients.map((recipient) => ({ recipient, to: named(recipient).to, stamp: null, aliases: NONE }));
  }
  const digest = await host.digest();
  const mark = campaignMark(digest, plan.campaignId);
  const stampFor = ({ key, identity, content }: Recipient, to: string): Stamp => {
    const contentBytes = contentDigest(digest, { to, template: plan.template ?? '', content: identity ?? content });
    return key === null ? derivedStamp(mark, contentBytes) : explicitStamp(digest, { key, contentBytes });
  };
  return recipients.map((recipient) => {
    const { to, formerly } = named(recipient);
    if (recipient.key === null && plan.needsKey?.(recipient, to) === false) return { recipient, to, stamp: null, aliases: NONE };
    const stamp = stampFor(recipient, dialled(addresseeText(to))); // one number has one key, in whichever writing
    const aliases = formerly.length === 0 ? NONE : formerly.map((id) => stampFor(recipient, id));
    return { recipient, to, stamp, aliases };
  });
}
