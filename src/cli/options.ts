// Options that more than one command takes, their help, and their way from text to values.

import { type Command, Option } from 'commander';
import * as z from 'zod/mini';
import english from 'zod/v4/locales/en.js';
import { type Format, FORMATS } from '../config.ts';
import { EXIT_CODES, fail } from '../errors.ts';
import { timeFlaw } from '../send/moment.ts';
import { type Micros, negative, CURRENCIES, parseAmount, parseCurrency, ZERO } from '../values/money.ts';
import { parseSortableId } from '../values/id.ts';
import { parseLanguage } from '../values/language.ts';
import { EXAMPLE_PHONE, parsePhone } from '../values/phone.ts';
import { DAY_MS, parseDay, parseDuration, parseInstant, parseMonth, parseTimeZone } from '../values/time.ts';

// zod/mini comes without texts. What people can do wrong has words of ours; these tell what a document of ours lacks, when we are wrong.
z.config(english());

/** Adds the options that every command takes; they stand on the root too, so that they work before and after the command's name. */
export function addGlobalOptions(command: Command, formats: readonly Format[] = FORMATS): Command {
  return command
    .addOption(new Option('--db <path>', 'the store file, or :memory:').helpGroup('Global options:'))
    .addOption(new Option('--config <file>', 'a configuration file').helpGroup('Global options:'))
    .addOption(new Option('--sender <name>', 'the sender to act for').helpGroup('Global options:'))
    .addOption(new Option('-o, --format <format>', `output: ${formats.join(', ')}`).helpGroup('Global options:'))
    .addOption(new Option('--json', 'the same as --format json').helpGroup('Global options:'))
    .addOption(new Option('-q, --quiet', 'no progress and no hints').helpGroup('Global options:'))
    .addOption(new Option('--debug', 'show the causes of errors').helpGroup('Global options:'))
    .addOption(new Option('--no-color', 'plain text').helpGroup('Global options:'))
    .addOption(new Option('--no-input', 'never ask').helpGroup('Global options:'))
    .addOption(new Option('-y, --yes', 'answer every question with yes').helpGroup('Global options:'))
    .addOption(new Option('--show-pii', 'whole phone numbers in messages on stderr').helpGroup('Global options:'));
}

/** The end of a command's help: examples first, then the shape of the output and the codes it can end with. */
export function helpText(parts: {
  readonly examples: readonly string[];
  readonly output: string;
  readonly exits: readonly (keyof typeof EXIT_CODES)[];
  /** What a code means of this command, where that is something else. */
  readonly meanings?: Readonly<Partial<Record<keyof typeof EXIT_CODES, string>>>;
}): string {
  const exits = parts.exits.map((code) => `  ${String(code).padStart(3)}  ${parts.meanings?.[code] ?? EXIT_CODES[code]}`);
  return `
Examples:
${parts.examples.map((example) => `  ${example}`).join('\n')}

Output (--json):
  ${parts.output}

Exit codes:
${exits.join('\n')}
`;
}

/** Takes an option once: where the last one would win, a person who means both would lose the others without a word. */
export function onlyOnce(name: string): (value: string, before: string | undefined) => string {
  return (value, before) => {
    if (before === undefined) return value;
    throw fail('usage', { message: `--${name} is given twice.`, hint: `Run the command once for each: ${before}, ${value}.` });
  };
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Turns raw options into checked ones. Throws `invalid_input`, or the code of the option, and names the option and what it takes. */
export function parseOptions<Schema extends z.ZodMiniType>(schema: Schema, raw: Readonly<Record<string, unknown>>): z.output<Schema> {
  const result = schema.safeParse(raw, { reportInput: false });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = String(issue?.path[0] ?? 'argument');
  const option = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  throw fail(codeOf(issue), { message: `${option}: ${issue?.message ?? 'not valid'}`, hint: hintOf(issue), details: { option } });
}

// Codes of single options; all else that an option does not take is `invalid_input`.
const OPTION_CODES = ['invalid_phone', 'unknown_market'] as const;

type OptionCode = (typeof OPTION_CODES)[number];

function codeOf(issue: z.core.$ZodIssue | undefined): OptionCode | 'invalid_input' {
  const code: unknown = issue?.code === 'custom' ? issue.params?.['code'] : undefined;
  return OPTION_CODES.find((known) => known === code) ?? 'invalid_input';
}

function hintOf(issue: z.core.$ZodIssue | undefined): string {
  const hint = issue?.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'string' ? hint : 'See --help for what it takes.';
}

const anyText = z.string();

/** What is said of a text that an option does not take. */
type Refusal = { readonly message: string; readonly hint: string; readonly code?: OptionCode };

/** Text that `parse` understands. Where it gives undefined, the text is refused with these words. */
export function parsedText<Value>(
  parse: (text: string) => Value | undefined,
  refuse: (text: string) => Refusal,
): z.ZodMiniPipe<z.ZodMiniString<string>, z.ZodMiniTransform<Awaited<Value>, string>> {
  return z.pipe(
    anyText,
    z.transform((text: string, { issues }): Value => {
      const value = parse(text);
      if (value !== undefined) return value;
      const { message, ...params } = refuse(text);
      issues.push({ code: 'custom', message, params, input: text });
      return z.NEVER;
    }),
  );
}

/** What the schema takes; null where the option is not given. */
export function orNull<Schema extends z.ZodMiniType>(schema: Schema): z.ZodMiniDefault<z.ZodMiniNullable<Schema>> {
  return z._default(z.nullable(schema), null);
}

/** An option without a value: false where it is not given. */
export const flag = z._default(z.boolean(), false);

/** An option that may be given several times. */
export const texts = z._default(z.array(z.string()), []);

/** Text with something in it, without the space around it. */
export function filledText(): z.ZodMiniString<string> {
  return z.string().check(z.trim(), z.minLength(1, 'empty'));
}

/** A whole number from one on, and up to `max` where that is given. */
export function countText(max?: number): z.ZodMiniNumber {
  const count = z.coerce.number({ error: 'not a number' }).check(z.int('not a whole number'), z.minimum(1, 'at least 1'));
  return max === undefined ? count : count.check(z.maximum(max, `at most ${max}`));
}

// The file of a frequent command leaves out those of these that it does not use: what the build is to leave out, it must know to be pure.

const PORT_MAX = 65_535;

/** A port to listen on, in digits: nothing else that counts as a number, since a port that nobody meant is found too late. */
export const portText = /* @__PURE__ */ parsedText(
  (text) => (/^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX ? Number(text) : undefined),
  () => ({ message: `not a whole number from 0 to ${PORT_MAX}`, hint: 'Choose one that is free; 0 takes any.' }),
);

/** A phone number in international form. */
export const phoneText = /* @__PURE__ */ parsedText(parsePhone, () => ({
  message: 'not an international phone number',
  code: 'invalid_phone',
  hint: `Write it with + and the country code: ${EXAMPLE_PHONE}.`,
}));

/** A decimal amount with at most six decimals. */
export const amountText = /* @__PURE__ */ parsedText(parseAmount, (text) => ({
  message: `not an amount: ${text}`,
  hint: 'Write it like 12.50; at most six decimals, no currency sign.',
}));

/** The same, or a negative one; never zero, which would change nothing. */
export const signedAmountText = /* @__PURE__ */ parsedText(parseSignedAmount, (text) => ({
  message: `not an amount to add or to take off: ${text}`,
  hint: 'Write it like 12.50 or -0.055; at most six decimals, no currency sign, not zero.',
}));

function parseSignedAmount(text: string): Micros | undefined {
  const isNegative = text.trim().startsWith('-');
  const amount = parseAmount(isNegative ? text.trim().slice(1) : text);
  if (amount === undefined || amount === ZERO) return undefined;
  return isNegative ? negative(amount) : amount;
}

/** An instant with an offset, or a day. */
export const instantText = /* @__PURE__ */ parsedText(parseInstant, (text) => ({
  message: `'${text}': ${timeFlaw(text)?.message ?? 'neither a time with its zone, such as 2026-12-01T09:00+01:00, nor a day, such as 2026-12-01'}.`,
  hint: 'A day is its midnight in UTC.',
}));

// A timer of Node counts in 31 bits.
const DURATION_MS_MAX = 24 * DAY_MS;

/** A duration in milliseconds, at most 24 days. */
export const durationText = /* @__PURE__ */ parsedText(
  (text) => {
    const milliseconds = parseDuration(text);
    return milliseconds === undefined || milliseconds === 0 || milliseconds > DURATION_MS_MAX ? undefined : milliseconds;
  },
  (text) => ({
    message: `${(parseDuration(text) ?? 0) > DURATION_MS_MAX ? 'longer than 24d' : 'not a duration'}: ${text}`,
    hint: 'Write it like 500ms, 30s, 5m, 2h or 1d; at most 24d.',
  }),
);

/** A calendar day. */
export const dayText = /* @__PURE__ */ parsedText(parseDay, (text) => ({
  message: `not a day: ${text}`,
  hint: 'Write it like 2026-10-01.',
}));

/** A calendar month. */
export const monthText = /* @__PURE__ */ parsedText(parseMonth, (text) => ({
  message: `not a month: ${text}`,
  hint: 'Write it like 2026-10.',
}));

/** A currency that the provider bills in. */
export const currencyText = /* @__PURE__ */ parsedText(parseCurrency, (text) => ({
  message: `not a currency that the provider bills in: ${text}`,
  hint: `Use one of ${CURRENCIES.join(', ')}.`,
}));

/** A language code, as templates have it. */
export const languageText = /* @__PURE__ */ parsedText(parseLanguage, (text) => ({
  message: `not a language code: ${text}`,
  hint: 'Write it like de or pt_BR.',
}));

/** An IANA time zone. */
export const timeZoneText = /* @__PURE__ */ parsedText(parseTimeZone, (text) => ({
  message: `not a time zone: ${text}`,
  hint: 'Write it like Europe/Berlin.',
}));

/** `name=value`, given several times, as an object. The same name twice is an error. */
export const pairs = z.pipe(
  texts,
  z.transform((given, { issues }): Record<string, string> => {
    const values = Object.create(null) as Record<string, string>; // `__proto__` is a name like any other
    for (const text of given) {
      const split = text.indexOf('=');
      const name = text.slice(0, split);
      if (split < 1 || Object.hasOwn(values, name)) {
        issues.push({
          code: 'custom',
          message: split < 1 ? `'${text}' is not name=value` : `${name} is given twice`,
          params: { hint: 'Write it like order=A-17, once for each name.' },
          input: given,
        });
        return z.NEVER;
      }
      values[name] = text.slice(split + 1);
    }
    return values;
  }),
);

/** The page of a list that the store gives whole; `toPage` knows its cursors. */
export const pageOptions = () => ({ limit: z._default(countText(1_000), 50), after: orNull(z.string()) });

/** The page of a long list, whose cursors are ids. */
export const idPageOptions = () => ({
  ...pageOptions(),
  after: orNull(
    parsedText(parseSortableId, () => ({
      message: 'not a cursor of this list',
      hint: 'Take the cursor from `next` of the page before, or begin again without it.',
    })),
  ),
});

/** Adds `--limit` and `--after`; the command's schema says how many there are where nobody says. */
export function addPageOptions(command: Command, usual = '50'): Command {
  return command
    .option('--limit <count>', `at most so many items (default ${usual})`)
    .option('--after <cursor>', 'go on after this cursor (`next` of the page before)');
}
