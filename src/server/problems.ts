// What is said of problems while a server runs: a short line each, without numbers of people. One that comes often is said once and counted.

import type { Clock } from '../ports/host.ts';
import { maskPhones } from '../values/phone.ts';
import { printable } from '../values/text.ts';
import type { Instant } from '../values/time.ts';

/** Says a sentence; one that was said in the last ten seconds is counted and said with the next. */
export type Problems = (sentence: string) => void;

/** Says how something stands, once until it stands otherwise; null where nothing is wrong with it any more. */
export type Standings = (subject: string, sentence: string | null) => void;

const QUIET_MS = 10_000;
const SENTENCES_MAX = 1_000;

/** Problems go to `log`, line by line. */
export function createProblems(log: (line: string) => void, clock: Pick<Clock, 'now'>): Problems {
  const said = new Map<string, { at: Instant; unsaid: number }>();
  return (sentence) => {
    const now = clock.now();
    const before = said.get(sentence);
    if (before !== undefined && now >= before.at && now < before.at + QUIET_MS) {
      before.unsaid += 1;
      return;
    }
    if (said.size >= SENTENCES_MAX) said.clear();
    const times = before === undefined || before.unsaid === 0 ? '' : ` (and ${before.unsaid} times more)`;
    said.set(sentence, { at: now, unsaid: 0 });
    log(maskPhones(printable(`${sentence}${times}`)));
  };
}

/** What lasts until somebody mends it, a missing secret for instance, goes to `log` when it begins and when it changes. */
export function createStandings(log: (line: string) => void): Standings {
  const said = new Map<string, string>();
  return (subject, sentence) => {
    if (sentence === null) said.delete(subject);
    else if (said.get(subject) !== sentence) {
      said.set(subject, sentence);
      log(maskPhones(printable(sentence)));
    }
  };
}
