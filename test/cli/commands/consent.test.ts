// The commands about consent, run as a user runs them: what was said last holds, and the history keeps everything.

import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../world.ts';

const ADA = '+4915112345678';
let world: World;

beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

async function contact(...argv: readonly string[]) {
  return (await world.run('contact', 'show', ADA, '--json', ...argv)).json()['item'] as {
    consent: Record<string, string>;
    blocked: boolean;
  };
}

describe('opt-in', () => {
  it('records what was agreed, for a number never seen too', async () => {
    const { code, json } = await world.run('opt-in', ADA, '--purpose', 'utility,ads', '--source', 'web form', '--json');
    expect(code).toBe(0);
    expect(json()).toEqual({
      schema: 'tollbell.opt-in/1',
      contact: expect.any(String) as string,
      phone: ADA,
      sender: 'sandbox',
      purposes: ['utility', 'ads'],
      consent: { marketing: 'no_consent', utility: 'opted_in', authentication: 'no_consent', service: 'no_consent', ads: 'opted_in' },
      blocked: false,
    });
  });

  it('lifts an opt-out, though the clock stands still', async () => {
    await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'x');
    await world.run('opt-out', ADA);
    expect((await contact()).consent['utility']).toBe('opted_out');
    expect((await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'x')).out).toBe('utility opted in\n');
    await world.run('opt-out', ADA);
    expect((await contact()).consent['utility']).toBe('opted_out');
  });

  it('lifts an opt-out after the clock was set back', async () => {
    await world.run('opt-out', ADA);
    world.setClock('2026-11-22T11:59:00Z');
    await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'x');
    expect((await contact()).consent['utility']).toBe('opted_in');
  });

  it('of an earlier time leaves a newer opt-out, and says so', async () => {
    await world.run('opt-out', ADA, '--purpose', 'utility');
    const { out, err } = await world.run('opt-in', ADA, '--purpose', 'utility,marketing', '--source', 'paper', '--at', '2026-09-30');
    expect(out).toBe('utility opted out\nmarketing opted in\n');
    expect(err).toBe('A newer opt-out stands: utility.\n');
    expect((await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'paper', '--at', '2026-09-30', '-q')).err).toBe('');
  });

  it('leaves a block, and says so', async () => {
    await world.run('block', ADA);
    const { json, err } = await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'x', '--everywhere', '--json');
    expect(json()).toMatchObject({ sender: '*', consent: { utility: 'opted_in' }, blocked: true });
    expect(err).toContain('tollbell unblock');
  });

  it.each([
    [['--source', 'x'], 'usage'],
    [['--purpose', 'utility'], 'usage'],
    [['--purpose', 'utility', '--source', ' '], 'invalid_input'],
    [['--purpose', 'news', '--source', 'x'], 'invalid_input'],
    [['--purpose', 'utility', '--source', 'x', '--at', 'soon'], 'invalid_input'],
    [['--purpose', 'utility', '--source', 'x', '--at', '2026-11-22T12:00:01Z'], 'invalid_input'],
  ])('refuses %j', async (argv, code) => {
    expect(await world.failure('opt-in', ADA, ...argv)).toMatchObject({ exit: 2, code });
  });

  it('needs a person that exists where an id is given', async () => {
    expect(await world.failure('opt-in', '01j9z3abcdefghjkmnpq', '--purpose', 'utility', '--source', 'x')).toMatchObject({
      exit: 2,
      code: 'unknown_contact',
    });
  });
});

describe('opt-out', () => {
  it('stops all purposes unless some are named', async () => {
    await world.run('opt-in', ADA, '--purpose', 'utility,marketing', '--source', 'x');
    expect((await world.run('opt-out', ADA, '--purpose', 'marketing', '--json')).json()).toMatchObject({
      schema: 'tollbell.opt-out/1',
      phone: ADA,
      purposes: ['marketing'],
      consent: { utility: 'opted_in', marketing: 'opted_out' },
      cancelled_messages: 0,
      released: [],
      in_flight: [],
    });
    await world.run('opt-out', ADA);
    const { messenger, ...purposes } = (await contact()).consent;
    expect(Object.values(purposes)).toEqual(Array.from({ length: 5 }, () => 'opted_out'));
    expect(messenger).toBe('open');
  });

  it('everywhere holds with every sender', async () => {
    await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'x');
    await world.run('opt-out', ADA, '--everywhere', '--source', 'letter');
    expect((await contact()).consent['utility']).toBe('opted_out');
  });

  it('holds for a number never seen', async () => {
    expect((await world.run('opt-out', ADA)).code).toBe(0);
    expect((await contact()).consent['marketing']).toBe('opted_out');
  });
});

describe('block and unblock', () => {
  it('follow one another, though the clock stands still', async () => {
    for (const _round of [1, 2]) {
      expect((await world.run('block', ADA, '--json')).json()).toMatchObject({ blocked: true });
      expect((await contact()).blocked).toBe(true);
      expect((await world.run('unblock', ADA, '--json')).json()).toMatchObject({
        schema: 'tollbell.unblock/1',
        phone: ADA,
        sender: 'sandbox',
        blocked: false,
      });
      expect((await contact()).blocked).toBe(false);
    }
  });

  it('take a person without a number by id', async () => {
    await world.pipe('{"user_id":"DE.9f3kQ2"}\n', 'contact', 'import', '-');
    const { out, json } = await world.run('block', 'DE.9f3kQ2', '--json');
    expect(json()).toMatchObject({ phone: null, blocked: true });
    const { contact: id } = JSON.parse(out) as { contact: string };
    expect((await world.run('block', id)).out).toMatch(`blocked ${id} since`);
    expect((await world.run('unblock', id, '--json')).json()).toMatchObject({ contact: id, phone: null, blocked: false });
    expect(await world.failure('block', `${id.slice(0, -2)}00`)).toMatchObject({ exit: 2, code: 'unknown_contact' });
  });

  it.each(['block', 'unblock', 'opt-out', 'opt-in --purpose utility --source x'])(
    '%s of an id that nobody has makes no store',
    async (command) => {
      expect(await world.failure(...command.split(' '), '01m81j18g01se7yafxbz')).toMatchObject({ exit: 2, code: 'unknown_contact' });
      expect(existsSync(world.db)).toBe(false);
    },
  );

  it('keep the first instant of a block that is there', async () => {
    await world.run('block', ADA);
    world.setClock('2026-11-23T12:00:00Z');
    expect((await world.run('block', ADA, '--json')).json()).toMatchObject({ since: '2026-11-22T12:00:00Z' });
  });

  it('give back the consent of before and no more', async () => {
    await world.run('opt-in', ADA, '--purpose', 'utility', '--source', 'x');
    await world.run('block', ADA);
    expect((await world.run('unblock', ADA)).out).toBe('not blocked any more; opted in: utility\n');
  });

  it('for all senders lift what one sender blocked', async () => {
    await world.run('block', ADA);
    expect((await world.run('unblock', ADA, '--everywhere', '--json')).json()).toMatchObject({ sender: '*', blocked: false });
    await world.run('block', ADA, '--everywhere');
    expect((await contact()).blocked).toBe(true);
  });

  it('change nothing where there is no block, and know nobody that was never seen', async () => {
    await world.run('contact', 'add', ADA);
    expect((await world.run('unblock', ADA)).code).toBe(0);
    expect((await world.run('consent', 'show', ADA, '--json')).json()).toMatchObject({ items: [] });
    expect(await world.failure('unblock', '+4915112345679')).toMatchObject({ exit: 2, code: 'unknown_contact' });
  });
});

describe('consent show', () => {
  it('is the whole history with its proof, with all senders', async () => {
    await world.run(
      'opt-in',
      ADA,
      '--purpose',
      'utility',
      '--source',
      'web form',
      '--evidence',
      'box ticked',
      '--at',
      '2026-09-30T10:00:00Z',
    );
    await world.run('block', ADA, '--everywhere', '--reason', 'asked by phone', '--by', 'customer');
    const { json, out } = await world.run('consent', 'show', ADA, '--json');
    expect(json()).toMatchObject({ schema: 'tollbell.consent-show/1', phone: ADA, next: null });
    expect(json()['items']).toEqual([
      {
        sequence: 1,
        sender: 'sandbox',
        subject: 'utility',
        kind: 'opt_in',
        at: '2026-09-30T10:00:00Z',
        recorded_at: '2026-11-22T12:00:00Z',
        by: 'customer',
        source: 'web form',
        evidence: 'box ticked',
      },
      {
        sequence: 2,
        sender: '*',
        subject: 'block',
        kind: 'block',
        at: '2026-11-22T12:00:00Z',
        recorded_at: '2026-11-22T12:00:00Z',
        by: 'customer',
        source: 'command',
        evidence: 'asked by phone',
      },
    ]);
    expect(out).toContain(ADA);
    expect((await world.run('consent', 'show', ADA)).out).toMatch(
      /^AT +SENDER +SUBJECT +KIND +BY +SOURCE +EVIDENCE\n2026-09-30T10:00:00Z +sandbox +utility +opt_in +customer +web form +box ticked\n/,
    );
  });

  it('says that nothing was recorded, and knows nobody that was never seen', async () => {
    await world.run('contact', 'add', ADA);
    expect((await world.run('consent', 'show', ADA)).out).toBe('Nothing was recorded.\n');
    expect(await world.failure('consent', 'show', '+4915112345679')).toMatchObject({ exit: 2, code: 'unknown_contact' });
  });
});
