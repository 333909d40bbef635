// The dispatch journal on a disk: what is in the file when a process dies at any byte, in which boot, and how long it grows.

import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '../../src/ports/transport.ts';
import { createJournals, type Journals } from '../../src/store/journal.ts';
import { lineOfAnswer, parseJournal, titleLine } from '../../src/store/journal-lines.ts';
import type { MessageId, WorkerId } from '../../src/values/id.ts';
import { NOW } from '../send/facts.ts';

const WORKER = 'w0rker' as WorkerId;
const ONE = { id: '01jdabcdefghjkmnpqrs' as MessageId, attempt: 1 };
const TWO = { id: '01jdabcdefghjkmnpqrt' as MessageId, attempt: 2 };

const accepted: Delivery = {
  messageId: ONE.id,
  attempt: ONE.attempt,
  kind: 'accepted',
  at: NOW,
  providerId: 'wamid.HBgL+/=',
  error: null,
  retryAfterMs: null,
  backoff: 'message',
  later: [],
};

let db: string;
let file: string;
let mine: Journals;
/** As another process reads it. */
let others: Journals;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'tollbell-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  db = join(directory, 't.db');
  file = join(`${db}.workers`, `${WORKER}.journal`);
  [mine, others] = [createJournals(db), createJournals(db)];
});

const none = () => [];

describe('a journal', () => {
  it('is there, private and empty, before anything is noted: what it does not note has not left', () => {
    mine.open(WORKER);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${db}.workers`).mode & 0o777).toBe(0o700);
    expect(others.read(WORKER)?.mayHaveLeft(ONE)).toBe(false);
  });

  it('notes a request before it leaves, and an answer with the next request or the next turn', () => {
    const journal = mine.open(WORKER);
    journal.leave([ONE]);
    expect(others.read(WORKER)?.mayHaveLeft(ONE)).toBe(true);
    expect(others.read(WORKER)?.mayHaveLeft({ ...ONE, attempt: 2 })).toBe(false);
    journal.answered(accepted);
    expect(others.read(WORKER)?.answerTo(ONE)).toBeNull();
    journal.leave([TWO]);
    expect(others.read(WORKER)?.answerTo(ONE)).toEqual(accepted);
    const rejected: Delivery = {
      ...accepted,
      messageId: TWO.id,
      attempt: 2,
      kind: 'rejected',
      providerId: null,
      error: { code: '1', title: 'é\n"' },
    };
    journal.answered(rejected);
    mine.flush(none);
    expect(others.read(WORKER)?.answerTo(TWO)).toEqual(rejected);
  });

  it('is one for a process, and is gone with it, unless something is in flight', () => {
    expect(mine.open(WORKER)).toBe(mine.open(WORKER));
    mine.close(none);
    expect(readdirSync(`${db}.workers`)).toEqual([]);
    mine.open(WORKER).answered(accepted);
    mine.close(() => [ONE.id]);
    expect(others.read(WORKER)?.answerTo(ONE)).toEqual(accepted);
    others.remove(WORKER);
    others.remove(WORKER);
    expect(readdirSync(`${db}.workers`)).toEqual([]);
  });

  it('stays where the store cannot be asked what is in flight', () => {
    mine.open(WORKER);
    mine.close(() => {
      throw new Error('broken');
    });
    expect(others.read(WORKER)).not.toBeNull();
  });

  it('is none for a store in memory', () => {
    const memory = createJournals(':memory:');
    memory.open(WORKER).leave([ONE]);
    memory.flush(none);
    expect(memory.read(WORKER)).toBeNull();
  });

  it('says nothing where it is gone, and an error where it cannot be made or read', () => {
    expect(others.read(WORKER)).toBeNull();
    writeFileSync(`${db}.workers`, '');
    expect(() => mine.open(WORKER)).toThrow(expect.objectContaining({ code: 'store_unreadable' }) as Error);
    expect(() => others.read(WORKER)).toThrow(expect.objectContaining({ code: 'store_unreadable' }) as Error);
  });

  it('says nothing of another boot', () => {
    mine.open(WORKER).leave([ONE]);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\S+\n/, 'another-boot\n'));
    expect(others.read(WORKER)).toBeNull();
  });
});

describe('a journal that has grown long', () => {
  it('keeps what is in flight, and goes on', () => {
    const journal = mine.open(WORKER);
    journal.leave([ONE]);
    journal.answered(accepted);
    for (let index = 0; index < 50_000; index += 1)
      journal.leave([{ id: `01jdabcdefghjkmn${String(index).padStart(5, '0')}` as MessageId, attempt: 1 }]);
    const before = statSync(file).size;
    mine.flush(() => [ONE.id]);
    expect(before).toBeGreaterThan(1_048_576);
    journal.leave([TWO]);
    expect(statSync(file).size).toBeLessThan(1_000);
    const record = others.read(WORKER);
    expect([record?.mayHaveLeft(ONE), record?.answerTo(ONE), record?.mayHaveLeft(TWO)]).toEqual([true, accepted, true]);
    expect(readdirSync(`${db}.workers`)).toEqual([`${WORKER}.journal`]);
  });
});

describe('a journal that breaks off', () => {
  const title = titleLine('boot') ?? '';

  it('at any byte says of each request what was noted whole, and never that one did not leave whose note is whole', () => {
    const text = `${title}W ${ONE.id} 1\n${lineOfAnswer(accepted)}W ${TWO.id} 2\n`;
    fc.assert(
      fc.property(fc.integer({ min: title.length, max: text.length }), (length) => {
        const record = parseJournal(text.slice(0, length), title);
        const has = (line: string): boolean => text.slice(0, length).includes(line);
        expect(record?.mayHaveLeft(ONE)).toBe(has(`W ${ONE.id} 1\n`));
        expect(record?.mayHaveLeft(TWO)).toBe(has(`W ${TWO.id} 2\n`));
        expect(record?.answerTo(ONE)).toEqual(has(lineOfAnswer(accepted)) ? accepted : null);
      }),
    );
  });

  it('before the end of its title says nothing', () => {
    expect(parseJournal(title.slice(0, -1), title)).toBeNull();
    expect(titleLine(null)).toBeNull();
    expect(titleLine('\n')).toBeNull();
  });

  it('in its middle vouches for nothing any more, and what came back still counts', () => {
    for (const torn of [
      'W 01jd',
      'R x 1 accepted',
      `R ${TWO.id} 2 retry 5 - number - {"code":1}`,
      `R ${TWO.id} 2 retry 5 - number - {oops}`,
    ]) {
      const record = parseJournal(`${title}${torn}\n${lineOfAnswer(accepted)}`, title);
      expect([record?.mayHaveLeft(TWO), record?.answerTo(TWO), record?.answerTo(ONE)]).toEqual([true, null, accepted]);
    }
    expect(parseJournal(`${title}\nW ${ONE.id} 1\n`, title)?.mayHaveLeft(TWO)).toBe(false);
  });

  it('is read by another process while it is written', () => {
    mine.open(WORKER).leave([ONE]);
    appendFileSync(file, 'W 01jdabc');
    expect(others.read(WORKER)?.mayHaveLeft(ONE)).toBe(true);
    expect(others.read(WORKER)?.mayHaveLeft(TWO)).toBe(false);
  });
});
