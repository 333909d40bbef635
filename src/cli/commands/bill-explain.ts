// tollbell bill-explain: why one message costs what it costs, entry by entry. Opens the store read-only.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { explain } from '../../billing/explain.ts';
import { decideTiers } from '../../billing/tiers.ts';
import { acceptedFor } from '../../billing/explain-accepted.ts';
import type { MessageId } from '../../values/id.ts';
import { printable } from '../../values/text.ts';
import type { Define, View } from '../command.ts';
import { ENTRY_COLUMNS, type ExplanationItem, explanationItem, toExplanationItem } from '../explanation-view.ts';
import { unknownMessage } from '../find-message.ts';
import { helpText } from '../options.ts';
import { fields, type Style, table } from '../render.ts';

const BillExplainDocument = z.object({ item: explanationItem });

export const defineBillExplain: Define = (parent, host) => {
  const command = parent
    .command('bill-explain')
    .description(
      'Tells why a message costs what it costs: rule, price row, window, statuses with times, what the provider said, corrections. What the store does not know it says.\n' +
        'A volume discount belongs to no single message: "tier" tells how far its month has come, by the messages of this store, and what messages of the same ' +
        'sender, template, campaign and cost center get of it.',
    )
    .argument('<id>', "the message's id")
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell bill-explain 01j9zk3v8q5t2r7m4n6p', 'tollbell bill-explain 01j9zk3v8q5t2r7m4n6p --format ndjson'],
        output:
          '{"schema":"tollbell.bill-explain/1","item":{"id",…,"statuses":[…],"window":{…},"tier":{…},"entries":[{"kind","posted","price":{…},"provider":{…},"decided_by","decision":{…},"why":[…]}],"total","differences":[]}}',
        exits: [0, 2, 7, 8],
      }),
    )
    .action((id: string) => host.run(command, (app) => billExplain(app, id)));
  return BillExplainDocument;
};

/** The explanation. Throws `unknown_message`; exit 7 where the message, its entries and their price rows do not agree. */
export async function billExplain(app: App, id: string): Promise<View<z.output<typeof BillExplainDocument>>> {
  const store = await app.reader();
  const evidence = store === null ? null : await store.evidenceOf(id as MessageId);
  if (store === null || evidence === null) throw unknownMessage(id);
  const tier = await store.tierOf(id as MessageId, decideTiers);
  const item = toExplanationItem(evidence, explain(evidence), { tier, accepted: await acceptedFor(store, evidence) });
  return {
    command: 'bill-explain',
    schema: BillExplainDocument,
    document: { item },
    rows: 'item.entries',
    columns: ENTRY_COLUMNS,
    text: (style) => explanationText(item, style),
    exitCode: item.differences.length === 0 ? 0 : 7,
  };
}

type Tier = NonNullable<ExplanationItem['tier']>;

async function explanationText(item: ExplanationItem, style: Style): Promise<string> {
  const rows = item.entries.map((entry, index) => [
    `${index + 1} ${entry.kind}`,
    entry.event_at,
    entry.recorded_at,
    entry.held,
    entry.posted,
    entry.currency,
    entry.day,
    entry.market,
    entry.category,
    entry.pricing_type,
  ]);
  const header = ['entry', 'happened', 'recorded', 'held', 'posted', '', 'day', 'market', 'category', 'type'];
  const reasons = item.entries.map(({ kind, why }, index) =>
    [style.strong(`${index + 1} ${kind}`), ...why.map((sentence) => `  ${printable(sentence)}`)].join('\n'),
  );
  const entries = await table({ header, rows, rightAligned: [3, 4] }, style);
  return [fields(pairsOf(item), style), entries, reasons.join('\n'), sumsText(item, style), ...acceptedText(item)].join('\n\n');
}

function acceptedText({ accepted, currency }: ExplanationItem): readonly string[] {
  if (accepted.length === 0) return [];
  const lines = accepted.map(
    ({ entry, amount, booked_on: day, by, reason }) => `  entry ${entry}: ${amount} ${currency} booked on ${day} by ${by}, ${reason}`,
  );
  return [['Booked for its whole line, no part of what it costs:', ...lines].map(printable).join('\n')];
}

function pairsOf(item: ExplanationItem): readonly (readonly [string, string | null])[] {
  const { template, language, template_version: version, campaign, provider } = item;
  return [
    ['message', item.id],
    ['to', item.to ?? 'a person who was forgotten, or has no number'],
    ['sender', `${item.sender} (${item.time_zone})`],
    ['template', template === null ? 'none: free-form' : `${template}, ${language} (content ${version?.content_hash.slice(0, 12) ?? ''})`],
    ['campaign', campaign],
    ['cost center', item.cost_center],
    ['sends again', item.retry_of],
    ['sent again as', item.retried_by],
    ['window', windowText(item.window)],
    ...(item.tier === null ? [] : [['tier', tierWords(item.tier)] as const]),
    [
      'provider',
      provider === null ? 'said nothing of the price' : `${provider.type}, ${provider.category}, told with '${provider.told_by}'`,
    ],
    ...item.statuses.map(({ status, at }) => [status, at ?? 'when is not kept'] as const),
    ['reason', item.reason],
    ...item.resolutions.map(({ by, resolved_as, at, reason }) => ['decided', `${resolved_as}, by ${by} at ${at}: ${reason}`] as const),
  ];
}

function windowText({ state, inbound_at: inboundAt, until }: ExplanationItem['window']): string {
  const wrote = inboundAt === null ? 'nothing from them was known' : `they had last written at ${inboundAt}`;
  switch (state) {
    case 'service':
      return `open until ${until} when it was sent: ${wrote}`;
    case 'free_entry_point':
      return `a free entry point was open until ${until} when it was sent`;
    case 'none':
      return `none was open when it was sent: ${wrote}`;
    case 'not_sent':
      return 'it was not sent yet';
    case 'not_kept':
      return 'what was open when it was sent is not kept';
  }
}

function tierWords({ month, units, tier_from: from, tier_rate: rate, shared_with: own, booked, pending }: Tier): string {
  const counted = `${units} messages of ${month} are counted together`;
  const at = from === null ? 'which is above what the card has: list price' : `the last one in the tier from ${from} on, at ${rate}`;
  return `${counted}, ${at}; of the discount, the ${own} like this one have ${booked} booked and ${pending} pending`;
}

function sumsText({ reserved, charged, adjusted, total, currency, differences }: ExplanationItem, style: Style): string {
  const sums = `reserved ${reserved}, charged ${charged}, adjusted ${adjusted}, total ${total} ${currency}`;
  if (differences.length === 0) return `${sums}: the message, its entries and their price rows agree`;
  return [sums, ...differences.map((difference) => style.bad(`the books differ: ${difference}`))].join('\n');
}
