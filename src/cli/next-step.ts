// What to do next, in one line, after a send that did not do all that was asked. For people: programs have the counts and the exit code.

import type { RefusalReason } from '../domain/consent.ts';
import type { Sender } from '../domain/sender.ts';
import { exitCodeOfTally, FAILED_STATES, type FailedState, type Tally } from '../send/tally.ts';
import { forSender } from './interrupted.ts';

/** The rows that are known by name; none where a file was sent. */
type Named = { readonly id: string | null; readonly status: string };

type Place = {
  readonly sender: Pick<Sender, 'name' | 'isDefault'>;
  readonly campaign: string | null;
  readonly rows: readonly Named[] | null;
};

/** The line for the cause that decided the exit code, and before it what was found on the way; none where all was done. */
export function nextStep(tally: Omit<Tally, 'read' | 'reserved' | 'charged' | 'freeUnits'>, place: Place): readonly string[] {
  const { recovered } = tally;
  switch (exitCodeOfTally(tally)) {
    case 6: {
      const id = (recovered.length === 0 ? idOf('unknown', place) : onlyOf(recovered)) ?? '<id>';
      return [
        ...(recovered.length === 0 ? [] : [`A process that died had these under way, and they are unknown now: ${someOf(recovered)}.`]),
        `What is unknown is not sent again: a status of the provider settles it, or tollbell message resolve ${id} --as … --reason "…".`,
      ];
    }
    case 5: {
      const state = FAILED_STATES.find((candidate) => tally.failedAs.own[candidate] + tally.failedAs.repeated[candidate] > 0) ?? 'failed';
      const id = idOf(state, place);
      const why = id === null ? listOf(state, place) : `tollbell message show ${id}`;
      return [`${why} tells why; tollbell message retry ${id ?? '<id>'} sends it again, or says why not.`];
    }
    case 4:
    case 3:
      return refusalStep(tally.refusals);
    default:
      return [];
  }
}

/** The command that lists messages of this send in a state. */
export function listOf(state: FailedState | 'unknown' | null, { sender, campaign }: Omit<Place, 'rows'>): string {
  const filters = [...(state === null ? [] : [`--state ${state}`]), ...(campaign === null ? [] : [`--campaign ${shellWord(campaign)}`])];
  return forSender(['tollbell message list', ...filters].join(' '), sender);
}

/** The command that resumes a campaign. */
export function resumeOf(campaign: string, sender: Pick<Sender, 'name' | 'isDefault'>): string {
  return forSender(`tollbell campaign resume ${shellWord(campaign)}`, sender);
}

// The only one of its kind; null where there are several, or their ids are not known.
function idOf(state: FailedState | 'unknown', { rows }: Place): string | null {
  const [first, ...others] = (rows ?? []).filter(({ status }) => status === state);
  return others.length > 0 ? null : (first?.id ?? null);
}

function onlyOf(ids: readonly string[]): string | null {
  return ids.length === 1 ? (ids[0] ?? null) : null;
}

const SHOWN_MAX = 10;

/** The first of them, and how many more there are. */
export function someOf(ids: readonly string[]): string {
  const more = ids.length - SHOWN_MAX;
  return `${ids.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const STEPS: Readonly<Record<RefusalReason, string>> = {
  over_budget: 'tollbell budget list shows what the budgets allow, and what is left of them.',
  no_price: 'tollbell price builtin and tollbell price import bring prices in; tollbell price show lists them.',
  over_max_price: 'tollbell price quote tells what it costs; --max-price sets the most.',
  no_consent: 'Record a consent that was given: tollbell opt-in <phone> --purpose <purpose> --source "where".',
  opted_out: 'tollbell consent show <phone> tells when and how they opted out; only they can opt in again.',
  blocked: 'tollbell consent show <phone> tells who blocked them, when and why.',
  no_window: 'Without a template one can only answer, within 24 hours after the customer wrote.',
  quiet_hours: 'Quiet hours would hold it for longer than it lives: send it again when they are over, or with a longer --expires-in.',
  undeliverable: 'The provider cannot reach the number; it counts as reachable again once it is heard of.',
  template_unavailable: 'tollbell template list shows the state of the templates; tollbell template sync asks the provider.',
  market_paused: 'The provider delivers nothing of this category in that country for the time being; send it again later.',
  too_late: 'Their time is past: send them with a later time, or without one.',
  suppressed: 'The person was forgotten on request, and stays so.',
};

/** Money first, as in the exit code; of the others the one that comes first. */
const ORDER: readonly RefusalReason[] = Object.keys(STEPS) as RefusalReason[];

function refusalStep(refusals: Tally['refusals']): readonly string[] {
  const reason = ORDER.find((candidate) => refusals[candidate] > 0);
  return reason === undefined ? [] : [STEPS[reason]];
}

function shellWord(text: string): string {
  return /^[\w.:@%+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
