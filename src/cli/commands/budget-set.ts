// tollbell budget set: a hard cap on what a sender may spend. Setting it again changes the cap.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { type Budget, BUDGET_PERIODS } from '../../domain/budget.ts';
import { CATEGORIES } from '../../domain/consent.ts';
import { assert } from '../../errors.ts';
import { BUDGET_COLUMNS, BudgetItem, toBudgetItem } from '../budget-item.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { amountText, helpText, orNull, parseOptions } from '../options.ts';

const BudgetSetOptions = z.object({
  amount: amountText,
  per: z.enum(BUDGET_PERIODS, { error: `one of ${BUDGET_PERIODS.join(', ')} is needed` }),
  category: orNull(z.enum(CATEGORIES, { error: `one of ${CATEGORIES.join(', ')}` })),
  costCenter: orNull(z.string().check(z.minLength(1, 'empty'))),
});

const BudgetSetDocument = z.object({ item: z.extend(BudgetItem, { result: z.enum(['added', 'updated', 'unchanged']) }) });

export const defineBudgetSet: Define = (parent, host) => {
  const command = parent
    .command('set')
    .description(
      'Caps what the sender may spend, in its currency. What would pass the cap is refused (over_budget), however many processes send.',
    )
    .argument('<amount>', 'such as 250 or 12.50; 0 stops everything that costs')
    .option('--per <period>', `${BUDGET_PERIODS.join(', ')}: each of them on its own`)
    .option('--category <category>', `only ${CATEGORIES.join(', ')}`)
    .option('--cost-center <name>', 'only messages of this cost centre')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell budget set 250 --per day',
          'tollbell budget set 1000 --per month --category marketing --sender shop-de --json',
        ],
        output:
          '{"schema":"tollbell.budget-set/1","item":{"id","per","category","cost_center","currency","cap","used","left","result":"added|updated|unchanged"}}',
        exits: [0, 2, 8],
      }),
    )
    .action((amount: string, options: object) =>
      host.run(command, (app) => setBudget(app, parseOptions(BudgetSetOptions, { amount, ...options }))),
    );
  return BudgetSetDocument;
};

/** The cap is in force, also for what was admitted in the period before it was set. One budget per period, category and cost centre. */
export async function setBudget(app: App, options: z.output<typeof BudgetSetOptions>): Promise<View<z.output<typeof BudgetSetDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const at = app.clock.now();
  const { amount: cap, per: period, category, costCenter } = options;
  const wanted: Budget = {
    id: app.ids.short(),
    senderId: sender.id,
    period,
    cap,
    currency: sender.currency,
    category,
    costCenter,
    createdAt: at,
  };
  const result = await store.putBudget(wanted);
  const use = (await store.listBudgets({ senderId: sender.id, at })).find(
    ({ budget }) => budget.period === period && budget.category === category && budget.costCenter === costCenter,
  );
  assert(use !== undefined, 'a budget that was set is not in the list');
  const item = { ...toBudgetItem(use), result };
  return {
    command: 'budget-set',
    schema: BudgetSetDocument,
    document: { item },
    columns: [...BUDGET_COLUMNS, 'result'],
    text: (style) => `${style.good(result)} ${item.id}: ${item.cap} ${item.currency} per ${item.per}, ${item.used} used, ${item.left} left`,
  };
}
