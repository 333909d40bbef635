// The payload of a webhook that somebody triggers: as the provider would write it of a message, a person or a template that is in the store.

import type { App } from '../app.ts';
import { toCallbackData } from '../domain/callback-data.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import type { Template } from '../domain/template.ts';
import {
  type Change,
  inboundChange,
  preferenceChange,
  type StatusValues,
  statusesChange,
  templateCategoryChange,
  templateQualityChange,
  templateStatusChange,
  webhookBody,
  type WebhookPerson,
  type WebhookSource,
} from '../emulator/webhook-body.ts';
import { assert, fail } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { MessageRecord } from '../ports/store/report.ts';
import type { MessageId } from '../values/id.ts';
import { type Instant, toInstant } from '../values/time.ts';
import { onlyLanguage, pickTemplates } from './find-templates.ts';
import { failureCode, type WebhookOptions } from './webhook-options.ts';

type EventStore = Pick<Store, 'findMessages' | 'findContacts' | 'listTemplates'>;
type EventHost = Pick<App, 'clock' | 'ids' | 'digest' | 'keyedDigest'> & { readonly store: EventStore; readonly sender: Sender };

/** The whole payload. Throws `unknown_message`, `unknown_template`, `language_required`, and `invalid_input` for a message that was never sent. */
export async function webhookPayload(host: EventHost, options: WebhookOptions): Promise<object> {
  const source = sourceOf(host.sender);
  const at = wholeSecond(host.clock.now());
  return webhookBody(source, [await toChange(host, { source, at, options })], at);
}

// Webhooks count whole seconds. The next one, which the reader takes for now: the last one may lie before what happened in this second.
function wholeSecond(now: Instant): Instant {
  return toInstant(Math.ceil(now / 1_000) * 1_000);
}

/** The sandbox has neither a number nor an account at a provider: its own id stands for both. */
export function sourceOf({ id, whatsapp }: Sender): WebhookSource {
  const { phoneNumberId, wabaId } = whatsapp ?? { phoneNumberId: id, wabaId: id };
  return { phoneNumberId, wabaId, displayPhoneNumber: phoneNumberId };
}

type Wish = { readonly source: WebhookSource; readonly at: Instant; readonly options: WebhookOptions };

async function toChange(host: EventHost, wish: Wish): Promise<Change> {
  const { source, at, options } = wish;
  switch (options.event) {
    case 'sent':
    case 'delivered':
    case 'read':
    case 'failed':
      return statusesChange(source, [await toStatus(host, wish)]);
    case 'inbound':
      return inboundChange(source, { ...inbound(host, wish), type: 'text', content: { body: options.text ?? 'Hello' } });
    case 'button': {
      const text = options.text ?? '';
      return inboundChange(source, { ...inbound(host, wish), type: 'button', content: { text, payload: options.payload ?? text } });
    }
    case 'preferences-stop':
      return preferenceChange(source, { person: personOf(options), marketing: 'stop', at });
    case 'preferences-resume':
      return preferenceChange(source, { person: personOf(options), marketing: 'resume', at });
    case 'template-status':
    case 'template-category':
    case 'template-quality':
      return templateChange(host, options);
  }
}

async function toStatus(host: EventHost, { at, options }: Wish): Promise<StatusValues> {
  const { store, sender } = host;
  assert(options.message !== null, 'an event about a message names it');
  const record = await findMessage(store, { sender, id: options.message });
  const [found] = await store.findContacts(DEFAULT_ACCOUNT, [{ contactId: record.contactId }]);
  const isFailure = options.event === 'failed';
  return {
    messageId: record.providerId ?? `wamid.${record.id}`,
    status: options.event,
    at,
    person: toPerson({ phone: record.phone, userId: found?.contact.userId ?? null }),
    callbackData: toCallbackData({ messageId: record.id, attempt: record.attempt }, await host.keyedDigest()),
    pricing: isFailure ? null : { billable: true, type: 'regular', category: record.category },
    conversation: null,
    error: isFailure ? { code: failureCode(options), details: 'Triggered by hand.' } : null,
  };
}

async function findMessage(
  store: Pick<Store, 'findMessages'>,
  { sender, id }: { readonly sender: Sender; readonly id: MessageId },
): Promise<MessageRecord> {
  const [record] = await store.findMessages([id]);
  if (record === null || record === undefined || record.sender !== sender.name) {
    const whose = record === null || record === undefined ? '' : ` of ${sender.name}; it is of ${record.sender}`;
    throw fail('unknown_message', {
      message: `There is no message ${id}${whose}.`,
      hint: 'tollbell message list shows the ids.',
      details: { id },
    });
  }
  if (record.attempt > 0) return record;
  throw fail('invalid_input', {
    message: `message: ${id} is ${record.state} and was never sent.`,
    hint: 'tollbell dispatch sends what is queued.',
    details: { option: 'message' },
  });
}

function inbound(
  { ids }: EventHost,
  { at, options }: Wish,
): { readonly messageId: string; readonly at: Instant; readonly person: WebhookPerson } {
  return { messageId: `wamid.${ids.sortable(at)}`, at, person: personOf(options) };
}

function personOf({ from, userId }: WebhookOptions): WebhookPerson {
  return toPerson({ phone: from, userId });
}

function toPerson({ phone, userId }: { readonly phone: string | null; readonly userId: string | null }): WebhookPerson {
  return { waId: phone === null ? null : phone.slice(1), userId, name: '' };
}

async function templateChange({ store, sender, digest }: EventHost, options: WebhookOptions): Promise<Change> {
  const name = options.template ?? '';
  const all = await store.listTemplates({ senderId: sender.id, name: null });
  const template = onlyLanguage(pickTemplates(all, { name, language: options.language, sender }), name);
  const category = template.category.toUpperCase();
  const named = { id: template.providerId ?? madeUpId(template, digest), name, language: template.language, category };
  if (options.event === 'template-status') return templateStatusChange(named, options.status ?? '', { reason: 'NONE', title: null });
  if (options.event === 'template-category') return templateCategoryChange(named, category, (options.category ?? '').toUpperCase());
  return templateQualityChange(named, (template.quality ?? 'unknown').toUpperCase(), (options.quality ?? '').toUpperCase());
}

// The sandbox gives its templates no ids. This one is the same each time, and JSON keeps it exactly.
function madeUpId({ name, language }: Template, digest: (text: string) => string): string {
  return String(Number.parseInt(digest(`${name}/${language}`).slice(0, 12), 16));
}
