// The audit of campaigns: what holds one up, or ended it, is what somebody decided last.

import type { Survey } from './survey.ts';

/** Whether each campaign stands as its history says. */
export const CAMPAIGNS: Survey = {
  subject: 'campaign',
  counted: 'SELECT COUNT(*) FROM campaign',
  countedBefore: ['states'],
  facts: /* sql */ `
    SELECT k.name AS id, k.paused_at, k.cancelled_at,
      ifnull((SELECT change FROM campaign_event WHERE campaign_id = k.id ORDER BY sequence DESC LIMIT 1), '') AS last
    FROM campaign k`,
  rules: [
    {
      check: 'states',
      wrong: 'A campaign is paused or cancelled, or is not, against what was decided about it last.',
      when: `(paused_at IS NOT NULL) <> (last = 'pause') OR (cancelled_at IS NOT NULL) <> (last = 'cancel')`,
    },
  ],
};
