// Options that more than one command takes, their help, and their way from text to values.

import { type Command, Option } from 'commander';
import * as z from 'zod';
import { FORMATS } from '../config.ts';
import { EXIT_CODES, fail } from '../errors.ts';
import { CURRENCIES, type Currency, type Micros, parseAmount, parseCurrency } from '../values/money.ts';
import { parseLanguage } from '../values/language.ts';
import { type Phone, parsePhone } from '../values/phone.ts';
import { type Day, type Instant, type Month, parseDay, parseInstant, parseMonth, parseTimeZone, type TimeZone } from '../values/time.ts';

/** Adds the options that every command takes; they stand on the root too, so that they work before and after the command's name. */
export function addGlobalOptions(command: Command): Command {
  return command
    .addOption(new Option('--db <path>', 'the store file, or :memory:').helpGroup('Global options:'))
    .addOption(new Option('--config <file>', 'a configuration file').helpGroup('Global options:'))
    .addOption(new Option('--sender <name>', 'the sender to act for').helpGroup('Global options:'))
    .addOption(new Option('-o, --format <format>', `output: ${FORMATS.join(', ')}`).helpGroup('Global options:'))
    .addOption(new Option('--json', 'the same as --format json').helpGroup('Global options:'))
    .addOption(new Option('-q, --quiet', 'no progress and no hints').helpGroup('Global options:'))
    .addOption(new Option('-v, --verbose', 'more words on what happens').helpGroup('Global options:'))
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
}): string {
  const exits = parts.exits.map((code) => `  ${String(code).padStart(3)}  ${EXIT_CODES[code]}`);
  return `
Examples:
${parts.examples.map((example) => `  ${example}`).join('\n')}

Output (--json):
  ${parts.output}

Exit codes:
${exits.join('\n')}
`;
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Turns raw options into checked ones. Throws `invalid_input` that names the option and what it takes. */
export function parseOptions<Schema extends z.ZodType>(schema: Schema, raw: Readonly<Record<string, unknown>>): z.output<Schema> {
  const result = schema.safeParse(raw, { reportInput: false });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = String(issue?.path[0] ?? 'argument');
  const option = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  throw fail(codeOf(issue), { message: `${option}: ${issue?.message ?? 'not valid'}`, hint: hintOf(issue), details: { option } });
}

function codeOf(issue: z.core.$ZodIssue | undefined): 'invalid_input' | 'invalid_phone' {
  return issue?.code === 'custom' && issue.params?.['code'] === 'invalid_phone' ? 'invalid_phone' : 'invalid_input';
}

function hintOf(issue: z.core.$ZodIssue | undefined): string {
  const hint = issue?.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'string' ? hint : 'See --help for what it takes.';
}

/** A phone number in international form. */
export const phoneText = z.string().transform((text, context): Phone => {
  const phone = parsePhone(text);
  if (phone !== undefined) return phone;
  context.addIssue({
    code: 'custom',
    message: 'not an international phone number',
    params: { code: 'invalid_phone', hint: 'Write it with + and the country code: +4915112345678.' },
  });
  return z.NEVER;
});

/** A decimal amount with at most six decimals. */
export const amountText = z.string().transform((text, context): Micros => {
  const amount = parseAmount(text);
  if (amount !== undefined) return amount;
  context.addIssue({ code: 'custom', message: `not an amount: ${text}`, params: { hint: 'Write it like 12.50; at most six decimals, no currency sign.' } });
  return z.NEVER;
});

/** An instant with an offset, or a day. */
export const instantText = z.string().transform((text, context): Instant => {
  const at = parseInstant(text);
  if (at !== undefined) return at;
  context.addIssue({ code: 'custom', message: `not an instant: ${text}`, params: { hint: 'Write it like 2026-12-01T09:00+01:00 or 2026-12-01.' } });
  return z.NEVER;
});

/** A calendar day. */
export const dayText = z.string().transform((text, context): Day => {
  const day = parseDay(text);
  if (day !== undefined) return day;
  context.addIssue({ code: 'custom', message: `not a day: ${text}`, params: { hint: 'Write it like 2026-10-01.' } });
  return z.NEVER;
});

/** A calendar month. */
export const monthText = z.string().transform((text, context): Month => {
  const month = parseMonth(text);
  if (month !== undefined) return month;
  context.addIssue({ code: 'custom', message: `not a month: ${text}`, params: { hint: 'Write it like 2026-10.' } });
  return z.NEVER;
});

/** A currency that the provider bills in. */
export const currencyText = z.string().transform((text, context): Currency => {
  const currency = parseCurrency(text);
  if (currency !== undefined) return currency;
  context.addIssue({ code: 'custom', message: `not a currency that the provider bills in: ${text}`, params: { hint: `Use one of ${CURRENCIES.join(', ')}.` } });
  return z.NEVER;
});

/** A language code, as templates have it. */
export const languageText = z.string().transform((text, context): string => {
  const language = parseLanguage(text);
  if (language !== undefined) return language;
  context.addIssue({ code: 'custom', message: `not a language code: ${text}`, params: { hint: 'Write it like de or pt_BR.' } });
  return z.NEVER;
});

/** An IANA time zone. */
export const timeZoneText = z.string().transform((text, context): TimeZone => {
  const zone = parseTimeZone(text);
  if (zone !== undefined) return zone;
  context.addIssue({ code: 'custom', message: `not a time zone: ${text}`, params: { hint: 'Write it like Europe/Berlin.' } });
  return z.NEVER;
});

/** `name=value`, given several times, as an object. The last one of a name wins nothing: twice the same name is an error. */
export const pairs = z
  .array(z.string())
  .default([])
  .transform((texts, context): Record<string, string> => {
    const values: Record<string, string> = {};
    for (const text of texts) {
      const split = text.indexOf('=');
      const name = text.slice(0, split);
      if (split < 1 || Object.hasOwn(values, name)) {
        context.addIssue({
          code: 'custom',
          message: split < 1 ? `'${text}' is not name=value` : `${name} is given twice`,
          params: { hint: 'Write it like order=A-17, once for each name.' },
        });
        return z.NEVER;
      }
      values[name] = text.slice(split + 1);
    }
    return values;
  });

/** The page of a list. */
export const pageOptions = {
  limit: z.coerce.number({ error: 'not a number' }).int('not a whole number').min(1, 'at least 1').max(1_000, 'at most 1000').default(50),
  after: z.string().nullable().default(null),
} as const;

/** Adds `--limit` and `--after`. */
export function addPageOptions(command: Command): Command {
  return command.option('--limit <count>', 'at most so many items (default 50)').option('--after <cursor>', 'go on after this cursor (`next` of the page before)');
}
