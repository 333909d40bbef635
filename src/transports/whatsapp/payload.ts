// The body of a send: who it is for, what it says, and our own name for the request, which every status of it brings back.

import { toCallbackData } from '../../domain/callback-data.ts';
import type { FreeForm } from '../../domain/free-form.ts';
import { assert } from '../../errors.ts';
import type { KeyedDigest } from '../../ports/host.ts';
import type { OutgoingMessage } from '../../ports/transport.ts';
import { toMediaObject } from './media-object.ts';
import { templateJson } from './template-json.ts';

/** The JSON of a message's request. Put together as text, because there is one for each message and most of it is the same. */
export function payloadOf(message: OutgoingMessage, digest: KeyedDigest): string {
  const named = toCallbackData({ messageId: message.id, attempt: message.attempt }, digest);
  return `{"messaging_product":"whatsapp","recipient_type":"individual",${recipientOf(message)},${contentOf(message)},"biz_opaque_callback_data":"${named}"}`;
}

// With its `+`: without, the provider puts the country code of the business in front. A number wins over a user id there, so only one is sent.
function recipientOf({ phone, userId }: OutgoingMessage): string {
  if (phone !== null) return `"to":"${phone}"`;
  assert(userId !== null, 'a message was claimed for somebody without a number and without a user id');
  return `"recipient":${JSON.stringify(userId)}`;
}

function contentOf({ template, parameters, freeForm }: OutgoingMessage): string {
  if (template !== null) return `"type":"template","template":${templateJson(template, parameters)}`;
  assert(freeForm !== null, 'a message was claimed without content');
  return `"type":"${freeForm.type}","${freeForm.type}":${JSON.stringify(freeFormObject(freeForm))}`;
}

function freeFormObject(freeForm: FreeForm): object {
  return freeForm.type === 'text' ? { body: freeForm.body } : toMediaObject(freeForm.type, freeForm.source, freeForm);
}
