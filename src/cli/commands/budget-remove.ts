// tollbell budget remove: takes a cap back.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { fail } from '../../errors.ts';
import type { BudgetId } from '../../values/id.ts';
import type { Define, View } from '../command.ts';
import { helpText, parseOptions } from '../options.ts';

const BudgetRemoveOptions = z.object({
  id: z.pipe(
    z.string(),
    z.transform((text) => text as BudgetId),
  ),
});

const BudgetRemoveDocument = z.object({ item: z.object({ id: z.string(), removed: z.literal(true) }) });

export const defineBudgetRemove: Define = (parent, host) => {
  const command = parent
    .command('remove')
    .description('Takes a budget back: it caps nothing from now on.')
    .argument('<id>', "the budget's id, from tollbell budget list")
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell budget remove k3v9x0ab'],
        output: '{"schema":"tollbell.budget-remove/1","item":{"id","removed":true}}',
        exits: [0, 2, 8],
      }),
    )
    .action((id: string) => host.run(command, (app) => removeBudget(app, parseOptions(BudgetRemoveOptions, { id }))));
  return BudgetRemoveDocument;
};

/** The budget is gone. Throws `unknown_budget` when there is none of that id, or none any more. */
export async function removeBudget(
  app: App,
  { id }: z.output<typeof BudgetRemoveOptions>,
): Promise<View<z.output<typeof BudgetRemoveDocument>>> {
  const store = await app.store();
  if (!(await store.removeBudget(id, app.clock.now()))) {
    throw fail('unknown_budget', {
      message: `There is no budget '${id}'.`,
      hint: 'See tollbell budget list for the ids.',
      details: { id },
    });
  }
  return {
    command: 'budget-remove',
    schema: BudgetRemoveDocument,
    document: { item: { id, removed: true as const } },
    columns: ['id', 'removed'],
    text: (style) => `${style.good('removed')} ${id}`,
  };
}
