// tollbell budget check: the thresholds that were reached, each told once, with an exit code that a timer can act on.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { printable } from '../../values/text.ts';
import { budgetWarningItem, budgetWarningText, toBudgetWarningItem } from '../budget-warning.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText } from '../options.ts';
import { listOf } from '../shapes.ts';

const BudgetCheckDocument = z.lazy(() => listOf(budgetWarningItem()));

export const defineBudgetCheck: Define = (parent, host) => {
  const command = parent
    .command('check')
    .description(
      "Tells which thresholds of the sender's budgets were reached since it was asked last: each once, and exit code 4 where there are any. For timers.",
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell budget check', 'tollbell budget check --sender shop-de --json || mail -s budget ops@example.com'],
        output:
          '{"schema":"tollbell.budget-check/1","items":[{"id","budget","per","period","category","cost_center","mode","threshold","used","cap",' +
          '"currency","at"}],"next":null}',
        exits: [0, 2, 4, 8, 9],
        meanings: { 0: 'no threshold was reached that was not told before', 4: 'thresholds were reached since it was asked last' },
      }),
    )
    .action(() => host.run(command, checkBudgets));
  return BudgetCheckDocument;
};

/** The warnings that were not told before; they are told now. Nothing where there is no store. */
export async function checkBudgets(app: App): Promise<View<z.output<typeof BudgetCheckDocument>>> {
  const isThere = (await app.reader()) !== null;
  const store = isThere ? await app.store() : null;
  const warnings =
    store === null ? [] : await store.checkWarnings({ senderId: (await currentSender(store, app.config)).id, at: app.clock.now() });
  return {
    command: 'budget-check',
    schema: BudgetCheckDocument,
    document: { items: warnings.map(toBudgetWarningItem), next: null },
    rows: 'items',
    get columns() {
      return Object.keys(budgetWarningItem().shape);
    },
    exitCode: warnings.length === 0 ? 0 : 4,
    text: (style) =>
      warnings.length === 0 ? 'Nothing new.' : warnings.map((warning) => style.warn(printable(budgetWarningText(warning)))).join('\n'),
  };
}
