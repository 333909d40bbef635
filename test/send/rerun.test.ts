// Running a send again after something stood against it: what never left may be tried again, what left or was cancelled by a person may not.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { auditBooks } from '../audit.ts';
import { createWorld, type World } from '../world.ts';

const ADA = '+4915112345678';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  await world.run('contact', 'add', ADA, '--language', 'en_US', '--opt-in', 'utility', '--source', 'a test');
});
afterEach(() => {
  const problems = auditBooks(world.db);
  world.close();
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

const file = (text: string): string => {
  const path = join(world.directory, 'orders.csv');
  writeFileSync(path, text);
  return path;
};
const ORDER = `to,name,order\n${ADA},Ada,A-1\n`;
const campaign = (...flags: readonly string[]) =>
  world.run('send', 'order_shipped', '--from', file(ORDER), '--campaign', 'c', '--json', ...flags);
const countsOf = async (ran: Promise<Awaited<ReturnType<World['run']>>>) => {
  const { json, code } = await ran;
  const { counts } = json() as { counts: Record<string, number> };
  return { code, ...Object.fromEntries(Object.entries(counts).filter(([name, count]) => count > 0 && name !== 'read')) };
};

it('is refused while the block stands, and sent when it is lifted', async () => {
  await campaign('--queue');
  await world.run('block', ADA);
  expect(await countsOf(campaign())).toEqual({ code: 3, refused: 1 });
  await world.run('unblock', ADA);
  expect(await countsOf(campaign())).toEqual({ code: 0, delivered: 1 });
  expect(await countsOf(campaign())).toEqual({ code: 0, duplicate: 1 });
});

it('sends with the new template what was stopped because the old one was replaced', async () => {
  await campaign('--queue');
  const template = { name: 'order_shipped', language: 'en_US', category: 'UTILITY', parameter_format: 'NAMED' };
  const body = { type: 'BODY', text: 'Dear {{name}}, order {{order}} is on its way.' };
  await world.pipe(JSON.stringify({ ...template, components: [body] }), 'template', 'add', '-');
  expect((await world.run('dispatch', '--json')).json()).toMatchObject({ sent: 0, counts: { stopped: 1 } });
  expect(await countsOf(campaign())).toEqual({ code: 0, delivered: 1 });
});

it('stops what has become dearer than what was reserved, so that no cap is passed', async () => {
  await world.run('budget', 'set', '0.06', '--per', 'day');
  await campaign('--queue');
  const card = 'market,category,currency,effective_from,tier_from,tier_to,rate\nGermany,utility,USD,2026-11-01,0,MAX,0.5\n';
  await world.pipe(card, 'price', 'import', '-');
  expect((await world.run('dispatch', '--json')).json()).toMatchObject({ sent: 0, counts: { stopped: 1 }, charged: '0.000000' });
  expect(await countsOf(campaign())).toEqual({ code: 4, refused: 1 });
});

it('does not send again what a person cancelled, or in another language', async () => {
  await campaign('--queue');
  await world.run('message', 'cancel', '--campaign', 'c');
  expect(await countsOf(campaign())).toEqual({ code: 5, duplicate: 1 });
  await world.run('send', 'order_shipped', '--from', file(ORDER), '--campaign', 'd');
  expect(
    await countsOf(world.run('send', 'order_shipped', '--from', file(ORDER), '--campaign', 'd', '--language', 'de', '--json')),
  ).toEqual({
    code: 0,
    duplicate: 1,
  });
});

it('does not send again to somebody who was named by user id and whose number is known by now', async () => {
  const people = (line: string) => world.pipe(`phone,user_id,opt_in,source\n${line}\n`, 'contact', 'import', '-');
  await people(',DE.ana,utility,a form');
  const path = file('to,name,order\nDE.ana,Ana,A-1\n');
  const again = (...more: readonly string[]) =>
    countsOf(world.run('send', 'order_shipped', '--from', path, '--campaign', 'c', '--language', 'en_US', '--json', ...more));
  expect(await again()).toEqual({ code: 0, delivered: 1 });
  await people('+4915112345699,DE.ana,,');
  expect(await again('--dry-run')).toEqual({ code: 0, duplicate: 1 });
  expect(await again()).toEqual({ code: 0, duplicate: 1 });
});

it('takes both writings of one number for the same person', async () => {
  await world.run('contact', 'add', '+5511987654321', '--language', 'en_US', '--opt-in', 'utility', '--source', 'a test');
  const both = ['--to', '+5511987654321', '--to', '+551187654321'];
  expect(await world.failure('send', 'hello_world', ...both)).toMatchObject({ exit: 2, code: 'invalid_input' });
  file('to,name,order\n+5511987654321,Ana,A-1\n+551187654321,Ana,A-1\n');
  const ran = world.run('send', 'order_shipped', '--from', join(world.directory, 'orders.csv'), '--campaign', 'c', '--json');
  expect(await countsOf(ran)).toEqual({ code: 0, delivered: 1, duplicate: 1 });
});

it.skipIf(process.platform !== 'linux')(
  'a list of errors that is lost in the end hides neither what was sent nor what was wrong',
  async () => {
    const run = ['send', 'order_shipped', '--from', file(`${ORDER}+4915112345679,Bob,A-2\n`), '--campaign', 'f'];
    expect(await world.failure(...run, '--errors', '/dev/full')).toMatchObject({
      exit: 8,
      code: 'output_unwritable',
      hint: expect.stringMatching(/^What was done stays done/) as string,
      details: { path: '/dev/full' },
    });
    expect(await countsOf(world.run(...run, '--json'))).toEqual({ code: 3, duplicate: 1, refused: 1 });
    const wrong = ['--from', file(`${ORDER}12,Bob,A-2\n`), '--campaign', 'g', '--errors', '/dev/full'];
    expect(await world.failure('send', 'order_shipped', ...wrong)).toMatchObject({ exit: 2, code: 'rows_invalid' });
    expect(await world.failure('contact', 'import', file('phone\n12\n'), '--errors', '/dev/full')).toMatchObject({ code: 'rows_invalid' });
  },
);

it('takes the list of errors, corrected, for the same rows', async () => {
  const errors = join(world.directory, 'errors.csv');
  const rows = `to,name,order\n${ADA},=Ada,A-1\n+4915112345679,-b,A-2\n`;
  expect(await countsOf(world.run('send', 'order_shipped', '--from', file(rows), '--campaign', 'e', '--errors', errors, '--json'))).toEqual(
    {
      code: 3,
      delivered: 1,
      refused: 1,
    },
  );
  expect(readFileSync(errors, 'utf8')).toContain("'-b");
  await world.run('contact', 'add', '+4915112345679', '--language', 'en_US', '--opt-in', 'utility', '--source', 'a test');
  expect(await countsOf(world.run('send', 'order_shipped', '--from', errors, '--campaign', 'e', '--json'))).toEqual({
    code: 0,
    delivered: 1,
  });
  expect(await countsOf(world.run('send', 'order_shipped', '--from', file(rows), '--campaign', 'e', '--json'))).toEqual({
    code: 0,
    duplicate: 2,
  });
});

it('takes the list of errors of an NDJSON file, corrected, too', async () => {
  const errors = join(world.directory, 'errors.csv');
  const lines = [ADA, '+4915112345679', '12']
    .map((to, index) => `${JSON.stringify({ to, name: `A, "${to}"`, order: `A-${index}` })}\n`)
    .join('');
  const run = ['--campaign', 'e', '--skip-invalid', '--errors', errors, '--json'];
  expect(await countsOf(world.pipe(lines, 'send', 'order_shipped', '--from', '-', ...run))).toEqual({
    code: 3,
    delivered: 1,
    refused: 1,
    invalid: 1,
  });
  await world.run('contact', 'add', '+4915112345679', '--language', 'en_US', '--opt-in', 'utility', '--source', 'a test');
  const corrected = readFileSync(errors, 'utf8').replace('""to"":""12""', `""to"":""${ADA}""`);
  writeFileSync(errors, corrected);
  const again = [...run.slice(0, 2), '--json'];
  expect(await countsOf(world.run('send', 'order_shipped', '--from', errors, ...again))).toEqual({ code: 0, delivered: 2 });
});

it('refuses the same person twice on one command line, by number and by id', async () => {
  const { contact } = (await world.run('block', ADA, '--json')).json() as { contact: string };
  await world.run('unblock', ADA);
  for (const other of [ADA, '+49 151 12345678', contact]) {
    const ran = await world.run('send', 'hello_world', '--to', ADA, '--to', other);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('is named twice');
  }
});
