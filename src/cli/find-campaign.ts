// Finding a campaign that a command names.

import type { Sender } from '../domain/sender.ts';
import { fail } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { CampaignId } from '../values/id.ts';

/** The campaign of this sender. Throws `unknown_campaign`. */
export async function findCampaign(store: Pick<Store, 'findCampaign'>, sender: Sender, name: string): Promise<CampaignId> {
  const id = await store.findCampaign({ senderId: sender.id, name });
  if (id === null) throw unknownCampaign(name, sender.name);
  return id;
}

/** The error for a campaign that nobody sent anything under. */
export function unknownCampaign(name: string, sender: string | null): Error {
  return fail('unknown_campaign', {
    message: sender === null ? `There is no campaign '${name}'.` : `The sender ${sender} has no campaign '${name}'.`,
    hint: 'tollbell campaign list shows the campaigns of a sender.',
    details: { campaign: name },
  });
}
