// Errors: every code with its exit code and meaning, the one error class, and the assertion. Codes are never renamed or reused.

type CodeEntry = { readonly exit: number; readonly summary: string; readonly retryable?: true };

/** What each exit code means; `tollbell help exit-codes` prints it. */
export const EXIT_CODES = {
  0: 'all that was asked was done',
  1: 'a bug in tollbell (please report)',
  2: 'wrong usage, invalid input, or an answer missing without a terminal; nothing was done',
  3: 'some or all recipients were refused by policy: no consent, opted out, blocked, no open window, quiet hours',
  4: 'refused by budget, --max-price, or because no price is known',
  5: 'the provider rejected, or delivery failed',
  6: 'the outcome of at least one send is unknown; it is not sent again',
  7: 'the books differ',
  8: 'store: busy, newer than this program, damaged, disk full; or the output could not be written in the end',
  9: 'configuration or credentials',
  10: 'the provider or the network is not reachable now, the file was changed meanwhile, or something is left: the time was up, a campaign is paused, quiet hours, a limit or a template hold it; try again later',
  130: 'interrupted after a clean stop',
} as const;

export const CODES = {
  usage: { exit: 2, summary: 'The command line is wrong.' },
  invalid_input: { exit: 2, summary: 'A value is not what this option or column takes.' },
  input_required: { exit: 2, summary: 'An answer is needed and there is no terminal to ask on.' },
  invalid_phone: { exit: 2, summary: 'Not an international phone number.' },
  unknown_contact: { exit: 2, summary: 'No such contact.' },
  unknown_sender: { exit: 2, summary: 'No such sender.' },
  unknown_template: { exit: 2, summary: 'No such template, or not in that language.' },
  unknown_message: { exit: 2, summary: 'No such message.' },
  unknown_campaign: { exit: 2, summary: 'No such campaign.' },
  unknown_budget: { exit: 2, summary: 'No such budget.' },
  unknown_quiet_hours: { exit: 2, summary: 'No such quiet hours.' },
  unknown_market: { exit: 2, summary: 'No such market.' },
  template_invalid: { exit: 2, summary: "The file is not a template in the provider's format." },
  language_required: { exit: 2, summary: 'The template is there in several languages, and nothing says which.' },
  parameter_mismatch: { exit: 2, summary: 'Parameters are missing, or the template does not declare them.' },
  price_card_invalid: { exit: 2, summary: 'The file is not a price card.' },
  price_card_conflict: { exit: 2, summary: 'Another card of that currency and day is in the store.' },
  sender_conflict: { exit: 2, summary: 'A sender of that name exists with other settings.' },
  rows_invalid: { exit: 2, summary: 'The file has invalid rows; nothing was done.' },
  file_invalid: { exit: 2, summary: 'The file cannot be read as what it should be.' },
  file_unreadable: { exit: 2, summary: 'The file cannot be opened.' },
  file_changed: { exit: 10, summary: 'The file was changed while it was read.', retryable: true },
  file_unwritable: { exit: 2, summary: 'The file cannot be written; nothing was done.' },
  output_unwritable: { exit: 8, summary: 'The output cannot be written; what the command did stays done.' },
  key_conflict: { exit: 2, summary: 'The key was used before for other content.' },
  campaign_cancelled: { exit: 2, summary: 'The campaign was cancelled: it takes nothing on any more.' },
  not_cancellable: { exit: 2, summary: 'The message is past the point where it can be cancelled.' },
  not_retryable: { exit: 2, summary: 'The message is not over, was delivered, or must rest first: it is not sent again.' },
  period_open: { exit: 2, summary: 'The month is not over, or an earlier one is still open.' },
  not_resolvable: { exit: 2, summary: 'Only a message whose outcome is unknown can be resolved.' },
  unknown_word: { exit: 2, summary: 'The sender has no such word of its own.' },
  unknown_review: { exit: 2, summary: 'Nothing of that number waits for a decision.' },
  media_invalid: { exit: 2, summary: 'The file is nothing that the provider takes.' },
  scenario_invalid: { exit: 2, summary: 'The file is not a scenario of the emulator.' },
  webhook_refused: { exit: 5, summary: 'The receiver did not take the webhook.' },
  store_busy: { exit: 8, summary: 'Another process is writing to the store.', retryable: true },
  store_newer: { exit: 8, summary: 'The store was made by a newer tollbell.' },
  store_invalid: { exit: 8, summary: 'The file is not a tollbell store, or it is damaged.' },
  store_full: { exit: 8, summary: 'The disk is full.', retryable: true },
  store_unreadable: { exit: 8, summary: 'The store cannot be opened.' },
  store_key_missing: { exit: 9, summary: "The store's key file is missing." },
  store_key_wrong: { exit: 9, summary: 'The key is not the one that the store was founded with.' },
  config_invalid: { exit: 9, summary: 'A configuration file or environment variable is wrong.' },
  driver_missing: { exit: 9, summary: 'The SQLite driver is not installed or not built.' },
  secret_missing: { exit: 9, summary: 'A secret is not where it should be.' },
  token_rejected: { exit: 9, summary: 'The provider refused the access token.' },
  port_in_use: { exit: 9, summary: 'The port is not free.' },
  provider_rejected: { exit: 5, summary: 'The provider refused the request.' },
  provider_unreachable: { exit: 10, summary: 'The provider cannot be reached.', retryable: true },
  interrupted: { exit: 130, summary: 'Stopped on request; what was begun is finished.', retryable: true },
  bug: { exit: 1, summary: 'A bug in tollbell.' },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof CODES;

/** JSON of any depth; whoever prints it masks every text in it. */
export type ErrorDetail = string | number | boolean | null | readonly ErrorDetail[] | ErrorDetails;
export type ErrorDetails = { readonly [key: string]: ErrorDetail };

type FailOptions = {
  /** One sentence for people; the code's own summary without it. */
  readonly message?: string;
  /** What to do next. */
  readonly hint?: string;
  /** The place: row, column, key, path. */
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
  /** Where the exit code is not that of the code: what was done before the error weighs more. */
  readonly exit?: number;
  /** Where the same call would not be the same thing again. */
  readonly retryable?: boolean;
};

/** The only error this program throws on purpose: a stable code, a sentence, what to do next, and the place. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;
  readonly exit: number;
  /** True when the same call may succeed later without a change, and does nothing twice. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, options: FailOptions) {
    super(options.message ?? CODES[code].summary, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.exit = options.exit ?? exitCodeOf(code);
    this.retryable = options.retryable ?? isRetryable(code);
  }
}

/** Makes the error to throw: `throw fail('store_busy', { hint })`. */
export function fail(code: ErrorCode, options: FailOptions = {}): AppError {
  return new AppError(code, options);
}

/** The exit code that belongs to an error code. */
export function exitCodeOf(code: ErrorCode): number {
  return CODES[code].exit;
}

function isRetryable(code: ErrorCode): boolean {
  const entry: CodeEntry = CODES[code];
  return entry.retryable ?? false;
}

/** States what must hold; where it does not, we are wrong: the program stops with exit 1 and asks for a report. */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw fail('bug', { message: sentence });
}

/** The error of a server that gets no place to listen at, from what Node said of it. */
export function cannotListen(place: { readonly port: number; readonly host: string }, cause: Error & { readonly code?: string }): AppError {
  const { port, host } = place;
  return fail('port_in_use', {
    message: cause.code === 'EADDRINUSE' ? `Port ${port} is not free.` : `${host}:${port} cannot be listened on (${cause.code}).`,
    hint: 'Choose another one with --port; 0 takes any that is free.',
    details: { port, host },
    cause,
  });
}
