// What may go wrong in one history: each seed switches on some of it, and leaves the rest out. Histories in which everything happens are all alike.

import { DAY_MS, SECOND_MS } from '../../src/values/time.ts';
import type { Chance } from './chance.ts';

const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export type Faults = {
  /** Of a process, before and after whatever it asks of the world outside. */
  readonly crash: number;
  readonly powerCuts: number;
  /** A process stands still for up to an hour and goes on. */
  readonly stall: number;
  /** The store turns a writer away. */
  readonly busy: number;
  /** No connection to the provider. */
  readonly offline: number;
  /** The receiver took a webhook, and the provider did not hear that. */
  readonly lostReceipt: number;
  /** A command is told to stop. */
  readonly interrupt: number;
  /** A customer stops everything just when something is on its way to them. */
  readonly stopsNow: number;
  /** Where a process dies, somebody sends again at once what it had under way. */
  readonly haste: number;
  /** Where the emulator's own faults strike, as in a scenario. */
  readonly rates: Readonly<Record<string, number | { readonly rate: number; readonly code?: number; readonly delay_ms?: number }>>;
  readonly latencyMs: readonly [number, number];
};

/** Draws the faults of a history. */
export function drawFaults(chance: Chance): Faults {
  const some = <Rate>(rate: Rate): Rate | 0 => (chance.hits(0.5) ? rate : 0);
  const rare = <Rate>(rate: Rate): Rate | 0 => (chance.hits(0.3) ? rate : 0);
  const rates: Record<string, Faults['rates'][string]> = {
    http_429: some(0.1),
    http_500: some(0.05),
    http_500_after: some(0.05),
    reset_before: some(0.05),
    reset_after: some(0.05),
    accept_no_answer: some(0.03),
    accept_no_answer_then_status: some(0.05),
    garbage_body: rare(0.03),
    half_body: rare(0.03),
    redirect: rare(0.02),
    html: rare(0.02),
    slow: rare({ rate: 0.05, delay_ms: chance.pick([5 * SECOND_MS, 45 * SECOND_MS]) }),
    error: rare({ rate: 0.04, code: chance.pick([131_026, 131_050, 131_000, 132_015]) }),
    fail_later: some(0.1),
    fail_then_deliver: some(0.05),
    drop: some(0.1),
    never_reported: some(0.05),
    read: some(0.3),
    skip_delivered: some(0.1),
    held_then_sent: rare(0.05),
    paused: rare(0.03),
    held_then_dropped: rare(0.03),
    lose_webhook: some(0.1),
    duplicate_webhook: some(0.2),
    delay: some({ rate: 0.1, delay_ms: chance.pick([MINUTE_MS, 5 * HOUR_MS, 3 * DAY_MS, 41 * DAY_MS]) }),
    reorder: some(0.2),
    no_pricing: rare(0.1),
    other_pricing: rare(0.1),
  };
  return {
    crash: some(0.015),
    powerCuts: chance.hits(0.5) ? chance.between(1, 5) : 0,
    stall: some(0.005),
    busy: rare(0.01),
    offline: rare(0.05),
    lostReceipt: some(0.1),
    interrupt: some(0.1),
    stopsNow: some(0.03),
    haste: some(0.7),
    rates,
    latencyMs: chance.pick([
      [1, 5],
      [200, 30_000],
      [MINUTE_MS, 3 * HOUR_MS],
    ] as const),
  };
}
