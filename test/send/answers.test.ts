// Answers come in the order of the questions, each once, whenever they become known and however slowly they are read.

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAnswers } from '../../src/send/answers.ts';

const ticks = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 1) await Promise.resolve();
};

it('keeps the order of the questions under any delays of answers and of their reader', async () => {
  const delays = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(delays, fc.array(fc.nat({ max: 7 })), async (known, slow) => {
      let read = '';
      let writes = 0;
      let atOnce = 0;
      const answers = createAnswers(async (text) => {
        atOnce += 1;
        expect(atOnce).toBe(1);
        await ticks(slow[writes++ % Math.max(slow.length, 1)] ?? 0);
        read += text;
        atOnce -= 1;
        return true;
      }, expect.unreachable);
      const tickets = known.map(() => answers.open());
      await Promise.all(
        known.map(async (delay, index) => {
          await ticks(delay);
          answers.fill(tickets[index] ?? expect.unreachable(), `${index}\n`);
        }),
      );
      await answers.flushed();
      expect(read).toBe(known.map((_, index) => `${index}\n`).join(''));
      expect([answers.count(), answers.failure()]).toEqual([0, null]);
    }),
  );
});

it('holds back what is known behind what is not', async () => {
  const read: string[] = [];
  const answers = createAnswers(async (text) => read.push(text) > 0, expect.unreachable);
  const [first, second] = [answers.open(), answers.open()];
  answers.fill(second, 'second');
  await answers.flushed();
  expect([read, answers.count()]).toEqual([[], 2]);
  answers.fill(first, 'first ');
  await answers.flushed();
  expect([read, answers.count()]).toEqual([['first second'], 0]);
});

it.each([
  ['is gone', () => Promise.resolve(false), null],
  ['fails', () => Promise.reject(new Error('full')), new Error('full')],
])('says once that its reader %s, and writes no more', async (_what, write, failure) => {
  let [writes, told] = [0, 0];
  const answers = createAnswers(
    () => {
      writes += 1;
      return write();
    },
    () => void (told += 1),
  );
  for (const text of ['a', 'b', 'c']) {
    answers.fill(answers.open(), text);
    await answers.flushed();
  }
  expect([writes, told, answers.count(), answers.failure()]).toEqual([1, 1, 0, failure]);
});
