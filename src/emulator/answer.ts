// What the emulator answers: a status and JSON. Owns the shape of the provider's errors; which error it is, others decide.

import { providerError } from '../catalog/provider-errors.ts';

export type Json = Readonly<Record<string, unknown>>;

export type Answer = { readonly status: number; readonly body: Json };

type Wording = {
  /** Instead of the code's own title. */
  readonly message?: string;
  readonly subcode?: number;
  readonly status?: number;
  /** Fields beside `error`, as partial failures have them. */
  readonly beside?: Json;
};

/** An answer with HTTP 200. */
export function ok(body: Json): Answer {
  return { status: 200, body };
}

/** The provider's error with this code. `details` says what is wrong with this request. */
export function refusal(code: number, details: string | null, { message, subcode, status, beside = {} }: Wording = {}): Answer {
  const known = providerError(code);
  return {
    status: status ?? known?.httpStatus ?? 400,
    body: {
      ...beside,
      error: {
        message: `(#${code}) ${message ?? known?.title ?? 'Unknown error'}`,
        type: 'OAuthException',
        code,
        ...(subcode === undefined ? {} : { error_subcode: subcode }),
        ...(details === null ? {} : { error_data: { messaging_product: 'whatsapp', details } }),
        fbtrace_id: traceOf(`${code}${details}`),
      },
    },
  };
}

/** Error 100 for a field that is not there. */
export function missing(name: string): Answer {
  return refusal(100, null, { message: `The parameter ${name} is required.` });
}

/** An error as a status webhook and the block list have it: without the frame of a reply. */
export function listedError(code: number, details: string): Json {
  const title = providerError(code)?.title ?? 'Unknown error';
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  };
}

// Looks like the provider's; the same request has the same one.
function traceOf(text: string): string {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(index)) >>> 0;
  return `A${sum.toString(36).padStart(10, 'x')}`;
}

/** The value as an object; null for anything else. */
export function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

/** The value as text; null for anything else, and for empty text. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The value as a list; null for anything else. */
export function asList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}
