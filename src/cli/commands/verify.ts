// tollbell verify: an audit of the whole store. Reads only.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { verify, type Verdict } from '../../billing/verify.ts';
import { EXIT_CODES, fail } from '../../errors.ts';
import { AUDIT_PARTS } from '../../ports/store/audit.ts';
import type { Store } from '../../ports/store.ts';
import { formatInstant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { helpText } from '../options.ts';
import { openProgress } from '../progress.ts';
import { instantTextOut } from '../shapes.ts';
import { toVerdictItem, VERDICT_COLUMNS, VerdictItem, verdictsText } from '../verify-view.ts';

const VerifyDocument = z.object({
  as_of: instantTextOut.check(z.describe('when the first look began; each check has its own')),
  result: z.enum(['good', 'bad', 'no_store']),
  violations: z.int(),
  items: z.array(VerdictItem),
});

const BOOKS_DIFFER = 7 satisfies keyof typeof EXIT_CODES;

export const defineVerify: Define = (parent, host) => {
  const command = parent
    .command('verify')
    .description(
      'Audits the whole store, whatever the sender: money against deliveries, counters against entries, sending against consent, and the file itself. ' +
        'Changes nothing, and lets others write meanwhile.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell verify', 'tollbell verify --json', 'tollbell verify --db copy-of-the-store.db'],
        output:
          '{"schema":"tollbell.verify/1","as_of","result","violations","items":[{"check","result","meaning","checked","violations","notes","ids","at","findings":[…]}]}',
        exits: [0, 2, 7, 8, 130],
      }),
    )
    .action(() => host.run(command, verifyStore));
  return VerifyDocument;
};

/** The audit; exit 7 where something is wrong. A store that does not exist has nothing wrong, and none is made. */
export async function verifyStore(app: App): Promise<View<z.output<typeof VerifyDocument>>> {
  const asOf = formatInstant(app.clock.now());
  const store = await app.reader();
  const verdicts = store === null ? [] : await lookAt(app, store);
  const violations = verdicts.reduce((sum, verdict) => sum + verdict.violations, 0);
  return {
    command: 'verify',
    schema: VerifyDocument,
    document: {
      as_of: asOf,
      result: store === null ? 'no_store' : violations === 0 ? 'good' : 'bad',
      violations,
      items: verdicts.map(toVerdictItem),
    },
    rows: 'items',
    columns: VERDICT_COLUMNS,
    text: (style) => (store === null ? `There is no store at ${app.config.db} yet.` : verdictsText(verdicts, style)),
    exitCode: violations === 0 ? 0 : BOOKS_DIFFER,
  };
}

async function lookAt(app: App, store: Store): Promise<readonly Verdict[]> {
  const progress = openProgress(app, { label: 'verify', total: AUDIT_PARTS.length });
  // A look takes seconds in a big store, and none can be stopped half-way: what was asked meanwhile is heard in between.
  const before = async (index: number): Promise<void> => {
    progress.update(index);
    await app.clock.yield();
    if (app.interrupted.aborted) throw fail('interrupted');
  };
  try {
    return await verify(store, { now: app.clock.now, before });
  } finally {
    progress.close();
  }
}
