// Messages and settings for the tests of this transport.

import { createHmac } from 'node:crypto';
import { parseTemplate } from '../../../src/domain/template-parse.ts';
import { declaredParameters } from '../../../src/domain/template-parameters.ts';
import type { Template } from '../../../src/domain/template.ts';
import type { OutgoingMessage } from '../../../src/ports/transport.ts';
import { createIds, type ContactId, type MessageId } from '../../../src/values/id.ts';
import type { Phone } from '../../../src/values/phone.ts';
import { makeWhatsapp } from '../../conformance/store/fixture.ts';
import { NOW, template } from '../../send/facts.ts';

export const TOKEN = 'EAAtesttoken0123456789';

export const digest = (text: string): Uint8Array => createHmac('sha256', 'a key').update(text).digest();

const ids = createIds((count) => new Uint8Array(count).fill(7));

export const SETTINGS = makeWhatsapp();

/** A message with an id of its own, to somebody in Germany, from the template of the facts. */
export function outgoing(rest: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    id: ids.sortable<'message'>(NOW) satisfies MessageId,
    attempt: 1,
    contactId: 'contact' as ContactId,
    phone: '+4915112345678' as Phone,
    userId: null,
    template: template(),
    parameters: { name: 'Zoë' },
    freeForm: null,
    conversation: { windowOpen: false, freeEntryOpen: false, freeUnitsUsed: 0 },
    ...rest,
  };
}

/** A template in the provider's format, as the store would give it. */
export function stored(document: Readonly<Record<string, unknown>>): Template {
  const content = parseTemplate(document);
  return template({ ...content, parameters: declaredParameters(content) });
}
