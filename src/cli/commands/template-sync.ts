// tollbell template sync: takes over what the provider says of a sender's templates, and tells what that did to the queue.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import type { Sender } from '../../domain/sender.ts';
import { syncTemplates, type TemplateSync, type Unreadable } from '../../send/sync-templates.ts';
import type { Currency } from '../../values/money.ts';
import { printable } from '../../values/text.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { hint } from '../hint.ts';
import { helpText } from '../options.ts';
import type { Style } from '../render.ts';
import { listOf } from '../shapes.ts';
import { DriftShape, driftText, EffectShape, toDrift, toEffect } from '../template-drift-view.ts';

const RESULTS = ['added', 'changed', 'unchanged', 'missing', 'unreadable'] as const;

const TemplateSyncItem = z.object({
  name: z.string(),
  language: z.string(),
  result: z
    .enum(RESULTS)
    .check(
      z.describe(
        'missing: the provider has it no more, and it is disabled; unreadable: this version cannot read what it has, and the one in the store is disabled',
      ),
    ),
  ...DriftShape,
  reason: z.nullable(z.string()).check(z.describe('why it cannot be read')),
});
type Item = z.output<typeof TemplateSyncItem>;

const TemplateSyncDocument = z.extend(listOf(TemplateSyncItem), {
  sender: z.string(),
  counts: z.object({ added: z.int(), changed: z.int(), unchanged: z.int(), missing: z.int(), unreadable: z.int() }),
  ...EffectShape,
});

export const defineTemplateSync: Define = (parent, host) => {
  const command = parent
    .command('sync')
    .description(
      "Takes over status, quality, category, content and maximum price of the sender's templates from the provider. Where a category or a maximum price changed, queued messages are priced anew and their consent is asked again: what may not be sent as that is cancelled.",
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell template sync', 'tollbell template sync --sender shop --json'],
        output:
          '{"schema":"tollbell.template-sync/1","items":[{"name","language","result":"added|changed|unchanged|missing|unreadable","status","quality","category","drift":[{"what","from","to"}],"repriced_messages","difference","cancelled_messages":[{"id","reason"}],"reason"}],"next":null,"sender","counts":{…},"currency","repriced_messages","difference","cancelled_messages"}',
        exits: [0, 2, 5, 8, 9, 10],
      }),
    )
    .action(() => host.run(command, syncSenderTemplates));
  return TemplateSyncDocument;
};

const NOTHING: TemplateSync = { takenOver: [], missing: [], unreadable: [] };

/** The store has the templates as the provider has them. Throws `provider_unreachable`, `token_rejected`, `provider_rejected`, `secret_missing`. */
export async function syncSenderTemplates(app: App): Promise<View<z.output<typeof TemplateSyncDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const provider = await app.provider(sender);
  const sync = provider === null ? NOTHING : await syncTemplates({ ...app, store, provider }, sender);
  const { takenOver, missing, unreadable } = sync;
  const hidden = unreadable.flatMap(({ taken }) => taken ?? []);
  if (unreadable.length > 0) hint(app, `${unreadable.length} templates cannot be read by this version, and cannot be sent.`);
  const items = toItems(sync);
  return {
    command: 'template-sync',
    schema: TemplateSyncDocument,
    document: {
      items,
      next: null,
      sender: sender.name,
      counts: countsOf(items),
      ...toEffect([...takenOver, ...missing, ...hidden], sender.currency),
    },
    rows: 'items',
    columns: ['name', 'language', 'result', 'status', 'quality', 'category', 'repriced_messages', 'difference', 'reason'],
    text: (style) => (provider === null ? SANDBOX : syncText(sync, { sender, style })),
  };
}

const SANDBOX = 'The sandbox approves its templates at once: there is nothing to take over.';

function toItems({ takenOver, missing, unreadable }: TemplateSync): Item[] {
  return [
    ...takenOver.map((taken): Item => {
      const { name, language, result } = taken;
      return { name, language, result: result === 'unknown' ? 'unchanged' : result, ...toDrift(taken), reason: null };
    }),
    ...missing.map((taken): Item => ({ name: taken.name, language: taken.language, result: 'missing', ...toDrift(taken), reason: null })),
    ...unreadable.map(
      ({ item: { name, language, reason }, taken }): Item => ({ name, language, result: 'unreadable', ...toDrift(taken), reason }),
    ),
  ];
}

function countsOf(items: readonly Item[]): z.output<typeof TemplateSyncDocument>['counts'] {
  const counts = { added: 0, changed: 0, unchanged: 0, missing: 0, unreadable: 0 };
  for (const { result } of items) counts[result] += 1;
  return counts;
}

function syncText(sync: TemplateSync, { sender, style }: { readonly sender: Sender; readonly style: Style }): string {
  const { currency } = sender;
  const news = sync.takenOver.filter(({ result }) => result !== 'unchanged');
  const counts = countsOf(toItems(sync));
  return [
    ...news.map((taken) => driftText(style.good(taken.result), taken, { style, currency })),
    ...sync.missing.map((taken) => driftText(style.bad('missing'), taken, { style, currency })),
    ...sync.unreadable.map((one) => unreadableText(one, { style, currency })),
    RESULTS.filter((result) => counts[result] > 0 || result === 'unchanged')
      .map((result) => `${counts[result]} ${result}`)
      .join(', '),
  ].join('\n');
}

function unreadableText({ item, taken }: Unreadable, look: { readonly style: Style; readonly currency: Currency }): string {
  const word = look.style.bad('unreadable');
  return taken === null
    ? `${word} ${printable(`${item.name} ${item.language}: ${item.reason}`)}`
    : `${driftText(word, taken, look)}\n  ${printable(item.reason)}`;
}
