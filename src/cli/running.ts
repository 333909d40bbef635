// What commands share that run until they are stopped.

import type { App } from '../app.ts';
import { hint } from './hint.ts';

/** So often a clock that was set by hand is moved on. */
const TICK_MS = 250;

/** Resolves when the command is told to stop. A clock that was set by hand (`TOLLBELL_NOW`) moves only while somebody sleeps, so it runs on meanwhile. */
export async function untilStopped({ interrupted, config, clock }: Pick<App, 'interrupted' | 'config' | 'clock'>): Promise<void> {
  while (config.now !== null && !interrupted.aborted) await clock.sleep(TICK_MS, interrupted);
  if (!interrupted.aborted) await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
}

/** True for an address that only this machine can reach. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Says so where the address is open to more than this machine. */
export function hintOpen(app: Pick<App, 'config' | 'io'>, host: string): void {
  if (isThisMachine(host)) return;
  hint(
    app,
    `Open to the network at ${host}: whoever reaches this machine can call it, and nothing is encrypted. Without --host it is not.`,
  );
}
