// A preview that keeps the keys of few rows tells the same repeats as one that keeps them all, whoever is named in whichever way; and few they are.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/domain/sender.ts';
import type { Addressee } from '../../src/ports/store/admit.ts';
import { checkFile, KEPT_ROWS } from '../../src/send/check.ts';
import { AT_ONCE } from '../../src/domain/schedule.ts';
import { enqueue } from '../../src/send/enqueue.ts';
import { openRecipients } from '../../src/send/from-file.ts';
import type { Recipient, RecipientBatch } from '../../src/send/recipients.ts';
import { createRepeatSieve, type RepeatSieve } from '../../src/send/repeat-sieve.ts';
import { send } from '../../src/send/send.ts';
import { parsePhone } from '../../src/values/phone.ts';
import { addCrowd } from '../conformance/store/crowd.ts';
import { ids, makeCard, makeContact, makeEvent, makeRate, makeTemplate, NOON, phone, type Started } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

/** Everybody by all of their names; the last one never agreed to anything. */
let people: readonly (readonly Addressee[])[];
let started: Started;
beforeAll(async () => {
  started = await startInMemory();
  const { store, senderId } = started;
  const rates = ['Germany', 'Brazil', 'Mexico'].map((market) => makeRate('marketing', 100n, { market }));
  await store.putPriceCard(makeCard('2026-08-01', rates), { replace: false });
  const optIns = [makeEvent('opt_in', senderId)];
  const contacts = [
    makeContact('1', { optIns, userId: 'DE.ada' }),
    makeContact('', { optIns, phone: phoneOf('+5511987654321') }),
    makeContact('', { optIns, phone: phoneOf('+5215512345678'), userId: 'MX.eva' }),
    makeContact('', { optIns, phone: null, userId: 'DE.ben' }),
  ];
  const [ada, rio, eva, ben] = await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at: NOON });
  if (ada === undefined || rio === undefined || eva === undefined || ben === undefined) throw new Error('one result per contact');
  people = [
    [{ phone: phone('1') }, { userId: 'DE.ada' }, { contactId: ada.contactId }],
    [{ phone: phoneOf('+5511987654321') }, { phone: phoneOf('+551187654321') }, { contactId: rio.contactId }],
    [{ phone: phoneOf('+5215512345678') }, { phone: phoneOf('+525512345678') }, { userId: 'MX.eva' }],
    [{ userId: 'DE.ben' }, { contactId: ben.contactId }],
    [{ phone: phone('2') }],
  ];
});
afterAll(() => started.store.close());

function phoneOf(text: string) {
  const parsed = parsePhone(text);
  if (parsed === undefined) throw new Error(`${text} is no number`);
  return parsed;
}

const COMMON = { language: null, checkedFor: null, costCenter: null, tags: [], sendAt: null, record: null };
const rowsArbitrary = fc.array(
  fc.record({
    person: fc.nat(4),
    name: fc.nat(2),
    key: fc.constantFrom(null, null, null, 'a', 'b'),
    content: fc.constantFrom('{"name":"Ada"}', '{"name":"Łukasz 🙂"}'),
    upload: fc.constantFrom(null, '17', '18'),
  }),
  { minLength: 1, maxLength: 24 },
);

it('leaves a preview as it is, whoever is named how, with keys and without', async () => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.integer({ min: 1, max: 5 }), async (rows, batchRows) => {
      const recipients = rows.map(({ person, name, key, content, upload }, index): Recipient => {
        const names = people[person] ?? [];
        const to = names[name % names.length] ?? { phone: phone('3') };
        // An upload has another id each time that it is read.
        return { ...COMMON, row: index + 1, to, key, content: upload ?? content, ...(upload === null ? {} : { identity: content }) };
      });
      const batches = inParts(recipients, batchRows);
      const sieve = createRepeatSieve();
      await check(batches, sieve);
      expect(await preview(batches, sieve)).toEqual(await preview(batches, null));
    }),
    { numRuns: 300 },
  );
});

function inParts(recipients: readonly Recipient[], size: number): readonly (readonly Recipient[])[] {
  return Array.from({ length: Math.ceil(recipients.length / size) }, (_, index) => recipients.slice(index * size, (index + 1) * size));
}

async function check(batches: readonly (readonly Recipient[])[], sieve: RepeatSieve): Promise<void> {
  const plan = { senderId: started.senderId, template: 'offer', sieve, onRejected: () => undefined, onBatch: () => undefined };
  const header = { columns: [], isWhole: true, original: [] };
  await checkFile(sendHostOn(started.store), plan, async function* (): AsyncGenerator<RecipientBatch> {
    for (const recipients of batches) yield { header, read: recipients.length, recipients, rejected: [] };
  });
}

async function preview(batches: readonly (readonly Recipient[])[], sieve: RepeatSieve | null): Promise<readonly string[]> {
  const told: string[] = [];
  const plan = sendPlanFor(started.senderId, {
    dryRun: true,
    campaign: 'c',
    derivesKeys: true,
    sieve,
    onAdmission: ({ row }, _, admission) => void told.push(`${row} ${admission.kind === 'refused' ? admission.reason : admission.kind}`),
  });
  await send(
    sendHostOn(started.store),
    plan,
    (async function* () {
      yield* batches;
    })(),
  );
  return told;
}

it('tells the repeats of a file that is read twice, however far they are apart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-sieve-'));
  const { store, senderId, close } = await startInMemory();
  try {
    const crowd = await addCrowd(store, senderId, KEPT_ROWS + 500);
    const path = join(directory, 'orders.csv');
    const open = async (rows: readonly string[]) => {
      writeFileSync(path, `to\n${rows.join('\n')}\n`);
      const sender = sendPlanFor(senderId).sender;
      const common = { rename: {}, parameters: {}, tags: [], language: null, costCenter: null, format: null, errorsPath: null };
      const options = { ...common, path, ignoreColumns: false, skipInvalid: false, dryRun: true, db: ':memory:' };
      return openRecipients(sendHostOn(store), { sender, template: { name: 'offer', languages: [makeTemplate(senderId)] } }, options);
    };
    const [first = '', second = ''] = crowd;
    const { sieve, chunks } = await open([...crowd, second, first, second]);
    expect(sieve).not.toBeNull();
    const plan = sendPlanFor(senderId, { dryRun: true, campaign: 'c', derivesKeys: true, sieve });
    const { tally } = await send(sendHostOn(store), plan, chunks());
    expect(tally.counts).toMatchObject({ queued: crowd.length, duplicate: 3 });
    expect((await open([first, first])).sieve).toBeNull();
  } finally {
    await close();
    rmSync(directory, { recursive: true });
  }
});

it('lets every repeat pass, and hardly anything else', () => {
  const sieve = createRepeatSieve();
  const rows = Array.from({ length: 50_000 }, (_, row): Recipient => {
    const content = `{"order":"A-${row}"}`;
    return { ...COMMON, row, to: { phone: phone(`${row}`) }, key: row % 2 === 0 ? null : `order-${row}`, content };
  });
  const repeated = rows.slice(0, 1_000);
  for (const row of [...rows, ...repeated]) sieve.add(row, row.to);
  expect(repeated.every((row) => sieve.mayRepeat(row, row.to))).toBe(true);
  expect(rows.filter((row) => sieve.mayRepeat(row, row.to)).length).toBeLessThan(1_050);
});

it('takes no key from what is admitted, whatever is said of its campaign', async () => {
  const { store, senderId, close } = await startInMemory();
  const run = await store.openRun({ id: ids.short<'campaign'>(), senderId, campaign: 'c', at: NOON });
  const keys: (Uint8Array | null)[] = [];
  const { sender } = sendPlanFor(senderId);
  const rest = {
    sieve: createRepeatSieve(),
    isNewCampaign: true,
    derivesKeys: true,
    maxPrice: null,
    timing: AT_ONCE,
    onWarnings: () => undefined,
  };
  const plan = { mode: 'commit', sender, template: 'offer', ...run, ...rest } as const;
  const recipient: Recipient = { ...COMMON, row: 1, to: { phone: phone('1') }, key: null, content: '{}' };
  const chunks = (async function* () {
    yield [recipient];
  })();
  await enqueue(sendHostOn(store), { ...plan, onAdmission: (_, { key }) => void keys.push(key) }, chunks);
  expect(keys).toEqual([expect.any(Uint8Array)]);
  await close();
});
