// A campaign as commands show it: how far it is, what it has cost, and who decided what about it.

import * as z from 'zod/mini';
import { CAMPAIGN_CHANGES, CAMPAIGN_STATUSES, claimRate, type Pulse, unfinishedRuns } from '../domain/campaign.ts';
import type { MessageState } from '../domain/message.ts';
import type { Sender } from '../domain/sender.ts';
import type { CampaignEvent, CampaignRecord, CampaignRun } from '../ports/store/campaigns.ts';
import { formatAmount, minus } from '../values/money.ts';
import { formatInstant, type Instant } from '../values/time.ts';
import { instantTextOut, moneyText } from './shapes.ts';

const count = z.int();

/** The JSON of a campaign. */
export const CampaignItem = z.object({
  campaign: z.string(),
  sender: z.string(),
  status: z
    .enum(CAMPAIGN_STATUSES)
    .check(
      z.describe(
        'active: something waits or is on its way; unfinished: nothing does, but a file was not admitted to its end; done: all is over',
      ),
    ),
  created_at: instantTextOut,
  last_activity_at: instantTextOut.check(z.describe('when something was last admitted, claimed or decided')),
  messages: count.check(z.describe('all that were admitted')),
  counts: z.object({
    queued: count,
    scheduled: count.check(z.describe('waits for its time')),
    sending: count,
    accepted: count.check(z.describe('handed over; sent counts here')),
    delivered: count.check(z.describe('read counts here')),
    failed: count,
    cancelled: count,
    expired: count.check(z.describe('its time ran out before it was sent')),
    unknown: count,
  }),
  rate: z.number().check(z.describe('messages a second that were begun in the newest 10 to 20 seconds')),
  currency: z.string(),
  reserved: moneyText,
  charged: moneyText.check(z.describe('with what was adjusted')),
  cap: z.nullable(moneyText).check(z.describe('the hard budget for each campaign as a whole; null: none')),
  left: z.nullable(moneyText).check(z.describe('of the cap; below zero where it was lowered under what is used')),
  paused: z.nullable(z.object({ at: instantTextOut, by: z.string(), reason: z.nullable(z.string()) })),
  unfinished: z
    .array(z.string())
    .check(
      z.describe(
        'files that were not admitted to their end: they are being read, or that was cut short; run their send again, unless the campaign is cancelled',
      ),
    ),
});

export type CampaignView = z.output<typeof CampaignItem>;

const COUNTS = ['queued', 'scheduled', 'sending', 'accepted', 'delivered', 'failed', 'cancelled', 'expired', 'unknown'] as const;

/** The columns of a campaign in CSV. */
export const CAMPAIGN_COLUMNS = [
  'campaign',
  'sender',
  'status',
  'created_at',
  'last_activity_at',
  'messages',
  ...COUNTS.map((name) => `counts.${name}`),
  'rate',
  'currency',
  'reserved',
  'charged',
  'cap',
  'left',
  'unfinished',
];

/** The fields of a campaign. */
export function toCampaignItem(record: CampaignRecord, { sender, at }: { readonly sender: Sender; readonly at: Instant }): CampaignView {
  const { runs, cap, used } = record;
  const pulses = runs.flatMap(({ pulse }): readonly Pulse[] => (pulse === null ? [] : [pulse]));
  return {
    campaign: record.name,
    sender: sender.name,
    status: record.status,
    created_at: formatInstant(record.createdAt),
    last_activity_at: formatInstant(lastActivity(record)),
    messages: record.messages,
    counts: countsOf(record),
    rate: Math.round(claimRate(pulses, at) * 10) / 10,
    currency: sender.currency,
    reserved: formatAmount(record.reserved),
    charged: formatAmount(record.charged),
    cap: cap === null ? null : formatAmount(cap),
    left: cap === null ? null : formatAmount(minus(cap, used)),
    paused: pauseOf(record),
    unfinished: unfinishedRuns(runs).flatMap(({ source }) => source ?? []),
  };
}

function countsOf({ messages, open, delivered, cancelled, expired }: CampaignRecord): CampaignView['counts'] {
  const of = (state: MessageState): number => open.get(state) ?? 0;
  const notOver = [...open.values()].reduce((sum, number) => sum + number, 0);
  return {
    queued: of('queued'),
    scheduled: of('scheduled'),
    sending: of('sending'),
    accepted: of('accepted') + of('sent'),
    delivered,
    failed: messages - notOver - delivered - cancelled - expired,
    cancelled,
    expired,
    unknown: of('unknown'),
  };
}

function lastActivity({ createdAt, runs, history }: CampaignRecord): Instant {
  const times = [...runs.flatMap(({ startedAt, admittedAt, lastClaimAt }) => [startedAt, admittedAt, lastClaimAt]), history.at(-1)?.at];
  return times.reduce<Instant>((last, at) => (at !== null && at !== undefined && at > last ? at : last), createdAt);
}

function pauseOf({ pausedAt, history }: CampaignRecord): CampaignView['paused'] {
  const last = history.findLast(({ change }) => change === 'pause');
  return pausedAt === null || last === undefined ? null : { at: formatInstant(pausedAt), by: last.by, reason: last.reason };
}

/** A decision, as JSON. */
export const CampaignEventItem = z.object({
  at: instantTextOut,
  change: z.enum(CAMPAIGN_CHANGES),
  by: z.string(),
  reason: z.nullable(z.string()),
});

export function toEventItem({ at, change, by, reason }: CampaignEvent): z.output<typeof CampaignEventItem> {
  return { at: formatInstant(at), change, by, reason };
}

const nullableInstant = z.nullable(instantTextOut);

/** A run, as JSON. */
export const CampaignRunItem = z.object({
  started_at: instantTextOut,
  source: z.nullable(z.string()).check(z.describe('the file; null: single recipients')),
  admitted_at: nullableInstant.check(z.describe('null: not to the end of the file')),
  last_claim_at: nullableInstant,
});

export function toRunItem({ startedAt, source, admittedAt, lastClaimAt }: CampaignRun): z.output<typeof CampaignRunItem> {
  const text = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
  return { started_at: formatInstant(startedAt), source, admitted_at: text(admittedAt), last_claim_at: text(lastClaimAt) };
}
