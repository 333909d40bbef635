// Filling a store with the samples of the catalogue: their templates, and the demo's people with their consent.

import type { App } from '../app.ts';
import { type SampleContact, sampleContacts } from '../catalog/sample-recipients.ts';
import { sampleTemplates } from '../catalog/sample-templates.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import { parseTemplate } from '../domain/template-parse.ts';
import { assert } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { ContactWrite, NewConsentEvent } from '../ports/store/directory.ts';
import { decideSettlements } from '../send/settle.ts';
import { BATCH_MAX, slices } from '../values/batch.ts';
import { parsePhone } from '../values/phone.ts';
import type { Instant } from '../values/time.ts';
import { newTemplate } from './new-template.ts';

/** Puts the sample templates into the sender's list; the sandbox approves them at once. */
export async function addSampleTemplates(app: App, store: Store, sender: Sender): Promise<readonly string[]> {
  const contents = sampleTemplates().map(parseTemplate);
  for (const content of contents) await store.putTemplate(newTemplate(app, sender, content));
  return [...new Set(contents.map(({ name }) => name))];
}

/** Adds the sample people; those who opted out or are blocked agreed first. Returns how many there are of each standing. */
export async function addSampleContacts(
  app: App,
  store: Store,
  sender: Sender,
): Promise<Readonly<Record<SampleContact['standing'], number>>> {
  const people = sampleContacts();
  const at = app.clock.now();
  for (const batch of slices(people, BATCH_MAX)) {
    await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts: batch.map((person) => toWrite(app, { person, sender, at })), at });
  }
  const stopped = people.filter(({ standing }) => standing === 'opted_out' || standing === 'blocked');
  const writes = stopped.map(({ phone, standing }) => ({
    contactId: app.ids.sortable<'contact'>(at),
    who: { phone: knownPhone(phone) },
    events: [
      standing === 'blocked'
        ? event(sender, at, { subject: 'block', kind: 'block' })
        : event(sender, at, { subject: 'utility', kind: 'opt_out' }),
    ],
  }));
  for (const batch of slices(writes, BATCH_MAX))
    await store.recordConsent({ accountId: DEFAULT_ACCOUNT, writes: batch, at }, decideSettlements);
  const counts = { opted_in: 0, no_consent: 0, opted_out: 0, blocked: 0 };
  for (const { standing } of people) counts[standing] += 1;
  return counts;
}

function toWrite(
  app: App,
  { person, sender, at }: { readonly person: SampleContact; readonly sender: Sender; readonly at: Instant },
): ContactWrite {
  const { phone, name, language, standing } = person;
  const optIns = standing === 'no_consent' ? [] : [event(sender, at, { subject: 'utility', kind: 'opt_in' })];
  return { id: app.ids.sortable(at), phone: knownPhone(phone), userId: null, name, language, attributes: {}, optIns, isReachable: false };
}

function event(sender: Sender, at: Instant, what: Pick<NewConsentEvent, 'subject' | 'kind'>): NewConsentEvent {
  return { ...what, scope: sender.id, at, by: 'customer', source: 'sample data', evidence: null };
}

function knownPhone(text: string): NonNullable<ContactWrite['phone']> {
  const phone = parsePhone(text);
  assert(phone !== undefined, 'sample contacts have valid numbers');
  return phone;
}
