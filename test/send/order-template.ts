// A template with every kind of parameter, and the checking of rows against it.

import { declaredParameters } from '../../src/domain/template-parameters.ts';
import type { Template } from '../../src/domain/template.ts';
import { readRecipients, type Recipient, type RecipientOptions } from '../../src/send/recipients.ts';
import { readRecords } from '../../src/send/records.ts';
import type { Rejection } from '../../src/send/rejections.ts';
import type { SenderId, TemplateId } from '../../src/values/id.ts';
import { templateOf } from '../domain/templates.ts';
import { NOW } from './facts.ts';
import { sourceOf } from './files.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A template as the store gives it. */
export function storedTemplate(components: readonly Fields[], fields: Fields = {}): Template {
  const content = templateOf(components, fields);
  return {
    ...content,
    id: `${content.name}.${content.language}` as TemplateId,
    senderId: 'sender' as SenderId,
    status: 'approved',
    parameters: declaredParameters(content),
    contentHash: '00',
    addedAt: NOW,
    providerId: null,
    quality: null,
  };
}

/** A body with named parameters. */
export function named(text: string, fields: Fields = {}): Template {
  return storedTemplate([{ type: 'BODY', text }], { parameter_format: 'named', ...fields });
}

/** Takes `name` and `order`. */
export const ORDER = named('Hello {{name}}, your order {{order}} has left.', { name: 'order' });

export type CheckedFile = { readonly recipients: readonly Recipient[]; readonly rejections: readonly Rejection[]; readonly read: number };

type Checking = Partial<RecipientOptions> & { readonly name?: string; readonly rename?: Readonly<Record<string, string>> };

/** Reads and checks a file. */
export async function check(text: string, { name = 'orders.csv', rename = {}, ...options }: Checking = {}): Promise<CheckedFile> {
  const records = readRecords(sourceOf(text), { name, format: null, rename });
  const recipients: Recipient[] = [];
  const rejections: Rejection[] = [];
  let read = 0;
  const plain = { title: name, templates: [ORDER], language: null, parameters: {}, ignoreColumns: false, keepsRecords: true, at: NOW };
  const given = { ...plain, ...options };
  for await (const batch of readRecipients(records, given)) {
    recipients.push(...batch.recipients);
    rejections.push(...batch.rejected.map(({ rejection }) => rejection));
    read += batch.read;
  }
  return { recipients, rejections, read };
}
