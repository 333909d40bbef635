// A campaign in words, and what to do about files that were not admitted to their end.

import { printable } from '../values/text.ts';
import type { CampaignView } from './campaign-item.ts';
import type { Style } from './render.ts';

/** Three lines: how far it is, how fast, and its money. */
export function campaignText(item: CampaignView, style: Style): string {
  const { campaign, status, messages, counts, rate, reserved, charged, cap, left, currency, paused } = item;
  const shown = Object.entries(counts).filter(([, number]) => number > 0);
  const why = paused === null ? '' : ` since ${paused.at} by ${paused.by}${paused.reason === null ? '' : `: ${paused.reason}`}`;
  const speed = rate === 0 ? '' : `, ${rate} a second`;
  const budget = cap === null ? '' : `; cap ${cap} ${currency}, ${left ?? ''} ${currency} left`;
  return [
    `${style.strong(printable(campaign))} of ${item.sender} is ${status}${printable(why)}`,
    `${messages} messages${shown.length === 0 ? '' : `: ${shown.map(([name, number]) => `${number} ${name}`).join(', ')}`}${speed}`,
    `charged ${charged} ${currency}, reserved ${reserved} ${currency}${budget}`,
  ].join('\n');
}

/** A line where a file was not admitted to its end: nobody but who has the file can go on with it, and nobody at all once it is cancelled. */
export function unfinishedText({ unfinished, status }: Pick<CampaignView, 'unfinished' | 'status'>): readonly string[] {
  if (unfinished.length === 0) return [];
  const files = [...new Set(unfinished)].map(printable).join(', ');
  if (status === 'cancelled') return [`Not admitted to the end: ${files}.`];
  return [`Not admitted to the end: ${files}. Where nobody is at it any more, run that send again: what was admitted is not sent twice.`];
}
