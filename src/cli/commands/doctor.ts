// tollbell doctor: one screen on the machine, the store and every sender.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { DEFAULT_ACCOUNT } from '../../domain/sender.ts';
import type { Store } from '../../ports/store.ts';
import { type Check, CHECK_COLUMNS, CheckItem, checksText, toCheckItem, worstExit } from '../checks-view.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { flag, helpText, parseOptions } from '../options.ts';
import type { Style } from '../render.ts';
import { checkSender } from '../sender-checks.ts';
import { listOf } from '../shapes.ts';
import { checkOpening, checkStore } from '../store-checks.ts';

const DoctorOptions = z.object({ offline: flag });

const DoctorItem = z.extend(CheckItem, { sender: z.nullable(z.string()).check(z.describe('null for the machine and the store')) });

const DoctorDocument = listOf(DoctorItem);

export const defineDoctor: Define = (parent, host) => {
  const command = parent
    .command('doctor')
    .description(
      'Looks at the machine, the store and its key, what waits or is unknown, and every sender with its provider. Changes nothing.',
    )
    .option('--offline', 'leave the providers alone')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell doctor', 'tollbell doctor --offline --json', 'tollbell doctor --sender shop'],
        output:
          '{"schema":"tollbell.doctor/1","items":[{"check","result":"good|warning|bad|skipped","message","hint","sender"}],"next":null}',
        exits: [0, 2, 8, 9, 10],
      }),
    )
    .action((options: object) => host.run(command, (app) => doctor(app, parseOptions(DoctorOptions, { ...options }))));
  return DoctorDocument;
};

type Group = { readonly sender: string | null; readonly checks: readonly Check[] };

/** What was found, and as exit code the worst of it: 8, 9 or 10. Without a store there is little to look at, and none is made. */
export async function doctor(app: App, { offline }: z.output<typeof DoctorOptions>): Promise<View<z.output<typeof DoctorDocument>>> {
  const { store, checks: opening } = await checkOpening(app);
  const own = store === null ? opening : [...opening, ...(await checkStore(app, store))];
  // Of a store that cannot be read the senders cannot be asked for.
  const senders = store === null || worstExit(own) === 8 ? [] : await checkSenders(app, store, offline);
  const groups: readonly Group[] = [{ sender: null, checks: own }, ...senders];
  const items = groups.flatMap(({ sender, checks }) => checks.map((check) => ({ ...toCheckItem(check), sender })));
  return {
    command: 'doctor',
    schema: DoctorDocument,
    document: { items, next: null },
    rows: 'items',
    columns: [...CHECK_COLUMNS, 'sender'],
    text: (style) => groups.map((group) => groupText(group, style)).join('\n\n'),
    exitCode: worstExit(groups.flatMap(({ checks }) => checks)),
  };
}

async function checkSenders(app: App, store: Store, offline: boolean): Promise<readonly Group[]> {
  const isNamed = app.config.sender !== null;
  const senders = isNamed ? [await currentSender(store, app.config)] : await store.listSenders(DEFAULT_ACCOUNT);
  const groups: Group[] = [];
  for (const sender of senders) groups.push({ sender: sender.name, checks: await checkSender(app, store, { sender, offline }) });
  return groups;
}

function groupText({ sender, checks }: Group, style: Style): string {
  return `${style.strong(sender === null ? 'This machine and its store' : `Sender ${sender}`)}\n${checksText(checks, style)}`;
}
