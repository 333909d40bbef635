// tollbell budget set: a cap on what a sender may spend. Setting it again changes the cap, and what else is said anew.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { type Budget, BUDGET_MODES, BUDGET_PERIODS, coversTheSame } from '../../domain/budget.ts';
import { parseThresholds, USUAL_THRESHOLDS } from '../../domain/budget-warning.ts';
import { CATEGORIES } from '../../domain/consent.ts';
import { assert } from '../../errors.ts';
import { BUDGET_COLUMNS, BudgetItem, toBudgetItem } from '../budget-item.ts';
import { budgetWarningItem, hintWarnings, toBudgetWarningItem } from '../budget-warning.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { amountText, helpText, orNull, parsedText, parseOptions } from '../options.ts';

const BudgetSetOptions = z.object({
  amount: amountText,
  per: z.enum(BUDGET_PERIODS, { error: `one of ${BUDGET_PERIODS.join(', ')} is needed` }),
  category: orNull(z.enum(CATEGORIES, { error: `one of ${CATEGORIES.join(', ')}` })),
  costCenter: orNull(z.string().check(z.minLength(1, 'empty'))),
  mode: orNull(z.enum(BUDGET_MODES, { error: `one of ${BUDGET_MODES.join(', ')}` })),
  warn: orNull(
    parsedText(parseThresholds, (text) => ({
      message: `not percents of the cap: ${text}`,
      hint: 'Write them like 50,80,100: at most ten whole numbers from 1 to 1000; or none.',
    })),
  ),
});

const BudgetSetDocument = z.object({
  item: z.extend(BudgetItem, { result: z.enum(['added', 'updated', 'unchanged']) }),
  budget_warnings: z
    .array(z.lazy(budgetWarningItem))
    .check(z.describe('thresholds that are reached already, and were not under the cap before')),
});

export const defineBudgetSet: Define = (parent, host) => {
  const command = parent
    .command('set')
    .description(
      'Caps what the sender may spend, in its currency. What would pass the cap is refused (over_budget), however many processes send; with\n' +
        '--mode warn it is sent all the same. Whoever reaches a threshold says so, once a day, month or campaign: send on standard error and in its JSON,\n' +
        'budget check with its exit code, and the budget_hook of the configuration with a signed POST. Setting a budget again changes what is said anew.',
    )
    .argument('<amount>', 'such as 250 or 12.50; 0 stops everything that costs')
    .option('--per <period>', `${BUDGET_PERIODS.join(', ')}: each of them on its own`)
    .option('--category <category>', `only ${CATEGORIES.join(', ')}`)
    .option('--cost-center <name>', 'only messages of this cost centre')
    .option('--mode <mode>', 'hard refuses, warn only warns (default: hard; a budget that is there keeps its own)')
    .option('--warn <percents>', 'thresholds in percent of the cap, or none (default: 50,80,100; a budget that is there keeps its own)')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell budget set 250 --per day',
          'tollbell budget set 1000 --per month --category marketing --sender shop-de --json',
          'tollbell budget set 400 --per campaign --mode warn --warn 75,100,150',
        ],
        output:
          '{"schema":"tollbell.budget-set/1","item":{"id","per","category","cost_center","mode","warn","period","reached","currency","cap","used","left",' +
          '"result":"added|updated|unchanged"},"budget_warnings":[{"id","budget","threshold",…}]}',
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
  const scope = { id: app.ids.short<'budget'>(), senderId: sender.id, period, category, costCenter };
  const list = { senderId: sender.id, at };
  const draft: Budget = { ...scope, cap, currency: sender.currency, mode: 'hard', thresholds: USUAL_THRESHOLDS, createdAt: at };
  const known = (await store.listBudgets(list)).find(({ budget }) => coversTheSame(budget, draft))?.budget;
  const { mode, thresholds } = known ?? draft;
  const { result, warnings } = await store.putBudget({ ...draft, mode: options.mode ?? mode, thresholds: options.warn ?? thresholds });
  const use = (await store.listBudgets(list)).find(({ budget }) => coversTheSame(budget, draft));
  assert(use !== undefined, 'a budget that was set is not in the list');
  hintWarnings(app, warnings);
  const item = { ...toBudgetItem(use), result };
  return {
    command: 'budget-set',
    schema: BudgetSetDocument,
    document: { item, budget_warnings: warnings.map(toBudgetWarningItem) },
    columns: [...BUDGET_COLUMNS, 'result'],
    text: (style) => {
      const thresholds = item.warn.length === 0 ? 'no thresholds' : `thresholds ${item.warn.join(', ')} %`;
      const use = `${item.cap} ${item.currency} per ${item.per}, ${item.used} used, ${item.left} left`;
      return `${style.good(result)} ${item.id}: ${use}; mode ${item.mode}, ${thresholds}`;
    },
  };
}
