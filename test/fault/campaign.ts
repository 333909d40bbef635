// A campaign over HTTP for the tests that disturb one: how it begins, and how it ends at last.

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Channel, until } from '../channel.ts';
import { askStore, type Provided } from './truth.ts';

/** The number of a row. */
export function phoneOf(index: number): string {
  return `+49151${String(10_000_000 + index * 10 + 9)}`;
}

/** `campaign` is the command that sends it. */
export type Campaign = { readonly numbers: readonly string[]; readonly campaign: readonly string[] };

/** Makes a campaign of so many people, who all agreed. */
export function prepareCampaign(channel: Channel, rows: number): Campaign {
  const numbers = Array.from({ length: rows }, (_, index) => phoneOf(index));
  const [people, orders] = [join(channel.directory, 'people.csv'), join(channel.directory, 'orders.csv')];
  writeFileSync(people, `phone,opt_in,source\n${numbers.map((number) => `${number},utility,test\n`).join('')}`);
  writeFileSync(orders, `to\n${numbers.map((number) => `${number}\n`).join('')}`);
  channel.mustRun('contact', 'import', people);
  channel.mustRun('template', 'sync');
  const campaign = ['send', 'hello_world', '--campaign', 'autumn', '--language', 'en_US', '--from', orders, '--json'];
  return { numbers, campaign };
}

/** True when every row has been handed to the provider, or was ended otherwise. */
export function isSent(db: string, rows: number): boolean {
  const [row] = askStore<{ readonly count: number }>(db, "SELECT COUNT(*) AS count FROM message WHERE state NOT IN ('queued', 'sending')");
  return row?.count === rows;
}

/** Sends what is left of a campaign, and waits until the provider has told all that it has to tell. */
export async function finishCampaign(channel: Channel, campaign: readonly string[], rows: number): Promise<void> {
  await until(async () => {
    const child = channel.start(...campaign);
    await once(child, 'exit');
    return isSent(channel.db, rows);
  });
  await allTold(channel);
}

/** Waits until every message has its last status, and every status has come. */
export async function allTold(channel: Channel): Promise<void> {
  await until(async () => {
    const { messages } = (await channel.emulator('/messages')) as { readonly messages: readonly Provided[] };
    return messages.every(
      ({ statuses, status }) => status !== 'accepted' && status !== 'sent' && statuses.every(({ webhook }) => webhook === 'DELIVERED'),
    );
  });
}
