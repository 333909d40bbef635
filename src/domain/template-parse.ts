// Reading a template in the provider's own format: the body with which its API creates one, or an item of its list. Owns the shape of
// that format; the rules between its parts are template-rules'.

import * as z from 'zod/mini';
import { assert } from '../errors.ts';
import { parseLanguage } from '../values/language.ts';
import { characterCount } from '../values/text.ts';
import { BID_MAX, BID_STRATEGY } from './bid.ts';
import { checkTemplate, type DraftComponent, refuseTemplate } from './template-rules.ts';
import { TTL_LONGEST } from './template-ttl.ts';
import { PARAMETER_FORMATS, TEMPLATE_CATEGORIES, type TemplateContent, type TemplateStatus } from './template.ts';

/** A template's content, and where the provider's review of it stands; approved where the document does not say. */
export type ParsedTemplate = TemplateContent & { readonly status: TemplateStatus };

const FORMAT_HINT =
  "A template is the body with which the provider's API creates one (name, language, category, components), or one item of its list.";

// Every status of the provider. What is on its way out can no longer be sent; FLAGGED and REINSTATED still can.
const STATUSES = {
  APPROVED: 'approved',
  FLAGGED: 'approved',
  REINSTATED: 'approved',
  PENDING: 'pending',
  IN_APPEAL: 'pending',
  REJECTED: 'rejected',
  PAUSED: 'paused',
  LOCKED: 'paused',
  DISABLED: 'disabled',
  PENDING_DELETION: 'disabled',
  DELETED: 'disabled',
  LIMIT_EXCEEDED: 'disabled',
  ARCHIVED: 'disabled',
} as const satisfies Readonly<Record<string, TemplateStatus>>;
const STATUS_WORDS = Object.keys(STATUSES) as readonly (keyof typeof STATUSES)[];

/** What a status of the provider means, in any case; undefined for a word that it did not use so far. */
export function templateStatusOf(word: string): TemplateStatus | undefined {
  const known = STATUS_WORDS.find((status) => status === word.toUpperCase());
  return known === undefined ? undefined : STATUSES[known];
}

/** Text that this function understands. Where it gives undefined, the text is refused with this reason. */
const parsedText = <Value>(parse: (text: string) => Value | undefined, reason: string) =>
  z.pipe(
    z.string(),
    z.transform((text: string, { issues }): Value => {
      const value = parse(text);
      if (value !== undefined) return value;
      issues.push({ code: 'custom', message: reason, input: text });
      return z.NEVER;
    }),
  );

/** One of a few words, in any case, as the first list writes it. */
const oneOf = <Word extends string>(words: readonly Word[]) =>
  parsedText(
    (text) => words.find((known) => known.toLowerCase() === text.toLowerCase()),
    `is none of ${words.map((known) => known.toUpperCase()).join(', ')}`,
  );

const atMost = (count: number) =>
  z.string().check(z.refine((text) => text.trim() !== '' && characterCount(text) <= count, `must have 1 to ${count} characters`));

const wholeNumber = z.int({ error: 'must be a whole number' });

const Button = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('QUICK_REPLY'), text: atMost(25) }),
  z.looseObject({ type: z.literal('URL'), text: atMost(25), url: atMost(2_000) }),
  z.looseObject({ type: z.literal('PHONE_NUMBER'), text: atMost(25), phone_number: atMost(20) }),
  z.looseObject({
    type: z.literal('COPY_CODE'),
    text: z.optional(atMost(25)),
    example: z.optional(z.unknown().check(z.refine(isCoupon, 'must be a code of 1 to 15 characters'))),
  }),
  z.looseObject({ type: z.literal('OTP'), text: z.optional(atMost(25)), otp_type: z.string() }),
  z.looseObject({ type: z.enum(['FLOW', 'VOICE_CALL']), text: atMost(25) }),
  z.looseObject({ type: z.enum(['CATALOG', 'REQUEST_CONTACT_INFO']), text: z.optional(atMost(25)) }),
]);

const Component = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('HEADER'),
    format: oneOf(['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION']),
    text: z.optional(atMost(60)),
  }),
  z.looseObject({ type: z.literal('BODY'), text: z.optional(atMost(1_024)), add_security_recommendation: z.optional(z.boolean()) }),
  z.looseObject({
    type: z.literal('FOOTER'),
    text: z.optional(atMost(60)),
    code_expiration_minutes: z.optional(wholeNumber.check(z.minimum(1, 'must be 1 to 90'), z.maximum(90, 'must be 1 to 90'))),
  }),
  z.looseObject({
    type: z.literal('BUTTONS'),
    buttons: z
      .array(z.pipe(z.transform(inCapitals), Button))
      .check(z.minLength(1, 'must have 1 to 10'), z.maxLength(10, 'must have 1 to 10')),
  }),
]);

// With commas: ten digits in a row look like a phone number, and would be masked.
const BID_RANGE = `must be 1 to ${BID_MAX.toLocaleString('en-US')}`;

const Bid = z.looseObject({
  bid_amount: wholeNumber.check(z.minimum(1, BID_RANGE), z.maximum(BID_MAX, BID_RANGE)),
  bid_strategy: z._default(z.literal(BID_STRATEGY, { error: `is none but ${BID_STRATEGY}` }), BID_STRATEGY),
});

const TemplateDocument = z.looseObject({
  name: z.string().check(z.regex(/^[a-z0-9_]{1,512}$/, 'may have 1 to 512 small letters, digits and _')),
  language: parsedText(parseLanguage, 'is not a language code such as en, en_US or pt_BR'),
  category: oneOf(TEMPLATE_CATEGORIES),
  parameter_format: z._default(oneOf(PARAMETER_FORMATS), 'positional'),
  status: z.optional(oneOf(STATUS_WORDS)),
  message_send_ttl_seconds: z.nullish(wholeNumber),
  optimization_spec: z.nullish(Bid),
  // What the provider called it until July 2026: files from before are still read.
  bid_spec: z.nullish(Bid),
  components: z.array(z.pipe(z.transform(inCapitals), Component)).check(z.minLength(1, 'must not be empty')),
});

/**
 * The template of a document. Fields that this program does not know stay in the components. Throws `template_invalid` with the place in
 * the document, what is wrong there, and what to do.
 */
export function parseTemplate(document: unknown): ParsedTemplate {
  const result = TemplateDocument.safeParse(document, { error: explain });
  if (!result.success) throw refusalOf(result.error);
  const { name, language, category, status, components } = result.data;
  const ttlSeconds = ttlOf(result.data.message_send_ttl_seconds ?? null, status !== undefined);
  const bidAmount = (result.data.optimization_spec ?? result.data.bid_spec)?.bid_amount ?? null;
  // An authentication template takes its code by position, whatever it says: the provider writes its text.
  const parameterFormat = category === 'authentication' ? 'positional' : result.data.parameter_format;
  const isReviewed = status !== undefined;
  checkTemplate({ category, parameterFormat, components: components.map(toDraft), ttlSeconds, bidAmount, isReviewed });
  return { name, language, category, parameterFormat, components, ttlSeconds, bidAmount, status: STATUSES[status ?? 'APPROVED'] };
}

// The provider has its own words for none.
function ttlOf(seconds: number | null, isReviewed: boolean): number | null {
  return isReviewed && seconds !== null && seconds <= 0 && seconds !== TTL_LONGEST ? null : seconds;
}

// Only the fields that belong to the type: in another component the same name is one of those that we do not know.
function toDraft(component: z.output<typeof Component>): DraftComponent {
  switch (component.type) {
    case 'HEADER':
      return { type: component.type, format: component.format, text: component.text };
    case 'BODY':
    case 'FOOTER':
      return { type: component.type, text: component.text };
    case 'BUTTONS':
      return { type: component.type, buttons: component.buttons.map((button) => (button.type === 'URL' ? button : { type: button.type })) };
  }
}

// One code when the template is created, a list of one when the provider gives it back.
function isCoupon(example: unknown): boolean {
  const codes: readonly unknown[] = Array.isArray(example) ? example : [example];
  return codes.every((code) => code === undefined || (typeof code === 'string' && code !== '' && code.length <= 15));
}

// The provider takes types in any case and gives them back in capitals.
function inCapitals(value: unknown): unknown {
  const type: unknown = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return typeof type === 'string' ? { ...(value as object), type: type.toUpperCase() } : value;
}

function refusalOf(error: z.core.$ZodError): Error {
  const [issue] = error.issues;
  assert(issue !== undefined, 'zod refused a template without a reason');
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  return refuseTemplate({ path, reason: issue.message, hint: FORMAT_HINT });
}

// What is left after the messages above: something is missing, is of another type, or is none of a union.
function explain(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing';
  return issue.code === 'invalid_union' ? unionReason(issue.input) : `must be ${article(String(issue['expected']))}`;
}

// Our unions are told apart by `type`, so that is what is wrong. Its lack is told as a lack.
function unionReason(input: unknown): string {
  const { type } = input as { readonly type?: unknown };
  return type === undefined ? 'is missing' : `${JSON.stringify(type)} is nothing that this version can send`;
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
