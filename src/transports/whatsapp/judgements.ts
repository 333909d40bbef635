// What the provider's answers say of a sender, in sentences. Pure: an answer in, a verdict out.

import { parseAuthInternational, startText } from '../../domain/auth-international.ts';
import { messagingLimitText, parseMessagingLimit } from '../../domain/messaging-limit.ts';
import type { Finding } from '../../ports/provider.ts';
import { printable, shorten } from '../../values/text.ts';
import { isFields } from './graph-error.ts';

type Document = Readonly<Record<string, unknown>>;
type Verdict = Omit<Finding, 'check'>;

/** What the provider's own check-up says of the number (`PHONE_NUMBER`) or the account (`WABA`); null where it has nothing against it. */
export function judgeHealth({ health_status: health }: Document, type: 'PHONE_NUMBER' | 'WABA'): Verdict | null {
  const entities: readonly unknown[] = isFields(health) && Array.isArray(health['entities']) ? health['entities'] : [];
  // The other entities of a number's health are the account's, whose own finding tells of them.
  const concerned = entities.filter(isFields).filter((entity) => (entity['entity_type'] === 'PHONE_NUMBER') === (type === 'PHONE_NUMBER'));
  const ill =
    concerned.find(({ can_send_message: can }) => can === 'BLOCKED') ?? concerned.find(({ can_send_message: can }) => can === 'LIMITED');
  if (ill === undefined) return null;
  const [first]: readonly unknown[] = Array.isArray(ill['errors']) ? ill['errors'] : [];
  const error = isFields(first) ? first : {};
  const what = type === 'PHONE_NUMBER' ? 'The number' : `The ${wordOf(ill['entity_type'], 'account').toLowerCase()}`;
  const isBlocked = ill['can_send_message'] === 'BLOCKED';
  const code = typeof error['error_code'] === 'number' ? ` (${error['error_code']})` : '';
  const message = `${what} ${isBlocked ? 'cannot send' : 'can send only so much'}${code}: ${wordOf(error['error_description'], 'no reason is given')}`;
  return { result: isBlocked ? 'bad' : 'warning', message, hint: wordOf(error['possible_solution'], '') || null };
}

/** The number's name, quality and rate. */
export function judgeNumber(document: Document, ratePerSecond: number): Verdict {
  const { display_phone_number: number, verified_name: name, quality_rating: quality, throughput } = document;
  const named = `${wordOf(number, 'The number')}${name === undefined ? '' : ` (${wordOf(name, '')})`}`;
  if (quality === 'RED' || quality === 'YELLOW') {
    const message = `${named} has ${quality === 'RED' ? 'low' : 'medium'} quality: people block or report its messages.`;
    return { result: 'warning', message, hint: 'Write to those who asked for it, and less often.' };
  }
  const level = isFields(throughput) ? throughput['level'] : undefined;
  if (level === 'STANDARD' && ratePerSecond > STANDARD_RATE) {
    const message = `${named} may send ${STANDARD_RATE} messages a second, and the sender is set to ${ratePerSecond}.`;
    return { result: 'warning', message, hint: `Set its rate to ${STANDARD_RATE}.` };
  }
  return { result: 'good', message: `${named} can send.`, hint: null };
}

const STANDARD_RATE = 80;

/** How many people the business may message in a day. */
export function judgeLimit({ whatsapp_business_manager_messaging_limit: told }: Document): Verdict {
  const limit = parseMessagingLimit(told);
  if (limit === undefined)
    return { result: 'skipped', message: 'The provider does not tell the messaging limit of the business.', hint: null };
  return {
    result: 'good',
    message: `The messaging limit of the business: ${messagingLimitText(limit)}.`,
    hint: null,
    messagingLimit: limit,
  };
}

/** From when authentication costs the international rate. Where no start can be read, nothing is said to begin. */
export function judgeInternational({ auth_international_rate_eligibility: told }: Document): Verdict {
  const start = parseAuthInternational(told) ?? null;
  if (start === null && told !== undefined && told !== null)
    return {
      result: 'skipped',
      message: 'The provider tells of the international rate of authentication in a way that cannot be read.',
      hint: null,
    };
  const message = start === null ? ORDINARY : `Authentication costs the international rate ${startText(start)}.`;
  return { result: 'good', message, hint: null, authInternational: start };
}

const ORDINARY = 'The provider tells no start of the international rate of authentication.';

/** How many templates are in which state. */
export function judgeTemplates(counts: ReadonlyMap<string, number>): Verdict {
  const said = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  if (!counts.has('approved')) {
    const message = said === '' ? 'There is no template.' : `No template is approved: ${said}.`;
    return { result: 'warning', message, hint: 'Hand one in with tollbell template push, and wait for its review.' };
  }
  const isIll = TROUBLES.some((word) => counts.has(word));
  const hint = isIll ? 'tollbell template sync takes over what changed; tollbell template list shows it.' : null;
  return { result: isIll ? 'warning' : 'good', message: `Templates: ${said}.`, hint };
}

const TROUBLES = ['paused', 'disabled', 'rejected', 'unreadable'];

/** Whether the provider sends webhooks at all. Where it sends them, and whether they are believed, is not its to say. */
export function judgeWebhook({ data }: Document): Verdict {
  if (Array.isArray(data) && data.length > 0) return { result: 'good', message: 'An app is subscribed to the account.', hint: null };
  const hint = "Subscribe the app to the account's webhooks, and give it the address of tollbell serve.";
  return { result: 'bad', message: 'No app is subscribed to the account: no status and no reply comes back.', hint };
}

/** Whether somebody pays. */
export function judgePayment({ primary_funding_id: funding }: Document): Verdict {
  if ((typeof funding === 'string' || typeof funding === 'number') && !/^0*$/.test(String(funding))) {
    return { result: 'good', message: 'A payment method is there.', hint: null };
  }
  const message = 'The account has no payment method: the provider delivers nothing that costs.';
  return { result: 'warning', message, hint: "Add one in the provider's business settings." };
}

function wordOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? shorten(printable(value), 300) : otherwise;
}
