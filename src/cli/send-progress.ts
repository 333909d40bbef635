// The progress of a send: first how far the file is admitted, then how far it is sent, with the money so far and what the campaign may cost.

import type { App } from '../app.ts';
import type { Sender } from '../domain/sender.ts';
import type { CampaignStore } from '../ports/store/campaigns.ts';
import type { Tally } from '../send/tally.ts';
import type { CampaignId } from '../values/id.ts';
import { type Micros, minus, plus, ZERO } from '../values/money.ts';
import { tellStopping } from './interrupted.ts';
import { openProgress } from './progress.ts';

export type SendProgress = {
  /** Cheap enough to be called for every batch. */
  readonly onProgress: (tally: Tally) => void;
  /** What the tally has queued is sent from now on. */
  readonly onAdmitted: (tally: Tally, campaignId: CampaignId | null) => Promise<void>;
  readonly onStopping: (underWay: number) => void;
  /** Clears the line, so that what comes next starts on an empty one. */
  readonly close: () => void;
};

type Watched = {
  readonly store: Pick<CampaignStore, 'showCampaign'>;
  readonly sender: Sender;
  /** How many rows are going to be admitted. */
  readonly rows: number;
};

/**
 * Shows how far a send is. While it sends, the money is the campaign's, of earlier runs too, beside its cap. Shows nothing with `--quiet`.
 */
export function openSendProgress(
  app: Pick<App, 'io' | 'clock' | 'config' | 'interrupted'>,
  { store, sender, rows }: Watched,
): SendProgress {
  const { currency } = sender;
  let shown = openProgress(app, { label: 'admit', total: rows, currency });
  let show = (tally: Tally): void => shown.update(tally.read, moneyOf(tally));
  return {
    onProgress: (tally) => show(tally),
    onAdmitted: async (tally, campaignId) => {
      if (app.config.quiet) return;
      shown.close();
      const campaign = campaignId === null ? null : await store.showCampaign({ senderId: sender.id, campaignId });
      const before = campaign === null ? ZERO : minus(campaign.used, moneyOf(tally));
      const total = tally.counts.queued;
      shown = openProgress(app, { label: 'send', total, currency, cap: campaign?.cap ?? null });
      show = (now) => shown.update(total - now.counts.queued, plus(before, moneyOf(now)));
    },
    onStopping: (underWay) => {
      shown.close(); // the line begins anew below what is said
      tellStopping(app)(underWay);
    },
    close: () => shown.close(),
  };
}

function moneyOf({ charged, reserved }: Tally): Micros {
  return plus(charged, reserved);
}
