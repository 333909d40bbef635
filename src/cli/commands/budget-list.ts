// tollbell budget list: the caps of a sender and what is left of them.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { BUDGET_COLUMNS, BudgetItem, toBudgetItem } from '../budget-item.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { addPageOptions, helpText, pageOptions, parseOptions } from '../options.ts';
import { toPage } from '../page.ts';
import { table } from '../render.ts';
import { listOf } from '../shapes.ts';

const BudgetListOptions = z.object(pageOptions());

const BudgetListDocument = listOf(BudgetItem);

export const defineBudgetList: Define = (parent, host) => {
  const command = addPageOptions(parent.command('list'))
    .description(
      "Lists the sender's budgets with what is used and left, and which thresholds were reached: of today, of this month, or of the campaign that used most.",
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell budget list', 'tollbell budget list --sender shop-de --json'],
        output:
          '{"schema":"tollbell.budget-list/1","items":[{"id","per","category","cost_center","mode","warn","period","reached","currency","cap","used","left"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => listBudgets(app, parseOptions(BudgetListOptions, { ...options }))));
  return BudgetListDocument;
};

/** The budgets. Empty where there is no store. */
export async function listBudgets(app: App, page: z.output<typeof BudgetListOptions>): Promise<View<z.output<typeof BudgetListDocument>>> {
  const store = await app.reader();
  const all = store === null ? [] : await store.listBudgets({ senderId: (await currentSender(store, app.config)).id, at: app.clock.now() });
  const { items: uses, next } = toPage(all, page, ({ budget }) => budget.id);
  const items = uses.map(toBudgetItem);
  return {
    command: 'budget-list',
    schema: BudgetListDocument,
    document: { items, next },
    rows: 'items',
    columns: BUDGET_COLUMNS,
    text: (style) => {
      const header = ['ID', 'PER', 'CATEGORY', 'COST CENTER', 'CAP', 'USED', 'LEFT', 'CURRENCY', 'MODE', 'REACHED'];
      const rows = items.map((item) => [
        item.id,
        item.per,
        item.category ?? 'all',
        item.cost_center ?? 'all',
        item.cap,
        item.used,
        item.left,
        item.currency,
        item.mode,
        item.reached.map((percent) => `${percent} %`).join(', '),
      ]);
      return items.length === 0 ? 'No budgets.' : table({ header, rows, rightAligned: [4, 5, 6] }, style);
    },
  };
}
