// tollbell quiet-hours list: the quiet hours of a sender.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { addPageOptions, helpText, pageOptions, parseOptions } from '../options.ts';
import { toPage } from '../page.ts';
import { QUIET_COLUMNS, QuietItem, toQuietItem } from '../quiet-item.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

const QuietHoursListOptions = z.object(pageOptions());

const QuietHoursListDocument = listOf(QuietItem);

export const defineQuietHoursList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description("Lists the sender's quiet hours. Those of a country stand in the place of those for all.")
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell quiet-hours list', 'tollbell quiet-hours list --sender shop-de --json'],
        output: '{"schema":"tollbell.quiet-hours-list/1","items":[{"category","country","mode","hours","set_at"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listQuietHours(app, parseOptions(QuietHoursListOptions, { ...options }))));
  return QuietHoursListDocument;
};

/** The quiet hours. Empty where there is no store. */
export async function listQuietHours(
  app: App,
  page: z.output<typeof QuietHoursListOptions>,
): Promise<View<z.output<typeof QuietHoursListDocument>>> {
  const store = await app.reader();
  const all = store === null ? [] : await store.listQuietRules((await currentSender(store, app.config)).id);
  const { items: rules, next } = toPage(all, page, ({ category, country }) => `${category}-${country ?? 'all'}`);
  const items = rules.map(toQuietItem);
  return {
    command: 'quiet-hours-list',
    schema: QuietHoursListDocument,
    document: { items, next },
    rows: 'items',
    columns: QUIET_COLUMNS,
    text: (style) => {
      const rows = items.map(({ category, country, mode, hours }) => [category, country ?? 'all others', mode, hours]);
      return items.length === 0
        ? 'No quiet hours.'
        : table({ header: ['CATEGORY', 'COUNTRY', 'MODE', 'HOURS'], rows, rightAligned: [] }, style);
    },
  };
}
