// Keys that mean other content than before: in the store, or in an earlier row however far above, in as many readings as it takes.

import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { dialled } from '../../src/domain/wa-id.ts';
import { addresseeText } from '../../src/send/addressees.ts';
import { checkFile, KEPT_ROWS } from '../../src/send/check.ts';
import { conflictsWithin } from '../../src/send/key-conflicts.ts';
import type { Recipient, RecipientBatch } from '../../src/send/recipients.ts';
import { createRepeatSieve, type RepeatSieve } from '../../src/send/repeat-sieve.ts';
import { send } from '../../src/send/send.ts';
import { addCrowd } from '../conformance/store/crowd.ts';
import { phone, type Started } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

const COMMON = { language: null, checkedFor: null, costCenter: null, tags: [], sendAt: null, record: null };
const HEADER = { columns: [], isWhole: true, original: [] };
const KEPT_KEY = 'kept';
const ONE = '{}';

/** A store that has the key `kept` for the content `ONE`. */
let started: Started;
beforeAll(async () => {
  started = await startInMemory();
  const { store, senderId } = started;
  const [number = phone('0')] = await addCrowd(store, senderId, 1);
  const known: Recipient = { ...COMMON, row: 1, to: { phone: number }, key: KEPT_KEY, content: ONE };
  const { tally } = await send(
    sendHostOn(store),
    sendPlanFor(senderId, { queueOnly: true }),
    (async function* () {
      yield [known];
    })(),
  );
  if (tally.counts.queued !== 1) throw new Error('the store did not take it');
});

type Row = { readonly key: string | null; readonly content: string };

/** All for the person to whom the store sent `kept`. */
function toRecipients(rows: readonly Row[]): readonly Recipient[] {
  return rows.map((row, index) => ({ ...COMMON, ...row, row: index + 1, to: { phone: phone('1001') } }));
}

function inBatches(recipients: readonly Recipient[], size: number): readonly RecipientBatch[] {
  return Array.from({ length: Math.ceil(recipients.length / size) }, (_, index) => {
    const part = recipients.slice(index * size, (index + 1) * size);
    return { header: HEADER, read: part.length, recipients: part, rejected: [] };
  });
}

const plan = () => ({ senderId: started.senderId, template: 'offer' });

/** The rows that are told, as they are told, and what is said in the end. */
async function check(recipients: readonly Recipient[], batchRows: number, sieve: RepeatSieve | null = null) {
  const told: number[] = [];
  let readings = 0;
  const checked = await checkFile(
    sendHostOn(started.store),
    { ...plan(), sieve, onRejected: ({ rejection }) => void told.push(rejection.row), onBatch: () => undefined },
    async function* () {
      readings += 1;
      yield* inBatches(recipients, batchRows);
    },
  );
  return { told, checked, readings };
}

/** The rule, said in one sentence: a key is its first content's, in the store before the file. */
function expected(rows: readonly Row[]): readonly number[] {
  const contents = new Map([[KEPT_KEY, ONE]]);
  return rows.flatMap(({ key, content }, index) => {
    if (key === null) return [];
    const before = contents.get(key);
    if (before === undefined) contents.set(key, content);
    return before === undefined || before === content ? [] : [index + 1];
  });
}

const rowsArbitrary = fc.array(
  fc.record({ key: fc.constantFrom(null, KEPT_KEY, 'a', 'b', 'c'), content: fc.constantFrom(ONE, 'two', 'three') }),
  { maxLength: 30 },
);

it('rejects the rows whose key is another content, and keeps the others', async () => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.integer({ min: 1, max: 7 }), fc.boolean(), async (rows, batchRows, isDryRun) => {
      const recipients = toRecipients(rows);
      const { told, checked } = await check(recipients, batchRows, isDryRun ? createRepeatSieve() : null);
      const wrong = expected(rows);
      expect(told.toSorted((left, right) => left - right)).toEqual(wrong);
      expect(checked).toMatchObject({ read: rows.length, invalid: wrong.length, conflicts: wrong.length });
      expect(checked.first.map(({ row }) => row)).toEqual(wrong.slice(0, 10));
      expect(checked.recipients).toEqual(recipients.filter(({ row }) => !wrong.includes(row)));
    }),
    { numRuns: 300 },
  );
});

it('finds the same in as many readings as the keys need', async () => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.integer({ min: 1, max: 4 }), async (rows, keysAtOnce) => {
      const recipients = toRecipients(rows);
      const sieve = createRepeatSieve();
      for (const recipient of recipients) sieve.add(recipient, recipient.to);
      const told: number[] = [];
      const again = { sieve, read: () => inBatches(recipients, 3), keysAtOnce };
      for await (const { conflicts } of conflictsWithin(sendHostOn(started.store), plan(), again))
        told.push(...conflicts.map(({ rejection }) => rejection.row));
      const withStore = rows.flatMap(({ key, content }, index) => (key === KEPT_KEY && content !== ONE ? [index + 1] : []));
      expect([...told, ...withStore].toSorted((left, right) => left - right)).toEqual(expected(rows));
    }),
    { numRuns: 300 },
  );
});

it('reads a file that is too long to be kept again, and one without repeats once', async () => {
  const rows = Array.from({ length: KEPT_ROWS + 100 }, (_, row): Row => ({ key: `order-${row}`, content: ONE }));
  expect(await check(toRecipients(rows), 500)).toMatchObject({ told: [], checked: { recipients: null, first: [] }, readings: 1 });
  const far = await check(toRecipients([...rows, { key: 'order-7', content: 'two' }, { key: 'order-8', content: ONE }]), 500);
  expect(far).toMatchObject({ told: [KEPT_ROWS + 101], readings: 2 });
  expect(far.checked).toMatchObject({ read: KEPT_ROWS + 102, invalid: 1, conflicts: 1, recipients: null });
  expect(far.checked.first).toMatchObject([{ row: KEPT_ROWS + 101, column: 'key', value: 'order-7', reason: 'key_conflict' }]);
});

it('compares nothing more once it was interrupted', async () => {
  const recipients = toRecipients([
    { key: 'a', content: ONE },
    { key: 'a', content: 'two' },
  ]);
  const sieve = createRepeatSieve();
  for (const recipient of recipients) sieve.add(recipient, recipient.to);
  const stop = new AbortController();
  stop.abort();
  let readings = 0;
  const again = {
    sieve,
    read: () => {
      readings += 1;
      return inBatches(recipients, 1);
    },
  };
  const host = sendHostOn(started.store, { interrupted: stop.signal });
  for await (const found of conflictsWithin(host, plan(), again)) expect(found).toBeUndefined();
  expect({ suspects: sieve.suspectKeys(), readings }).toEqual({ suspects: 2, readings: 0 });
});

it('reads a file once more for one key, however many rows have it', async () => {
  const rows = Array.from({ length: KEPT_ROWS + 1 }, (): Row => ({ key: 'DE', content: ONE }));
  const { told, readings } = await check(toRecipients([...rows, { key: 'DE', content: 'two' }]), 500);
  expect({ told, readings }).toEqual({ told: [KEPT_ROWS + 2], readings: 2 });
});

it('tells the first rows of all that is wrong, and each once', async () => {
  const wrong = Array.from({ length: 12 }, (_, index) => ({
    row: index + 3,
    column: 'to',
    value: '?',
    reason: 'invalid_phone',
    message: '',
  }));
  const recipients = toRecipients([
    { key: KEPT_KEY, content: 'two' },
    { key: 'a', content: ONE },
  ]);
  const again = { ...toRecipients([{ key: 'a', content: 'two' }])[0], row: 15 } as Recipient;
  const told: number[] = [];
  const checked = await checkFile(
    sendHostOn(started.store),
    { ...plan(), sieve: null, onRejected: ({ rejection }) => void told.push(rejection.row), onBatch: () => undefined },
    async function* () {
      const rejected = wrong.map((rejection) => ({ rejection, record: { original: [] } }));
      yield { header: HEADER, read: 15, recipients: [...recipients, again], rejected };
    },
  );
  expect(checked.first.map(({ row }) => row)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(told.toSorted((left, right) => left - right)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  expect(checked).toMatchObject({ invalid: 14, conflicts: 2 });
});

it('finds a key that meets rows without one, which repeat one another', async () => {
  const [keyless] = toRecipients([{ key: null, content: ONE }]) as readonly [Recipient];
  // Of the same hash as those rows.
  const key = `${dialled(addresseeText(keyless.to))}${ONE}`;
  const rows = [
    { key: null, content: ONE },
    { key: null, content: ONE },
    { key, content: ONE },
    { key, content: 'two' },
  ];
  expect((await check(toRecipients(rows), 1, createRepeatSieve())).told).toEqual([4]);
});
