// tollbell consent show: the append-only history of one person, as proof.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { CONSENT_KINDS, CONSENT_SUBJECTS, type ConsentEvent, EVERYWHERE } from '../../domain/consent.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import { formatInstant } from '../../values/time.ts';
import type { Define, View } from '../command.ts';
import { helpText, parseOptions } from '../options.ts';
import { findPerson, PERSON_ARGUMENT, personText } from '../person.ts';
import { table } from '../render.ts';
import { instantTextOut } from '../shapes.ts';

const ConsentShowOptions = z.object({ phone: personText });

const ConsentEventItem = z.object({
  sequence: z.int(),
  sender: z.string().check(z.describe('* for all senders')),
  subject: z.enum(CONSENT_SUBJECTS),
  kind: z.enum(CONSENT_KINDS),
  at: instantTextOut.check(z.describe('when it was said')),
  recorded_at: instantTextOut,
  by: z.enum(['customer', 'business']),
  source: z.string(),
  evidence: z.nullable(z.string()),
});

const ConsentShowDocument = z.object({
  contact: z.string(),
  phone: z.nullable(z.string()),
  items: z.array(ConsentEventItem),
  next: z.nullable(z.string()),
});

export const defineConsentShow: Define = (parent, host) => {
  const command = parent
    .command('show')
    .description('Shows everything that was ever recorded about the consent of a person, with all senders, the oldest first.')
    .argument(...PERSON_ARGUMENT)
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell consent show +4915112345678', 'tollbell consent show +4915112345678 --format csv'],
        output:
          '{"schema":"tollbell.consent-show/1","contact","phone","items":[{"sequence","sender","subject","kind","at","recorded_at","by","source","evidence"}],"next":null}',
        exits: [0, 2, 8],
      }),
    )
    .action((phone: string, options: object) =>
      host.run(command, (app) => showConsent(app, parseOptions(ConsentShowOptions, { phone, ...options }))),
    );
  return ConsentShowDocument;
};

/** The history. Throws `unknown_contact`. */
export async function showConsent(
  app: App,
  { phone: who }: z.output<typeof ConsentShowOptions>,
): Promise<View<z.output<typeof ConsentShowDocument>>> {
  const { store, person } = await findPerson(app, who);
  const senders = new Map((await store.listSenders(DEFAULT_ACCOUNT)).map(({ id, name }) => [id, name]));
  const nameOf = ({ scope }: ConsentEvent): string => (scope === EVERYWHERE ? EVERYWHERE : (senders.get(scope) ?? scope));
  const events = await store.consentHistory(person.contact.id);
  const items = events.map((event) => ({
    sequence: event.sequence,
    sender: nameOf(event),
    subject: event.subject,
    kind: event.kind,
    at: formatInstant(event.at),
    recorded_at: formatInstant(event.recordedAt),
    by: event.by,
    source: event.source,
    evidence: event.evidence,
  }));
  return {
    command: 'consent-show',
    schema: ConsentShowDocument,
    document: { contact: person.contact.id, phone: person.contact.phone, items, next: null },
    rows: 'items',
    columns: Object.keys(ConsentEventItem.shape),
    text: (style) => {
      const rows = items.map(({ at, sender, subject, kind, by, source, evidence }) => [
        at,
        sender,
        subject,
        kind,
        by,
        source,
        evidence ?? '-',
      ]);
      return items.length === 0
        ? 'Nothing was recorded.'
        : table({ header: ['AT', 'SENDER', 'SUBJECT', 'KIND', 'BY', 'SOURCE', 'EVIDENCE'], rows }, style);
    },
  };
}
