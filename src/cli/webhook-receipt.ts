// A webhook that the sandbox receives without HTTP: read and written as `serve` would, in this process, and what it did.

import * as z from 'zod/mini';
import type { App } from '../app.ts';
import { MESSAGE_STATES } from '../domain/message.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../domain/sender.ts';
import { windowEnd } from '../domain/window.ts';
import type { InboundEvent, InboundPerson } from '../domain/inbound.ts';
import { readEvents } from '../inbound/events.ts';
import { readInbound } from '../inbound/reading.ts';
import type { Received } from '../ports/store/inbound.ts';
import type { ContactRef } from '../ports/store/directory.ts';
import type { Store } from '../ports/store.ts';
import { decideRepricings } from '../send/reprice.ts';
import { decideSettlements } from '../send/settle.ts';
import { keyOf, type TakenOver, toTakenOver } from '../send/take-over-templates.ts';
import { formatAmount, ZERO } from '../values/money.ts';
import { printable } from '../values/text.ts';
import { formatInstant } from '../values/time.ts';
import { ContactItem, purposesOf, toContactItem } from './contact-item.ts';
import type { Style } from './render.ts';
import { instantTextOut, moneyText } from './shapes.ts';
import { DriftShape, driftText, toDrift } from './template-drift-view.ts';
import { sourceOf } from './webhook-event.ts';

/** What one event of the webhook did. */
export const ReceiptItem = z.object({
  result: z.enum(['applied', 'repeated', 'unmatched', 'kept']).check(z.describe('repeated: it told nothing new')),
  message: z.nullable(
    z.object({ id: z.string(), from: z.enum(MESSAGE_STATES), to: z.enum(MESSAGE_STATES), charged: moneyText, currency: z.string() }),
  ),
  contact: z.nullable(ContactItem).check(z.describe('the person, as they stand with the sender afterwards')),
  window_until: z.nullable(instantTextOut).check(z.describe('until when free-form messages may be sent')),
  cancelled_messages: z.array(z.string()).check(z.describe('queued messages that a stop cancelled')),
  template: z.nullable(z.object({ name: z.string(), language: z.string(), ...DriftShape })),
});
type Item = z.output<typeof ReceiptItem>;

/** One event and what came of it. */
export type Receipt = { readonly item: Item; readonly taken: TakenOver | null };

type ReceiptHost = Pick<App, 'clock' | 'ids' | 'digest' | 'keyedDigest'> & { readonly store: Store; readonly sender: Sender };

/** Receives the payload for the sandbox: what it says is in the store when this returns. */
export async function receiveHere(host: ReceiptHost, payload: object): Promise<readonly Receipt[]> {
  const { store, sender, clock, ids, digest } = host;
  const { phoneNumberId } = sourceOf(sender);
  const at = clock.now();
  const events = readEvents(payload, {
    at,
    ids,
    keyedDigest: await host.keyedDigest(),
    sha256: (text) => Buffer.from(digest(text), 'hex'),
    senders: { byNumber: (id) => (id === phoneNumberId ? sender.id : null), byAccount: () => [sender.id] },
  });
  const received = await store.receive({ events, at }, { settle: decideSettlements, read: readInbound, reprice: decideRepricings });
  const receipts: Receipt[] = [];
  for (const [index, event] of events.entries()) {
    const result = received[index];
    if (result !== undefined) receipts.push(await toReceipt(host, event, result));
  }
  return receipts;
}

async function toReceipt({ store, sender }: ReceiptHost, event: InboundEvent, received: Received): Promise<Receipt> {
  const { settlement, template } = received;
  const person = event.kind === 'message' || event.kind === 'preference' ? event.person : null;
  const [found] = person === null ? [] : await store.findContacts(DEFAULT_ACCOUNT, [refOf(person)]);
  const taken = event.kind === 'template' && template !== null ? await takenOf(store, sender, { named: event, changed: template }) : null;
  const item: Item = {
    result: received.result,
    message:
      settlement === null
        ? null
        : {
            id: settlement.messageId,
            from: settlement.from,
            to: settlement.to,
            charged: formatAmount(settlement.charged),
            currency: settlement.currency,
          },
    contact: found === undefined || found === null ? null : toContactItem(found, sender.id),
    window_until: event.kind === 'message' ? formatInstant(windowEnd(event.at)) : null,
    cancelled_messages: [...received.cancelled],
    template: taken === null ? null : { name: taken.name, language: taken.language, ...toDrift(taken) },
  };
  return { item, taken };
}

type Told = {
  readonly named: { readonly name: string; readonly language: string };
  readonly changed: NonNullable<Received['template']>;
};

async function takenOf(store: Store, sender: Sender, { named, changed }: Told): Promise<TakenOver> {
  const templates = await store.listTemplates({ senderId: sender.id, name: named.name });
  return toTakenOver(store, { named, stored: templates.find((template) => keyOf(template) === keyOf(named)), changed });
}

function refOf({ phone, userId }: InboundPerson): ContactRef {
  return phone === null ? { userId: userId ?? '' } : { phone };
}

/** What the event did, for people. */
export function receiptText({ item, taken }: Receipt, { sender, style }: { readonly sender: Sender; readonly style: Style }): string {
  const { result, message, contact, window_until: until, cancelled_messages: cancelled } = item;
  const word = result === 'applied' ? style.good(result) : style.warn(result);
  if (taken !== null) return driftText(word, taken, { style, currency: sender.currency });
  if (message !== null) {
    const charged = message.charged === formatAmount(ZERO) ? '' : `, ${message.charged} ${message.currency} charged`;
    return `${word} ${message.id}: ${message.from} → ${message.to}${charged}`;
  }
  if (contact === null) return word;
  return [
    `${word} ${contact.phone ?? printable(contact.user_id ?? contact.id)}${until === null ? '' : `: free-form messages may be sent until ${until}`}`,
    `  opted in: ${purposesOf(contact.consent, 'opted_in')}; opted out: ${purposesOf(contact.consent, 'opted_out')}; marketing in the messenger: ${contact.consent.messenger}`,
    ...(cancelled.length === 0 ? [] : [`  ${style.warn(`${cancelled.length} queued messages cancelled`)}`]),
  ].join('\n');
}
