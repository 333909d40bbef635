// A request that the provider takes and never answers, and a sender that is killed while it waits: exactly one message at the provider, one charge in the
// books, and nothing is ever sent again on its own.

import { once } from 'node:events';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditBooks } from '../audit.ts';
import { type Channel, openChannel, until } from '../channel.ts';

const SILENT = '+4915112347042';
const LATE = '+4915112347043';

let channel: Channel;

beforeAll(async () => {
  channel = await openChannel({
    scenario: {
      latency_ms: [3_000, 3_000],
      rules: [
        { match: { to: '*7042' }, fault: 'accept_no_answer' },
        { match: { to: '*7043' }, fault: 'accept_no_answer_then_status' },
      ],
    },
  });
  for (const phone of [SILENT, LATE]) channel.mustRun('contact', 'add', phone, '--opt-in', 'utility', '--source', 'test');
  channel.mustRun('template', 'sync');
});

afterAll(() => channel.close());

const sendTo = (phone: string) => ['send', 'hello_world', '--to', phone, '--language', 'en_US', '--key', `hello-${phone.slice(-2)}`];

type Message = { readonly id: string; readonly status: string; readonly reason: string | null };

function messageTo(phone: string): Message {
  const { items } = channel.mustRun('message', 'list', '--to', phone) as { items: Message[] };
  expect(items).toHaveLength(1);
  return items[0] as Message;
}

async function acceptedBy(phone: string): Promise<number> {
  const { messages } = (await channel.emulator(`/messages?to=${encodeURIComponent(phone)}`)) as { messages: unknown[] };
  return messages.length;
}

/** Sends, and kills the sender when the provider has the request. */
async function killWhileWaiting(phone: string): Promise<void> {
  const child = channel.start(...sendTo(phone));
  await until(async () => (await acceptedBy(phone)) === 1);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function charges(id: string): readonly unknown[] {
  expect(auditBooks(channel.db)).toEqual([]);
  const database = new Database(channel.db, { readonly: true });
  try {
    return database.prepare("SELECT attempt FROM ledger WHERE message_id = ? AND kind = 'charge'").all(id);
  } finally {
    database.close();
  }
}

describe('a sender that is killed while the provider keeps it waiting', () => {
  test('leaves an unknown outcome, which the same command reports and does not send again', async () => {
    await killWhileWaiting(SILENT);
    const again = channel.run(...sendTo(SILENT));
    expect(again.code).toBe(6);
    expect(JSON.parse(again.out)).toMatchObject({ counts: { duplicate: 1, queued: 0 }, messages: [{ status: 'unknown' }] });
    expect(channel.run('dispatch').code).toBe(0);
    expect(await acceptedBy(SILENT)).toBe(1);
    const { id, status, reason } = messageTo(SILENT);
    expect([status, reason]).toEqual(['unknown', 'process_died']);
    expect(charges(id)).toEqual([]);
  });

  test('is settled by a person, once', async () => {
    const { id } = messageTo(SILENT);
    channel.mustRun('message', 'resolve', id, '--as', 'not_sent', '--reason', 'nobody got it');
    expect(channel.run('message', 'resolve', id, '--as', 'not_sent', '--reason', 'nobody got it').code).toBe(2);
    expect(messageTo(SILENT).status).toBe('expired');
    expect(charges(id)).toEqual([]);
  });

  test('is settled by the status that comes back, with one charge and one message', async () => {
    await killWhileWaiting(LATE);
    expect(channel.run(...sendTo(LATE)).code).toBe(6);
    await until(() => messageTo(LATE).status === 'delivered');
    const { id } = messageTo(LATE);
    expect(channel.run(...sendTo(LATE)).code).toBe(0);
    expect(await acceptedBy(LATE)).toBe(1);
    expect(charges(id)).toHaveLength(1);
  });
});
