// tollbell quiet-hours remove: takes quiet hours back.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { fail } from '../../errors.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { helpText, parseOptions } from '../options.ts';
import { quietScope, quietScopeText } from '../quiet-item.ts';

const QuietHoursRemoveOptions = z.object(quietScope());

const QuietHoursRemoveDocument = z.object({
  item: z.object({ category: z.string(), country: z.nullable(z.string()), removed: z.literal(true) }),
});

export const defineQuietHoursRemove: Define = (parent, host) => {
  const command = parent
    .command('remove')
    .description('Takes quiet hours back. A country without hours of its own has those for all again. What they hold already stays held.')
    .option('--country <letters>', 'those of this country; without it, those for all')
    .option('--category <category>', 'marketing (default) or utility')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell quiet-hours remove', 'tollbell quiet-hours remove --country FR'],
        output: '{"schema":"tollbell.quiet-hours-remove/1","item":{"category","country","removed":true}}',
        exits: [0, 2, 8],
      }),
    )
    .action((options: object) => host.run(command, (app) => removeQuietHours(app, parseOptions(QuietHoursRemoveOptions, { ...options }))));
  return QuietHoursRemoveDocument;
};

/** The hours are gone. Throws `unknown_quiet_hours` where there were none. */
export async function removeQuietHours(
  app: App,
  { category, country }: z.output<typeof QuietHoursRemoveOptions>,
): Promise<View<z.output<typeof QuietHoursRemoveDocument>>> {
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const scope = { senderId: sender.id, category, country };
  if (!(await store.removeQuietRule(scope)))
    throw fail('unknown_quiet_hours', {
      message: `There are no quiet hours for ${quietScopeText(scope)}.`,
      hint: 'See tollbell quiet-hours list.',
      details: { category, country },
    });
  return {
    command: 'quiet-hours-remove',
    schema: QuietHoursRemoveDocument,
    document: { item: { category, country, removed: true as const } },
    columns: ['category', 'country', 'removed'],
    text: (style) => `${style.good('removed')} ${quietScopeText(scope)}`,
  };
}
