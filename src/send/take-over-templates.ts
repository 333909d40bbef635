// What the provider says of templates goes into the store, and what that did to the queue comes back in a form that people can be told.

import type { Sender } from '../domain/sender.ts';
import type { Template, TemplateCategory, TemplateQuality, TemplateStatus } from '../domain/template.ts';
import { assert } from '../errors.ts';
import type { ReportStore } from '../ports/store/report.ts';
import type { Drift, TemplateChange, TemplateChanged, TemplateStore } from '../ports/store/templates.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import type { MessageId } from '../values/id.ts';
import type { Micros } from '../values/money.ts';
import type { Instant } from '../values/time.ts';
import { decideRepricings } from './reprice.ts';
import { decideSettlements } from './settle.ts';

/** What became of one template. `status`, `quality` and `category` are those in force now. */
export type TakenOver = {
  readonly name: string;
  readonly language: string;
  readonly result: 'added' | 'changed' | 'unchanged' | 'unknown';
  readonly status: TemplateStatus | null;
  readonly quality: TemplateQuality | null;
  readonly category: TemplateCategory | null;
  readonly drift: readonly Drift[];
  /** Queued messages whose reservation follows the new category or bid, and by how much that raised what is reserved. */
  readonly repriced: readonly MessageId[];
  readonly difference: Micros;
  /** Queued messages that may not be sent any more, and why. */
  readonly cancelled: readonly { readonly id: MessageId; readonly reason: string }[];
};

type TakeOverStore = Pick<TemplateStore, 'changeTemplates' | 'listTemplates'> & Pick<ReportStore, 'findMessages'>;

/** Hands the changes to the store, a batch a transaction; one result per change, in order. Saying the same again changes nothing. */
export async function takeOver(
  store: TakeOverStore,
  { sender, changes, at }: { readonly sender: Sender; readonly changes: readonly TemplateChange[]; readonly at: Instant },
): Promise<readonly TakenOver[]> {
  const results: TakenOver[] = [];
  for (const batch of slices(changes, BATCH_MAX)) {
    const changed = await store.changeTemplates(
      { senderId: sender.id, changes: batch, at },
      { settle: decideSettlements, reprice: decideRepricings },
    );
    const stored = new Map((await store.listTemplates({ senderId: sender.id, name: null })).map((template) => [keyOf(template), template]));
    for (const [index, one] of changed.entries()) {
      const change = batch[index];
      assert(change !== undefined, 'one result per change');
      results.push(await toTakenOver(store, { named: change, stored: stored.get(keyOf(change)), changed: one }));
    }
  }
  return results;
}

type Change = {
  readonly named: { readonly name: string; readonly language: string };
  /** As it is in the store now. */
  readonly stored: Template | undefined;
  readonly changed: TemplateChanged;
};

/** What a change of the provider's did, with the reasons of what it cancelled. */
export async function toTakenOver(store: Pick<ReportStore, 'findMessages'>, { named, stored, changed }: Change): Promise<TakenOver> {
  const { name, language } = named;
  const { status = null, quality = null, category = null } = stored ?? {};
  const { result, drift, repriced, difference, cancelled } = changed;
  return { name, language, result, status, quality, category, drift, repriced, difference, cancelled: await reasonsOf(store, cancelled) };
}

/** What tells one template of a sender from another. */
export function keyOf({ name, language }: { readonly name: string; readonly language: string }): string {
  return `${name}/${language}`;
}

async function reasonsOf(store: Pick<ReportStore, 'findMessages'>, ids: readonly MessageId[]): Promise<TakenOver['cancelled']> {
  const reasons: { readonly id: MessageId; readonly reason: string }[] = [];
  for (const batch of slices(ids, BATCH_MAX)) {
    const records = await store.findMessages(batch);
    reasons.push(...batch.map((id, index) => ({ id, reason: records[index]?.reason ?? 'cancelled' })));
  }
  return reasons;
}
