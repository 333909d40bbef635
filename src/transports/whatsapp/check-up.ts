// The check-up of a sender: does all that sending needs work? Asks, judges and says it in sentences; changes nothing.

import type { WhatsappSettings } from '../../domain/sender.ts';
import { AppError } from '../../errors.ts';
import type { Finding } from '../../ports/provider.ts';
import { type Instant, SECOND_MS, toInstant, DAY_MS, formatInstant } from '../../values/time.ts';
import { type Answer, type Api, toAppError } from './api.ts';
import { type GraphError, isFields, UNKNOWN_FIELD } from './graph-error.ts';
import { parseHttpDate } from './http-date.ts';
import { isTokenCode } from './outcome.ts';
import { judgeHealth, judgeInternational, judgeLimit, judgeNumber, judgePayment, judgeTemplates, judgeWebhook } from './judgements.ts';
import { listTemplates } from './template-list.ts';

export type CheckHost = {
  readonly api: Api;
  readonly settings: WhatsappSettings;
  readonly token: string;
  readonly now: () => Instant;
};

type Verdict = Omit<Finding, 'check'>;

/** One finding for each thing, in the port's order. Where the token does not work, the rest is skipped. Throws `provider_unreachable` where nobody answers. */
export async function checkSender(host: CheckHost): Promise<readonly Finding[]> {
  const number = await askNumber(host);
  const clock: Finding = { check: 'clock', ...checkClock(dated(number, host.now())) };
  const refusal = number.error === null ? null : judgeRefusal(number.error);
  if (refusal !== null) {
    const skipped = SKIPPED_CHECKS.map((check): Finding => ({ check, ...SKIPPED }));
    return [{ check: 'token', ...refusal }, ...skipped, clock];
  }
  const [token, international, templates, webhook, payment] = await Promise.all(
    [checkToken, checkInternational, checkTemplates, checkWebhook, checkPayment].map((check) => check(host).catch(asVerdict)),
  );
  return [
    { check: 'token', ...(token ?? SKIPPED) },
    { check: 'number', ...judgeNumberAnswer(number, host.settings) },
    { check: 'limit', ...judgeLimit(number.error === null ? number.document : {}) },
    { check: 'international', ...(international ?? SKIPPED) },
    { check: 'templates', ...(templates ?? SKIPPED) },
    { check: 'webhook', ...(webhook ?? SKIPPED) },
    { check: 'payment', ...(payment ?? SKIPPED) },
    clock,
  ];
}

const SKIPPED_CHECKS = ['number', 'limit', 'international', 'templates', 'webhook', 'payment'] as const;
const SKIPPED: Verdict = { result: 'skipped', message: 'Not asked: the token does not work.', hint: null };

/** A token that ends sooner than this is worth a word. */
const EXPIRY_NOTICE_MS = 7 * DAY_MS;

type Dated = { readonly said: Instant; readonly at: Instant };

// A token that works and lacks a permission is told apart by the questions that it may not ask.
function judgeRefusal({ code, words }: GraphError): Verdict | null {
  if (!isTokenCode(code) || code === 10 || code >= 200) return null;
  return bad(`The token is refused (${code}): ${words}`, NEW_TOKEN);
}

// Some tokens may not look at themselves, and a double may not know the question: what the number's answer told must do then.
async function checkToken({ api, token, now }: CheckHost): Promise<Verdict> {
  const answer = await api.ask({ method: 'GET', path: ['debug_token'], query: { input_token: token } }).catch(() => null);
  const data = answer?.error === null ? answer.document['data'] : null;
  return isFields(data) ? judgeToken(data, now()) : good('The token is taken. What it may do, and until when, the provider does not tell.');
}

function judgeToken({ is_valid: isValid, scopes, expires_at: expiresAt }: Readonly<Record<string, unknown>>, at: Instant): Verdict {
  if (isValid === false) return bad('The token is not valid any more.', NEW_TOKEN);
  const has = (scope: string): boolean => !Array.isArray(scopes) || scopes.includes(scope);
  if (!has(SENDING)) return bad(`The token lacks ${SENDING}, and may not send.`, 'Make a token with that permission.');
  if (!has(MANAGING)) {
    const message = `The token lacks ${MANAGING}: it may send, and not see to the templates.`;
    return { result: 'warning', message, hint: 'Make a token with that permission too.' };
  }
  const expires = typeof expiresAt === 'number' ? expiresAt * SECOND_MS : 0;
  if (expires === 0) return good('The token works and does not expire.');
  const until = `until ${formatInstant(toInstant(expires))}`;
  if (expires - at > EXPIRY_NOTICE_MS) return good(`The token works ${until}.`);
  return { result: 'warning', message: `The token works only ${until}.`, hint: 'Use the token of a system user that does not expire.' };
}

const NEW_TOKEN = 'Make a new token, and put it where the sender takes it from.';
const SENDING = 'whatsapp_business_messaging';
const MANAGING = 'whatsapp_business_management';

function askNumber({ api, settings }: CheckHost): Promise<Answer> {
  const fields = 'display_phone_number,verified_name,quality_rating,throughput,whatsapp_business_manager_messaging_limit,health_status';
  return api.ask({ method: 'GET', path: [settings.phoneNumberId], query: { fields } });
}

function judgeNumberAnswer({ document, error }: Answer, { ratePerSecond }: WhatsappSettings): Verdict {
  if (error !== null) return asVerdict(toAppError(error));
  return judgeHealth(document, 'PHONE_NUMBER') ?? judgeNumber(document, ratePerSecond);
}

// By itself: a version of the API that does not know the field refuses the whole question.
async function checkInternational({ api, settings }: CheckHost): Promise<Verdict> {
  const answer = await api.ask({ method: 'GET', path: [settings.wabaId], query: { fields: 'auth_international_rate_eligibility' } });
  if (answer.error?.code === UNKNOWN_FIELD)
    return { result: 'skipped', message: 'The provider does not tell the international rate of authentication.', hint: null };
  if (answer.error !== null) throw toAppError(answer.error);
  return judgeInternational(answer.document);
}

async function checkTemplates({ api, settings, token }: CheckHost): Promise<Verdict> {
  const counts = new Map<string, number>();
  for await (const page of listTemplates({ api, wabaId: settings.wabaId, token })) {
    for (const template of page) {
      const word = template.content === null ? 'unreadable' : template.status;
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return judgeTemplates(counts);
}

async function checkWebhook({ api, settings }: CheckHost): Promise<Verdict> {
  return judgeWebhook(await api.demand({ method: 'GET', path: [settings.wabaId, 'subscribed_apps'] }));
}

async function checkPayment({ api, settings }: CheckHost): Promise<Verdict> {
  const document = await api.demand({ method: 'GET', path: [settings.wabaId], query: { fields: 'primary_funding_id,health_status' } });
  return judgeHealth(document, 'WABA') ?? judgePayment(document);
}

const SKEW_MS_GOOD = 5 * SECOND_MS;
const SKEW_MS_MAX = 300 * SECOND_MS;

function dated({ date }: Answer, at: Instant): Dated | null {
  const said = date === null ? undefined : parseHttpDate(date);
  return said === undefined ? null : { said, at };
}

// The header has whole seconds, and the answer was on its way: a few seconds are no difference.
function checkClock(date: Dated | null): Verdict {
  if (date === null) return { result: 'skipped', message: 'The provider did not say what time it is.', hint: null };
  const skewMs = date.at - date.said;
  const seconds = Math.round(Math.abs(skewMs) / SECOND_MS);
  if (Math.abs(skewMs) <= SKEW_MS_GOOD) return good("The clock agrees with the provider's.");
  const message = `The clock is ${seconds} seconds ${skewMs > 0 ? 'ahead of' : 'behind'} the provider's.`;
  const hint = 'Windows, prices and one-time codes go by the clock: let the system set it.';
  return { result: Math.abs(skewMs) > SKEW_MS_MAX ? 'bad' : 'warning', message, hint };
}

function asVerdict(error: unknown): Verdict {
  if (!(error instanceof AppError) || error.code === 'bug') throw error;
  return { ...bad(error.message, error.hint ?? null), code: error.code };
}

function good(message: string): Verdict {
  return { result: 'good', message, hint: null };
}

function bad(message: string, hint: string | null): Verdict {
  return { result: 'bad', message, hint };
}
