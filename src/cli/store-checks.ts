// The check-up of the machine and the store: Node, the file and its disk, the key, the clock, and what waits in the outbox.

import type { App } from '../app.ts';
import type { StoreHealth } from '../ports/store/health.ts';
import type { Store } from '../ports/store.ts';
import { formatInstant, type Instant, toInstant } from '../values/time.ts';
import { bad, badBy, type Check, good, skipped, warning } from './checks-view.ts';

/** Below this a campaign of a million messages may not find room: a message takes some 500 bytes with its entries and indexes. */
const FREE_BYTES_MIN = 500_000_000;
/** No clock that is right stands before this program was written: 2026-01-01. */
const FIRST_INSTANT = toInstant(1_767_225_600_000);
/** Clocks of two machines that share a store may differ by as much. */
const CLOCK_SLACK_MS = 60_000;

/** The store for reading where it can be opened, and what was found up to there. */
export type Opened = { readonly store: Store | null; readonly checks: readonly Check[] };

/** Looks at Node and opens the store for reading; makes none. */
export async function checkOpening(app: Pick<App, 'nodeVersion' | 'reader' | 'config'>): Promise<Opened> {
  const node = good('node', `Node ${app.nodeVersion}.`);
  try {
    const store = await app.reader();
    if (store !== null) return { store, checks: [node] };
    return {
      store,
      checks: [node, skipped('store', `There is no store at ${app.config.db} yet; the first command that writes makes it.`)],
    };
  } catch (error) {
    return { store: null, checks: [node, badBy('store', error)] };
  }
}

/** Looks at an open store. Changes nothing. */
export async function checkStore(app: Pick<App, 'asking' | 'clock' | 'config'>, store: Store): Promise<readonly Check[]> {
  const health = await healthOf(store);
  if ('check' in health) return [health];
  return [
    good('store', `${app.config.db}, ${health.engine}, schema ${health.schema}.`),
    ...checkFile(health),
    await checkKey(app),
    checkClock(app, health),
    checkWorkers(health),
    checkUnknown(health),
    checkQueued(app, health),
  ];
}

async function healthOf(store: Store): Promise<StoreHealth | Check> {
  try {
    return await store.health();
  } catch (error) {
    return badBy('store', error);
  }
}

function checkFile({ mode, freeBytes }: StoreHealth): readonly Check[] {
  if (mode === null || freeBytes === null) return [];
  const room = `${(freeBytes / 1e9).toFixed(1)} GB free on the disk of the store.`;
  return [
    (mode & 0o037) === 0
      ? good('mode', `The store has mode 0${mode.toString(8)}.`)
      : warning(
          'mode',
          `The store has mode 0${mode.toString(8)}: others may read or write it.`,
          'chmod 600 the file; it holds phone numbers.',
        ),
    freeBytes >= FREE_BYTES_MIN ? good('disk', room) : warning('disk', room, 'Make room: a full disk stops the sending.'),
  ];
}

async function checkKey(app: Pick<App, 'asking'>): Promise<Check> {
  try {
    await (await app.asking()).keyedDigest();
    return good('key', 'The key of the store is there, and is its own.');
  } catch (error) {
    return badBy('key', error);
  }
}

/** Looks at the clock against the newest message. Its difference from the provider's is the provider's check. */
function checkClock({ clock, config }: Pick<App, 'clock' | 'config'>, { newestAt }: StoreHealth): Check {
  const now = clock.now();
  if (config.now !== null)
    return warning('clock', `TOLLBELL_NOW sets the clock: ${formatInstant(now)}.`, 'Unset it, unless this is a test.');
  const known = Math.max(FIRST_INSTANT, (newestAt ?? FIRST_INSTANT) - CLOCK_SLACK_MS);
  if (now >= known) return good('clock', `${formatInstant(now)}.`);
  return bad('clock', `The clock says ${formatInstant(now)}, and a message in the store is newer.`, {
    hint: 'Set the clock of this machine: prices, windows and months follow it.',
    exit: 9,
  });
}

function checkWorkers({ deadClaims }: StoreHealth): Check {
  if (deadClaims === 0) return good('workers', 'No process died while it was sending.');
  return warning(
    'workers',
    `${deadClaims} messages were in the hands of processes that died.`,
    'The next tollbell dispatch takes them back; what may have left becomes unknown and is not sent again.',
  );
}

function checkUnknown({ unknown }: StoreHealth): Check {
  if (unknown.count === 0) return good('unknown', 'The outcome of every message is known, or awaited.');
  return warning(
    'unknown',
    `The outcome of ${unknown.count} messages is unknown${since(unknown.oldestAt)}.`,
    'A webhook may still tell. See tollbell message list --state unknown, and message resolve.',
  );
}

function checkQueued({ clock }: Pick<App, 'clock'>, { queued, scheduled }: StoreHealth): Check {
  const isOld = queued.oldestAt !== null && clock.now() - queued.oldestAt > 3_600_000;
  const later = scheduled.nextAt === null ? '' : ` ${scheduled.count} are scheduled, the first for ${formatInstant(scheduled.nextAt)}.`;
  const now = queued.count === 0 ? 'Nothing waits.' : `${queued.count} messages wait to be sent${since(queued.oldestAt)}.`;
  const message = `${now}${later}`;
  return isOld ? warning('queued', message, 'tollbell dispatch, or serve --dispatch, sends what is due.') : good('queued', message);
}

function since(at: Instant | null): string {
  return at === null ? '' : `, the oldest since ${formatInstant(at)}`;
}
