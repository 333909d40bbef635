// The hook of budgets: after a command that wrote, whatever warnings no hook has taken yet are posted, each by one process.

import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import type { Hook } from '../ports/hook.ts';
import type { Store } from '../ports/store.ts';
import { budgetWarningItem, toBudgetWarningItem } from './budget-warning.ts';
import { hint } from './hint.ts';

/**
 * Posts what is to be posted, where a hook is named and the command has opened the store to write. What goes wrong is said and ends nothing: the warning
 * stays where it is, for the next command that writes.
 */
export async function postWarnings(app: App): Promise<void> {
  const { budgetHook } = app.config;
  const store = app.writtenStore();
  if (budgetHook === null || store === null) return;
  try {
    const hook = await app.budgetHook(budgetHook);
    const trouble = await postAll(app, store, hook);
    if (trouble !== null)
      hint(app, `The budget hook at ${hook.origin} did not take a warning: ${trouble}. The next command that writes tries again.`);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'bug') throw error;
    hint(app, `The budget hook was not told: ${error.message} The next command that writes tries again.`);
  }
}

// Until all are taken or one is not: a server that does not answer would cost its whole time for each.
async function postAll({ clock }: Pick<App, 'clock'>, store: Store, hook: Hook): Promise<string | null> {
  for (;;) {
    const posting = await store.claimPosting(clock.now());
    if (posting === null) return null;
    const item = budgetWarningItem().parse(toBudgetWarningItem(posting.warning));
    const trouble = await hook.post(JSON.stringify({ schema: 'tollbell.budget-warning/1', ...item }));
    await store.endPosting(posting, trouble === null ? clock.now() : null);
    if (trouble !== null) return trouble;
  }
}
