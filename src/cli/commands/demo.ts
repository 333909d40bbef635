// tollbell demo: the whole way in a throw-away store: people, a campaign with everything that goes wrong, the bill.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { billReport, FIGURES, reportPeriod } from '../../billing/report.ts';
import { sampleRecipientsCsv } from '../../catalog/sample-recipients.ts';
import type { RepeatableSource } from '../../ports/host.ts';
import type { Grouping } from '../../ports/store/report.ts';
import type { Define, View } from '../command.ts';
import { openDemoWorld } from '../demo-world.ts';
import { helpText, parseOptions } from '../options.ts';
import { addSampleContacts } from '../sample-store.ts';
import { sendFile } from '../send-run.ts';
import { SendDocument } from '../send-view.ts';
import { billFigures } from '../shapes.ts';
import { billText } from './bill-report.ts';
import { SendOptions } from './send.ts';

const count = z.int();

const DemoDocument = z.object({
  contacts: z.object({ opted_in: count, no_consent: count, opted_out: count, blocked: count }),
  send: SendDocument,
  bill: z.object({ rows: z.array(z.object({ market: z.string(), ...billFigures().shape })), totals: z.array(billFigures()) }),
});

const CAMPAIGN = 'demo';
const FILE = 'orders.csv';
const GROUP_BY: readonly Grouping[] = ['market'];

export const defineDemo: Define = (parent, host) => {
  const command = parent
    .command('demo')
    .description(
      'Shows the whole way in a throw-away store: 1,000 people in 12 countries, a campaign over HTTP to an emulator of the provider on this machine, the statuses that come back by webhook, and the bill. Needs no network and no credentials.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell demo', 'tollbell demo --json', 'tollbell demo --format csv > bill.csv'],
        output: '{"schema":"tollbell.demo/1","contacts":{…},"send":{…},"bill":{"rows":[…],"totals":[…]}}',
        exits: [0],
      }),
    )
    .action(() => host.run(command, (app) => demo(app)));
  return DemoDocument;
};

/** Runs the demo. It ends with 0 although rows are refused: that is what it shows. */
export async function demo(app: App): Promise<View<z.output<typeof DemoDocument>>> {
  const world = await openDemoWorld(app);
  const { store, sender } = world;
  try {
    const contacts = await addSampleContacts(world.app, store, sender);
    const source = { ...world.app, io: { ...world.app.io, openRepeatable: async () => textSource(sampleRecipientsCsv()) } };
    const sent = await sendFile(
      source,
      parseOptions(SendOptions, { template: 'order_shipped', from: FILE, campaign: CAMPAIGN, skipInvalid: true, wait: 'delivered' }),
      FILE,
    );
    const period = reportPeriod({ month: null, from: null, to: null }, { timeZone: sender.timeZone, at: app.clock.now() });
    const bill = await billReport(store, { period, senderId: sender.id, groupBy: GROUP_BY });
    const people = contacts.opted_in + contacts.no_consent + contacts.opted_out + contacts.blocked;
    return {
      command: 'demo',
      schema: DemoDocument,
      document: {
        contacts,
        send: sent.document,
        bill: { rows: bill.rows.map(({ group, figures }) => ({ market: group.market ?? '', ...figures })), totals: [...bill.totals] },
      },
      rows: 'bill.rows',
      columns: ['market', ...FIGURES],
      text: async (
        style,
      ) => `${style.dim(`A throw-away store, the built-in ${sender.currency} prices, and an emulator of the provider on this machine. No network, no credentials.`)}

${style.strong('> tollbell contact import people.csv')}
${people} people: ${contacts.opted_in} opted in, ${contacts.no_consent} without consent, ${contacts.opted_out} opted out, ${contacts.blocked} blocked

${style.strong(`> tollbell send order_shipped --from ${FILE} --campaign ${CAMPAIGN} --skip-invalid --wait delivered`)}
${await sent.text(style)}

${style.strong('> tollbell bill-report --by market')}
${await billText(bill, { period, groupBy: GROUP_BY }, style)}`,
    };
  } finally {
    await world.close();
  }
}

function textSource(text: string): RepeatableSource {
  return {
    name: FILE,
    read: async function* read() {
      yield new TextEncoder().encode(text);
    },
    close: async () => undefined,
  };
}
