// The receiver of webhooks: the program's own, in a process that is started again after it died.

import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import type { KeyedDigest } from '../../src/ports/host.ts';
import { createSenderSource } from '../../src/server/served-senders.ts';
import { createWebhook, STATUS_OF, type Webhook } from '../../src/server/webhook.ts';
import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Machine } from './machine.ts';
import type { Process } from './process.ts';
import type { Receive } from './provider.ts';

export type ServerParts = {
  readonly engine: Engine;
  readonly chance: Chance;
  readonly machine: Machine;
  readonly digest: KeyedDigest;
  /** The app secret of a sender, by its number. */
  readonly secretOf: (phoneNumberId: string) => string;
  readonly onFailure: (what: string) => void;
};

/** How long nobody serves after a crash. */
const DOWN_MS = [100, 1_800_000] as const;

const NO_METRICS = {
  countWebhook: () => undefined,
  countEvents: () => undefined,
  timeCommit: () => () => undefined,
  countSent: () => undefined,
  close: () => undefined,
  render: () => Promise.resolve({ contentType: '', text: '' }),
};

type Serving = { readonly process: Process; readonly webhook: Webhook };

/** Starts to serve; what comes in while nobody does gets no answer. */
export function startServer(parts: ServerParts): Receive {
  let serving: Serving | undefined;
  const begin = (): void => {
    parts.machine.spawn('serve', ({ process, store }) => {
      const read = async () =>
        (await store.listSenders(DEFAULT_ACCOUNT)).map((sender) => ({
          sender,
          appSecrets: sender.whatsapp === null ? [] : [parts.secretOf(sender.whatsapp.phoneNumberId)],
          verifyToken: null,
        }));
      const { clock } = process;
      const host = { store, clock, ids: parts.machine.ids, keyedDigest: parts.digest, problems: problemsOf(parts) };
      serving = { process, webhook: createWebhook({ ...host, senders: createSenderSource(read, clock) }, () => NO_METRICS) };
      process.onEnd(() => {
        serving = undefined;
        parts.engine.after(parts.chance.between(...DOWN_MS), 'serve starts again', begin);
      });
      return new Promise(() => undefined);
    });
  };
  begin();
  return (body, signature, answer) => {
    if (serving === undefined) return answer(null);
    let isAnswered = false;
    const once = (status: number | null): void => {
      if (!isAnswered) answer(status);
      isAnswered = true;
    };
    serving.process.onEnd(() => once(null));
    void serving.webhook.receive(Buffer.from(body), signature).then((result) => once(STATUS_OF[result]));
  };
}

// What is told to people says where a webhook could not be written, which no fault of a history brings about.
function problemsOf({ onFailure }: ServerParts): (sentence: string) => void {
  return (sentence) => {
    if (sentence.includes('could not be written')) onFailure(`serve: ${sentence}`);
  };
}
