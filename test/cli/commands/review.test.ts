// Near misses of stop words, as a person decides them.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';
import { customerWrites } from '../inbound.ts';

const ADA = '+4915112345678';
const BOB = '+4915112345679';
const PLEA = 'please stop sending me this \u001b[2J';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.run('init', '-y');
  for (const phone of [ADA, BOB])
    await world.run('contact', 'add', phone, '--language', 'en_US', '--opt-in', 'utility,marketing', '--source', 'web');
  await customerWrites(world, ADA, PLEA);
  world.setClock('2026-11-22T12:05:00Z');
  await customerWrites(world, BOB, 'do not stop the good offers');
});
afterEach(() => world.close());

type Review = { readonly number: number; readonly phone: string };
const list = async (...options: readonly string[]) =>
  (await world.run('review', 'list', '--json', ...options)).json() as unknown as {
    readonly items: readonly Review[];
    readonly next: string | null;
  };
const numbers = async () => (await list()).items.map(({ number }) => String(number));
const consentOf = async (phone: string) => (await world.run('contact', 'show', phone, '--json')).json()['item'];

describe('review list', () => {
  it('has what waits, oldest first, with who wrote it', async () => {
    expect(await list()).toMatchObject({
      schema: 'tollbell.review-list/1',
      items: [
        { sender: 'sandbox', phone: ADA, text: PLEA, at: '2026-11-22T12:00:00Z' },
        { sender: 'sandbox', phone: BOB, text: 'do not stop the good offers', at: '2026-11-22T12:05:00Z' },
      ],
      next: null,
    });
  });

  it('shows people text that cannot act on their screen', async () => {
    const { out } = await world.run('review', 'list');
    expect(out).toContain('please stop sending me this \\u001b[2J');
    expect(out).not.toContain('\u001b');
  });

  it('comes in pages', async () => {
    const first = await list('--limit', '1');
    expect(first.items).toMatchObject([{ phone: ADA }]);
    expect(await list('--after', String(first.next))).toMatchObject({ items: [{ phone: BOB }], next: null });
    expect(await world.failure('review', 'list', '--after', 'x')).toMatchObject({ exit: 2, code: 'invalid_input' });
  });

  it('is empty where there is no store', async () => {
    const { out, code } = await world.run('review', 'list', '--db', 'nowhere.db');
    expect([out, code]).toEqual(['Nothing waits for a decision.\n', 0]);
  });
});

describe('review close', () => {
  it('--opt-out stops all purposes, with their words as evidence, and cancels what is queued', async () => {
    await world.run('send', 'hello_world', '--to', ADA, '--queue');
    const [number = ''] = await numbers();
    const { code, json } = await world.run('review', 'close', number, '--opt-out', '--json');
    expect([code, json()]).toMatchObject([
      0,
      {
        schema: 'tollbell.review-close/1',
        item: {
          number: Number(number),
          phone: ADA,
          decision: 'opted_out',
          purposes: ['marketing', 'utility', 'authentication', 'service', 'ads'],
          cancelled_messages: 1,
          released: [{ currency: 'USD', amount: '0.055000' }],
        },
      },
    ]);
    expect(await consentOf(ADA)).toMatchObject({ consent: { utility: 'opted_out', marketing: 'opted_out', ads: 'opted_out' } });
    expect((await world.run('consent', 'show', ADA, '--json')).json()['items']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          subject: 'utility',
          kind: 'opt_out',
          by: 'customer',
          source: 'review',
          evidence: PLEA,
          at: '2026-11-22T12:00:00Z',
        }),
      ]),
    );
    expect(await numbers()).toHaveLength(1);
  });

  it('--purpose names what the person meant', async () => {
    const [number = ''] = await numbers();
    await world.run('review', 'close', number, '--opt-out', '--purpose', 'marketing');
    expect(await consentOf(ADA)).toMatchObject({ consent: { utility: 'opted_in', marketing: 'opted_out' } });
  });

  it('--dismiss changes nothing of the person', async () => {
    const [, number = ''] = await numbers();
    expect((await world.run('review', 'close', number, '--dismiss')).out).toBe(`dismissed ${number}: ${BOB} stays as they are\n`);
    expect(await consentOf(BOB)).toMatchObject({ consent: { utility: 'opted_in', marketing: 'opted_in' } });
    expect(await numbers()).toHaveLength(1);
  });

  it('happens once, and needs a number that waits', async () => {
    const [number = ''] = await numbers();
    await world.run('review', 'close', number, '--dismiss');
    expect(await world.failure('review', 'close', number, '--opt-out')).toMatchObject({ exit: 2, code: 'unknown_review' });
    expect(await consentOf(ADA)).toMatchObject({ consent: { utility: 'opted_in' } });
    expect(await world.failure('review', 'close', '99', '--dismiss')).toMatchObject({ exit: 2, code: 'unknown_review' });
  });

  it.each([
    [['1'], 'usage'],
    [['1', '--opt-out', '--dismiss'], 'usage'],
    [['1', '--dismiss', '--purpose', 'marketing'], 'usage'],
    [['1', '--opt-out', '--purpose', 'noise'], 'invalid_input'],
    [['x', '--dismiss'], 'invalid_input'],
  ])('refuses %j', async (options, code) => {
    expect(await world.failure('review', 'close', ...options)).toMatchObject({ exit: 2, code });
  });
});
