// tollbell opt-out: a person wants no more messages for a purpose, or for any.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { PURPOSES } from '../../domain/consent.ts';
import { recordConsent } from '../../send/record-consent.ts';
import type { Define, View } from '../command.ts';
import { ConsentShape, toConsent } from '../contact-item.ts';
import { flagsAfter, purposesText, scopeOf, StopShape, stopText, toStop } from '../consent-view.ts';
import { currentSender } from '../current-sender.ts';
import { filledText, flag, helpText, orNull, parseOptions } from '../options.ts';
import { PERSON_ARGUMENT, personText, refuseUnknownId } from '../person.ts';

const OptOutOptions = z.object({
  phone: personText,
  purpose: z._default(purposesText, PURPOSES),
  source: z._default(filledText(), 'command'),
  evidence: orNull(z.string()),
  everywhere: flag,
});

const OptOutDocument = z.object({
  contact: z.string(),
  phone: z.nullable(z.string()),
  sender: z.string().check(z.describe('* for all senders')),
  purposes: z.array(z.enum(PURPOSES)),
  consent: ConsentShape,
  ...StopShape,
});

export const defineOptOut: Define = (parent, host) => {
  const command = parent
    .command('opt-out')
    .description('Records that a person wants no more, for all purposes unless some are named. What is queued for them is cancelled.')
    .argument(...PERSON_ARGUMENT)
    .option('--purpose <list>', `one or more of ${PURPOSES.join(', ')} (default all)`)
    .option('--source <text>', 'how they said it (default "command")')
    .option('--evidence <text>', 'the proof: their words, a document')
    .option('--everywhere', 'for all senders of the account')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell opt-out +4915112345678', 'tollbell opt-out +4915112345678 --purpose marketing --source "phone call" --json'],
        output:
          '{"schema":"tollbell.opt-out/1","contact","phone","sender","purposes":[…],"consent":{…},"cancelled_messages","released":[…],"in_flight":[…]}',
        exits: [0, 2, 8],
      }),
    )
    .action((phone: string, options: object) =>
      host.run(command, (app) => optOut(app, parseOptions(OptOutOptions, { phone, ...options }))),
    );
  return OptOutDocument;
};

/** Records the opt-out and returns what it stopped. A number never seen before is recorded too. */
export async function optOut(app: App, options: z.output<typeof OptOutOptions>): Promise<View<z.output<typeof OptOutDocument>>> {
  const { phone: who, purpose: subjects, source, evidence, everywhere } = options;
  await refuseUnknownId(app, who);
  const store = await app.store();
  const sender = await currentSender(store, app.config);
  const { scope, name } = scopeOf(sender, everywhere);
  const written = await recordConsent(app, store, { who, scope, subjects, kind: 'opt_out', at: null, by: 'customer', source, evidence });
  const flags = await flagsAfter(store, written, sender);
  const stop = toStop(written);
  const document = {
    contact: written.contactId,
    phone: written.phone,
    sender: name,
    purposes: [...subjects],
    consent: toConsent(flags),
    ...stop,
  };
  return {
    command: 'opt-out',
    schema: OptOutDocument,
    document,
    columns: ['contact', 'phone', 'sender', 'purposes', 'cancelled_messages'],
    text: (style) => `${style.bad('opted out')} of ${subjects.join(', ')}; ${stopText(stop, style)}`,
  };
}
