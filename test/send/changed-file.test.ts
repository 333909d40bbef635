// A file that is another one when it is admitted than it was when it was checked: noticed, told, and nothing of what was not checked is admitted.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KEPT_ROWS } from '../../src/send/check.ts';
import { openRecipients } from '../../src/send/from-file.ts';
import { send, type SendPlan } from '../../src/send/send.ts';
import type { Phone } from '../../src/values/phone.ts';
import { addCrowd } from '../conformance/store/crowd.ts';
import { makeTemplate, type Started } from '../conformance/store/fixture.ts';
import { startInMemory } from '../memory.ts';
import { sendHostOn, sendPlanFor } from './sending.ts';

/** So long that it is read twice, and that something is admitted before its end is read again. */
const ROWS = 2 * KEPT_ROWS + 1_000;

let directory: string;
let path: string;
let started: Started;
let people: readonly Phone[];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tollbell-changed-'));
  path = join(directory, 'orders.csv');
  started = await startInMemory();
  people = await addCrowd(started.store, started.senderId, ROWS);
  write(people);
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(recipients: readonly Phone[]): void {
  writeFileSync(path, `to,name\n${recipients.map((phone, row) => `${phone},somebody of row ${row}\n`).join('')}`);
}

async function open() {
  const { store, senderId } = started;
  const host = sendHostOn(store);
  const offer = makeTemplate(senderId);
  const file = await openRecipients(
    host,
    { sender: sendPlanFor(senderId).sender, template: { name: 'offer', languages: [offer] } },
    {
      path,
      format: null,
      rename: {},
      language: null,
      parameters: {},
      costCenter: null,
      tags: [],
      ignoreColumns: false,
      skipInvalid: false,
      dryRun: false,
      errorsPath: null,
      db: ':memory:',
    },
  );
  const run = (rest: Partial<SendPlan> = {}) =>
    send(host, sendPlanFor(senderId, { campaign: 'c', derivesKeys: true, queueOnly: true, ...rest }), file.chunks());
  return { run, checked: file.checked };
}

it('is refused with nothing done when it was changed since it was checked', async () => {
  const { run, checked } = await open();
  expect(checked).toMatchObject({ read: ROWS, invalid: 0 });
  appendFileSync(path, '+4915112345678,one more\n');
  await expect(run()).rejects.toMatchObject({ code: 'file_changed', exit: 10 });
  const { run: again } = await open();
  expect((await again()).tally.counts).toMatchObject({ queued: ROWS, duplicate: 0, refused: 1 });
});

it('ends with what was admitted before the change, and the same command then sends the rest once', async () => {
  const { run } = await open();
  let seen = 0;
  const first = await run({
    onAdmission: () => {
      seen += 1;
      if (seen === 1) appendFileSync(path, '+4915112345678,one more\n');
    },
  });
  expect(first.failure).toMatchObject({ code: 'file_changed', retryable: true });
  expect(first.tally.counts.queued).toBe(first.tally.read);
  expect(first.tally.read).toBeGreaterThanOrEqual(KEPT_ROWS);
  expect(first.tally.read).toBeLessThan(ROWS);

  write(people);
  const second = await (await open()).run();
  expect(second.failure).toBeNull();
  expect(second.tally.counts).toMatchObject({ queued: ROWS - first.tally.read, duplicate: first.tally.read });
});

it('sends the new rows only of a file that was changed between two runs', async () => {
  write(people.slice(3));
  await (await open()).run();
  write(people.toReversed());
  expect((await (await open()).run()).tally.counts).toMatchObject({ queued: 3, duplicate: ROWS - 3 });
});
