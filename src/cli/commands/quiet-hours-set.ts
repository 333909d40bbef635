// tollbell quiet-hours set: when nobody is to be messaged, by the clock of whoever is.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { whereaboutsOf, zonedCountries } from '../../catalog/time-zones.ts';
import { firstAllowed, NEVER, parseHours, type QuietRule, quietSpansOf, type QuietSpan } from '../../domain/quiet-hours.ts';
import { fail } from '../../errors.ts';
import { type Instant, WEEK_MINUTES } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { hint } from '../hint.ts';
import { flag, helpText, parsedText, parseOptions } from '../options.ts';
import { QUIET_COLUMNS, QuietItem, quietScope, quietScopeText, toQuietItem } from '../quiet-item.ts';

const QuietHoursSetOptions = z.object({
  hours: parsedText(
    (text) =>
      parseHours(text) === undefined
        ? undefined
        : text
            .trim()
            .toLowerCase()
            .replace(/\s*,\s*/g, ', '),
    (text) => ({ message: `not hours: ${text}`, hint: 'Write them like 21:00-08:00, or "mon-sat 20:00-10:00, sun", or none.' }),
  ),
  allowed: flag,
  ...quietScope(),
});

const QuietHoursSetDocument = z.object({ item: z.extend(QuietItem, { result: z.enum(['added', 'updated', 'unchanged']) }) });

export const defineQuietHoursSet: Define = (parent, host) => {
  const command = parent
    .command('set')
    .description(
      "Holds the sender's marketing messages (or, with --category utility, those) while it is quiet where the person is, and sends them afterwards. Codes for a\n" +
        'login and answers to a customer are never held. The hours are those of the zone that is written of the person (tollbell contact add --time-zone), else of\n' +
        'every zone of their country: where it has several, it must be quiet in none. What would be held for longer than it lives is refused (quiet_hours).',
    )
    .argument('<hours>', 'spans and days, with commas: 21:00-08:00, or "mon-sat 20:00-10:00, sun"; none: no hour is quiet')
    .option('--allowed', 'the hours are those in which one may send; all others are quiet')
    .option('--country <letters>', 'only for this country, in the place of those for all (FR)')
    .option('--category <category>', 'marketing (default) or utility')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell quiet-hours set 21:00-08:00',
          'tollbell quiet-hours set "20:00-10:00, sun" --country FR',
          'tollbell quiet-hours set "mon-fri 9:00-18:00" --allowed --country DE --category utility',
        ],
        output:
          '{"schema":"tollbell.quiet-hours-set/1","item":{"category","country","mode","hours","set_at","result":"added|updated|unchanged"}}',
        exits: [0, 2, 8],
      }),
    )
    .action((hours: string, options: object) =>
      host.run(command, (app) => setQuietHours(app, parseOptions(QuietHoursSetOptions, { hours, ...options }))),
    );
  return QuietHoursSetDocument;
};

/** The hours are in force, for all processes at once. Throws `invalid_input` where no hour of the week would be left. */
export async function setQuietHours(
  app: App,
  { hours, allowed, category, country }: z.output<typeof QuietHoursSetOptions>,
): Promise<View<z.output<typeof QuietHoursSetDocument>>> {
  const spans = quietSpansOf({ hours, areAllowed: allowed });
  if (spans.some(({ from, to }) => to - from === WEEK_MINUTES))
    throw fail('invalid_input', {
      message: 'hours: no hour of the week is left to send in.',
      hint: `To send nothing at all, leave the messages of this category out.`,
      details: { option: 'hours' },
    });
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const rule: QuietRule = { senderId: sender.id, category, country, hours, areAllowed: allowed, setAt: app.clock.now() };
  const result = await store.putQuietRule(rule);
  const kept = (await store.listQuietRules(sender.id)).find((other) => other.category === category && other.country === country) ?? rule;
  hintNowhere(app, spans, { country, at: app.clock.now() });
  const item = { ...toQuietItem(kept), result };
  return {
    command: 'quiet-hours-set',
    schema: QuietHoursSetDocument,
    document: { item },
    columns: [...QUIET_COLUMNS, 'result'],
    text: (style) => `${style.good(result)} ${item.mode} ${item.hours}: ${quietScopeText(rule)}`,
  };
}

// A country may be so wide that there is no hour that suits all of its zones.
function hintNowhere(
  app: App,
  spans: readonly QuietSpan[],
  { country, at }: { readonly country: string | null; readonly at: Instant },
): void {
  const countries = country === null ? zonedCountries() : [country];
  const without = countries.filter((one) => firstAllowed(spans, whereaboutsOf(`${one}.`).zones, at) === NEVER);
  if (without.length === 0) return;
  hint(
    app,
    `In ${without.join(', ')} no hour suits every zone: whoever has no time zone of their own there is refused. Give them one: tollbell contact add <phone> --time-zone <zone>.`,
  );
}
