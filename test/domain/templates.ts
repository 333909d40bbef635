// Templates for the tests of templates: a correct document, and the error that a wrong one brings.

import { parseTemplate } from '../../src/domain/template-parse.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { AppError } from '../../src/errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A correct document with a body; `fields` change it. */
export function documentOf(fields: Fields = {}): Fields {
  return { name: 'greeting', language: 'en', category: 'UTILITY', components: [{ type: 'BODY', text: 'Hello there' }], ...fields };
}

/** A template of these components, through the parser. */
export function templateOf(components: readonly Fields[], fields: Fields = {}): TemplateContent {
  return parseTemplate(documentOf({ components, ...fields }));
}

/** An authentication template as it is created. */
export const LOGIN_CODE: Fields = documentOf({
  name: 'login_code',
  category: 'AUTHENTICATION',
  components: [{ type: 'BODY' }, { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] }],
});

/** The error of a document that is refused. */
export function refusalOf(document: unknown): AppError {
  try {
    parseTemplate(document);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the document was taken');
}
