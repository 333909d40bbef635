// The check-up of one sender: what lies here (prices, the places of its secrets), then what its provider says.

import type { App } from '../app.ts';
import { type InternationalStart, startsAlike, startText } from '../domain/auth-international.ts';
import { type MessagingLimit, messagingLimitText } from '../domain/messaging-limit.ts';
import type { SecretSource, Sender, WhatsappSettings } from '../domain/sender.ts';
import type { Finding } from '../ports/provider.ts';
import type { DirectoryStore } from '../ports/store/directory.ts';
import type { ReachStore } from '../ports/store/reach.ts';
import type { AccountId } from '../values/id.ts';
import { dayOf } from '../values/time.ts';
import { bad, badBy, type Check, good, skipped, warning } from './checks-view.ts';

type Host = Pick<App, 'clock' | 'secret' | 'provider' | 'config'>;

/** Without these nothing can be sent, so they decide the exit code; the others can wait. */
const VITAL: ReadonlySet<Finding['check']> = new Set(['token', 'number', 'payment']);

type CheckStore = Pick<DirectoryStore, 'listPriceCards' | 'setAuthInternational'> & ReachStore;
type Question = {
  readonly sender: Sender;
  /** Leave the provider alone. */
  readonly offline: boolean;
  /** Take over the messaging limit, and the start of the international rate, that the provider says. */
  readonly apply?: boolean;
};

/** Looks at everything that the sender needs. Changes nothing but what `apply` asks for, and throws for nothing that it finds. */
export async function checkSender(app: Host, store: CheckStore, { sender, offline, apply = false }: Question): Promise<readonly Check[]> {
  const prices = await checkPrices(app, store, sender);
  if (sender.whatsapp === null)
    return [good('channel', 'The sandbox is part of this program: it needs no token, no webhook and no network.'), prices];
  const secrets = checkSecrets(app, sender.whatsapp);
  if (offline) return [skipped('channel', 'The provider was not asked.'), ...secrets, prices];
  const findings = await askProvider(app, sender);
  const checks: Check[] = [];
  for (const { finding, check } of findings) {
    const { messagingLimit: limit, authInternational: start } = finding ?? {};
    if (limit !== undefined) checks.push(await checkLimit(app, store, { accountId: sender.accountId, limit, apply }));
    else if (start !== undefined) checks.push(await checkInternational(app, store, { sender, start, apply }));
    else checks.push(check);
  }
  return [...checks, ...secrets, prices];
}

type Asked = { readonly finding: Finding | null; readonly check: Check };

async function askProvider(app: Host, sender: Sender): Promise<readonly Asked[]> {
  try {
    const provider = await app.provider(sender);
    return (await provider?.check())?.map((finding) => ({ finding, check: toCheck(app, finding) })) ?? [];
  } catch (error) {
    const checks = [badBy('token', error), skipped('channel', 'The provider was not asked for more.')];
    return checks.map((check) => ({ finding: null, check }));
  }
}

type ToldLimit = { readonly accountId: AccountId; readonly limit: MessagingLimit; readonly apply: boolean };

// What nobody told the store, nothing keeps to: campaigns would run into the limit, and messages fail.
async function checkLimit(app: Host, store: ReachStore, { accountId, limit, apply }: ToldLimit): Promise<Check> {
  const at = app.clock.now();
  const known = await store.reach(accountId, at);
  const told = `The messaging limit of the business: ${messagingLimitText(limit)}`;
  if (known.limit === limit || (known.limit === null && limit === 'unlimited' && !apply)) {
    return good('limit', limit === 'unlimited' ? `${told}.` : `${told}; ${known.reached} in the last day.`);
  }
  const before = messagingLimitText(known.limit);
  if (!apply) return warning('limit', `${told}; here it is: ${before}.`, 'Take it over with tollbell sender check --apply.');
  await store.setMessagingLimit(accountId, { limit, toldAt: at, at });
  return good('limit', `${told}. It is taken over; here it was: ${before}.`);
}

type ToldStart = { readonly sender: Sender; readonly start: InternationalStart | null; readonly apply: boolean };

// Once begun the rate is never taken back, so that where the provider tells nothing, nothing is taken over either.
async function checkInternational(app: Host, store: CheckStore, { sender, start, apply }: ToldStart): Promise<Check> {
  const known = sender.whatsapp?.authInternational ?? null;
  if (start === null) {
    const silence = 'The provider tells no start of the international rate of authentication';
    return known === null
      ? good('international', `${silence}.`)
      : warning('international', `${silence}; here it begins ${startText(known)}.`, IF_NOT);
  }
  const told = `Authentication costs the international rate ${startText(start)}`;
  if (startsAlike(start, known) && (known?.toldAt !== null || !apply)) return good('international', `${told}.`);
  if (!apply) return warning('international', `${told}; here: ${startText(known)}.`, 'Take it over with tollbell sender check --apply.');
  await store.setAuthInternational(sender.id, { start, toldAt: app.clock.now() });
  return good('international', `${told}. It is taken over; here it was: ${startText(known)}.`);
}

const IF_NOT = 'If it never begins: tollbell sender add … --auth-international-from none, with the other options of the sender.';

function toCheck({ config }: Host, { code, ...finding }: Finding): Check {
  if (finding.check === 'clock' && config.now !== null)
    return skipped('clock', "TOLLBELL_NOW sets the clock of each command anew, so it is not compared with the provider's.");
  const isVital = finding.result === 'bad' && VITAL.has(finding.check);
  return { ...finding, exit: isVital ? (code === 'provider_unreachable' ? 10 : 9) : 0 };
}

// The token is the provider's check: it is read there.
function checkSecrets(app: Host, { appSecret, verifyToken }: WhatsappSettings): readonly Check[] {
  return [
    checkSecret(app, 'app_secret', {
      source: appSecret,
      without: 'Without an app secret no webhook is accepted, and no status or reply comes in.',
    }),
    checkSecret(app, 'verify_token', {
      source: verifyToken,
      without: "Without a verify token the provider cannot verify the webhook's address.",
    }),
  ];
}

function checkSecret(
  app: Host,
  check: 'app_secret' | 'verify_token',
  { source, without }: { readonly source: SecretSource | null; readonly without: string },
): Check {
  const option = check.replace('_', '-');
  if (source === null)
    return warning(check, without, `Name its place: tollbell sender add … --${option}-env NAME, or --${option}-file PATH.`);
  try {
    app.secret(source);
    return good(check, 'env' in source ? `The variable ${source.env} holds it.` : `The file ${source.file} holds it.`);
  } catch (error) {
    return badBy(check, error);
  }
}

async function checkPrices(app: Host, store: Pick<DirectoryStore, 'listPriceCards'>, { currency, timeZone }: Sender): Promise<Check> {
  const today = dayOf(app.clock.now(), timeZone);
  const inForce = (await store.listPriceCards({ currency })).filter(({ card }) => card.effectiveFrom <= today);
  const newest = inForce.at(-1);
  if (newest !== undefined) {
    const markets = new Set(newest.card.rates.map(({ market }) => market)).size;
    return good('prices', `${currency} prices since ${newest.card.effectiveFrom}, for ${markets} markets.`);
  }
  return bad('prices', `No ${currency} prices are in force, and what has no price is not sent.`, {
    hint: 'Bring a card with tollbell price builtin or price import.',
    exit: 9,
  });
}
