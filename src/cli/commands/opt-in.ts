// tollbell opt-in: a person agreed to be messaged for a purpose.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { blockOf, isStoppedByMessenger, PURPOSES } from '../../domain/consent.ts';
import { fail } from '../../errors.ts';
import { recordConsent } from '../../send/record-consent.ts';
import { formatInstant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { ConsentShape, toConsent } from '../contact-item.ts';
import { flagsAfter, purposesText, scopeOf } from '../consent-view.ts';
import { currentSender } from '../current-sender.ts';
import { hint } from '../hint.ts';
import { filledText, flag, helpText, instantText, orNull, parseOptions } from '../options.ts';
import { PERSON_ARGUMENT, personText, refuseUnknownId } from '../person.ts';

const OptInOptions = z.object({
  phone: personText,
  purpose: purposesText,
  source: filledText(),
  evidence: orNull(z.string()),
  at: orNull(instantText),
  everywhere: flag,
});

const OptInDocument = z.object({
  contact: z.string(),
  phone: z.nullable(z.string()),
  sender: z.string().check(z.describe('* for all senders')),
  purposes: z.array(z.enum(PURPOSES)),
  consent: ConsentShape,
  blocked: z.boolean(),
});

export const defineOptIn: Define = (parent, host) => {
  const command = parent
    .command('opt-in')
    .description('Records that a person agreed, with the proof of it. A number never seen before becomes a contact. A block stays.')
    .argument(...PERSON_ARGUMENT)
    .requiredOption('--purpose <list>', `one or more of ${PURPOSES.join(', ')}`)
    .requiredOption('--source <text>', 'where they agreed: "web form", "contract 17"')
    .option('--evidence <text>', 'the proof: the wording, a document, an address')
    .option('--at <time>', 'when they agreed (default now); never in the future')
    .option('--everywhere', 'with all senders of the account')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell opt-in +4915112345678 --purpose utility --source "web form"',
          'tollbell opt-in +4915112345678 --purpose marketing,utility --source "paper form" --at 2026-09-30 --json',
        ],
        output: '{"schema":"tollbell.opt-in/1","contact","phone","sender","purposes":[…],"consent":{"marketing":"opted_in",…},"blocked"}',
        exits: [0, 2, 8],
      }),
    )
    .action((phone: string, options: object) => host.run(command, (app) => optIn(app, parseOptions(OptInOptions, { phone, ...options }))));
  return OptInDocument;
};

/** Records the opt-in and returns the standing afterwards. Throws `invalid_input` for a time in the future. */
export async function optIn(app: App, options: z.output<typeof OptInOptions>): Promise<View<z.output<typeof OptInDocument>>> {
  const { phone: who, purpose: subjects, source, evidence, at, everywhere } = options;
  if (at !== null && at > app.clock.now()) {
    throw fail('invalid_input', {
      message: `at: ${formatInstant(at)} is in the future.`,
      hint: 'Record it when it has happened.',
      details: { option: 'at' },
    });
  }
  await refuseUnknownId(app, who);
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const { scope, name } = scopeOf(sender, everywhere);
  const written = await recordConsent(app, store, { who, scope, subjects, kind: 'opt_in', at, by: 'customer', source, evidence });
  const flags = await flagsAfter(store, written, sender);
  const consent = toConsent(flags);
  const blocked = blockOf(flags) !== undefined;
  const stopped = subjects.filter((purpose) => consent[purpose] !== 'opted_in');
  if (stopped.length > 0) hint(app, `A newer opt-out stands: ${stopped.join(', ')}.`);
  if (subjects.includes('marketing') && isStoppedByMessenger(flags)) {
    hint(app, 'The person switched marketing off in the messenger, which stands against it: only they can switch it on again, there.');
  }
  if (blocked) hint(app, 'The person is blocked; tollbell unblock lifts the block.');
  const document = { contact: written.contactId, phone: written.phone, sender: name, purposes: [...subjects], consent, blocked };
  return {
    command: 'opt-in',
    schema: OptInDocument,
    document,
    columns: ['contact', 'phone', 'sender', ...subjects.map((purpose) => `consent.${purpose}`), 'blocked'],
    text: (style) => subjects.map((purpose) => `${style.strong(purpose)} ${consent[purpose].replace('_', ' ')}`).join('\n'),
  };
}
