// A process of its own for the exam: opens the store that it is told of, does one task, and prints what came of it as one line of JSON.

import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readConfig } from '../../../src/config.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Delivery } from '../../../src/ports/transport.ts';
import { slices } from '../../../src/values/batch.ts';
import type { MessageId, SenderId } from '../../../src/values/id.ts';
import { admit, keyed, outcomeOf, recoverDead, requestTo, turn, words } from './crowd.ts';
import { ids, later, phone } from './fixture.ts';

/** What a process is asked to do. All that is told of one moment begin together, so that slow starts do not line them up. */
export type Task = { readonly place: string; readonly senderId: SenderId; readonly startAt: number } & (
  | { readonly do: 'admit'; readonly numbers: readonly string[]; readonly batch: number; readonly keys: string | null }
  | { readonly do: 'work'; readonly room: number }
  | { readonly do: 'claim_and_hang'; readonly room: number; readonly notes: string | null }
  | { readonly do: 'recover'; readonly diedWithProcess: readonly string[] }
);

const DUE = later(60);

async function run(task: Task): Promise<void> {
  if (task.do === 'claim_and_hang') return hang(task);
  const store = await openStoreOf(task);
  while (Date.now() < task.startAt);
  print(await perform(store, task));
  await store.close();
}

// Nobody can reach the store any more when its memory is collected; its sign of life must outlast that.
async function hang(task: Task): Promise<void> {
  const result = await openStoreOf(task).then((store) => perform(store, task));
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turns = 0; turns < 3; turns += 1) {
    await setImmediate();
    collect();
  }
  print(result);
  setInterval(() => undefined, 60_000);
}

function openStoreOf({ place }: Task): Promise<Store> {
  return openStore({ config: readConfig({ db: place }, {}, '/'), readOnly: false });
}

async function perform(store: Store, task: Task): Promise<unknown> {
  switch (task.do) {
    case 'admit':
      return admitAll(store, task);
    case 'work':
      return work(store, task);
    case 'claim_and_hang':
      return claimAndNote(store, task);
    case 'recover':
      return recoverDead(store, { diedWithProcess: task.diedWithProcess, at: DUE });
  }
}

async function admitAll(store: Store, { senderId, numbers, batch, keys }: Extract<Task, { do: 'admit' }>): Promise<readonly string[]> {
  const answers: string[] = [];
  const requests = numbers.map((number, index) => requestTo(phone(number), keys === null ? {} : keyed(keys.charAt(index))));
  for (const slice of slices(requests, batch)) answers.push(...words((await admit(store, senderId, slice)).admissions));
  return answers;
}

/** What is noted of each message that was claimed, by its letter. Without notes no journal is kept. */
const ANSWERS: Readonly<Record<string, Pick<Delivery, 'kind' | 'providerId' | 'error'>>> = {
  a: { kind: 'accepted', providerId: 'wamid.1', error: null },
  r: { kind: 'rejected', providerId: null, error: { code: '131026', title: 'No\nway' } },
  t: { kind: 'retry', providerId: null, error: { code: '130429', title: 'Too fast' } },
  u: { kind: 'unknown', providerId: null, error: { code: 'no_answer', title: 'Nobody ßaid' } },
};

async function claimAndNote(
  store: Store,
  { senderId, room, notes }: Extract<Task, { do: 'claim_and_hang' }>,
): Promise<readonly MessageId[]> {
  const workerId = ids.sortable<'worker'>(DUE);
  const journal = notes === null ? null : store.journal(workerId);
  const { claimed } = await turn(store, senderId, { room, at: DUE, workerId });
  for (const [index, { id, attempt }] of claimed.entries()) {
    const letter = notes?.charAt(index) ?? '-';
    if (letter === '-') continue;
    journal?.leave([{ id, attempt }]);
    const answer = ANSWERS[letter];
    if (answer !== undefined)
      journal?.answered({ messageId: id, attempt, at: DUE, retryAfterMs: null, backoff: 'number', later: [], ...answer });
  }
  await turn(store, senderId, { room: 0, at: DUE, workerId }); // as a dispatcher's next turn, in which it dies
  return claimed.map(({ id }) => id);
}

// Claims and delivers until nothing is left, as a dispatcher does; each turn tells what the one before has sent.
async function work(store: Store, { senderId, room }: Extract<Task, { do: 'work' }>): Promise<readonly MessageId[]> {
  const sent: MessageId[] = [];
  let flying: readonly MessageId[] = [];
  do {
    const outcomes = flying.map((id) => outcomeOf(id, 'delivered', { attempt: 1 }));
    const { claimed } = await turn(store, senderId, { room, outcomes, at: DUE });
    flying = claimed.map(({ id }) => id);
    sent.push(...flying);
  } while (flying.length > 0);
  return sent;
}

function print(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

void run(JSON.parse(process.argv[2] ?? '') as Task);
