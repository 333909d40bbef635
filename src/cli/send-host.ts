// What sending needs of the app, opened for one sender.

import type { App } from '../app.ts';
import type { Sender } from '../domain/sender.ts';
import type { Store } from '../ports/store.ts';
import type { SendHost } from '../send/send.ts';

/** The host of a send by this sender, with its transport open. Throws as `App.transport` does. */
export async function sendHost(app: App, sender: Sender, { store, keyedDigest }: OpenStore): Promise<SendHost> {
  return {
    store,
    io: app.io,
    transport: await app.transport(sender),
    clock: app.clock,
    ids: app.ids,
    workerId: app.workerId,
    interrupted: app.interrupted,
    digest: keyedDigest,
    diedWithProcess: app.diedWithProcess,
  };
}

type OpenStore = Pick<App, 'keyedDigest'> & { readonly store: Store };
