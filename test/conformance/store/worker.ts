// A process of its own for the exam: opens the store that it is told of, does one task, and prints what came of it as one line of JSON.

import { readConfig } from '../../../src/config.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open.ts';
import { slices } from '../../../src/values/batch.ts';
import type { MessageId, SenderId } from '../../../src/values/id.ts';
import { admit, keyed, outcomeOf, requestTo, turn, words } from './crowd.ts';
import { later, phone } from './fixture.ts';

/** What a process is asked to do. All that is told of one moment begin together, so that slow starts do not line them up. */
export type Task = { readonly place: string; readonly senderId: SenderId; readonly startAt: number } & (
  | { readonly do: 'admit'; readonly numbers: readonly string[]; readonly batch: number; readonly keys: string | null }
  | { readonly do: 'work'; readonly room: number }
  | { readonly do: 'claim_and_hang'; readonly room: number }
  | { readonly do: 'recover'; readonly diedWithProcess: readonly string[] }
);

const DUE = later(60);

async function run(task: Task): Promise<void> {
  const store = await openStore({ config: readConfig({ db: task.place }, {}, '/'), readOnly: false });
  while (Date.now() < task.startAt);
  print(await perform(store, task));
  if (task.do === 'claim_and_hang') setInterval(() => undefined, 60_000);
  else await store.close();
}

async function perform(store: Store, task: Task): Promise<unknown> {
  switch (task.do) {
    case 'admit':
      return admitAll(store, task);
    case 'work':
      return work(store, task);
    case 'claim_and_hang':
      return (await turn(store, task.senderId, { room: task.room, at: DUE })).claimed.map(({ id }) => id);
    case 'recover':
      return store.recover({ diedWithProcess: task.diedWithProcess, at: DUE });
  }
}

async function admitAll(store: Store, { senderId, numbers, batch, keys }: Extract<Task, { do: 'admit' }>): Promise<readonly string[]> {
  const answers: string[] = [];
  const requests = numbers.map((number, index) => requestTo(phone(number), keys === null ? {} : keyed(keys.charAt(index))));
  for (const slice of slices(requests, batch)) answers.push(...words((await admit(store, senderId, slice)).admissions));
  return answers;
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
