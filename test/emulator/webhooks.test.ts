// Webhooks on the wire: exact bytes, signatures, batches, repeats; a receiver that comes late.

import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { signatureOf, toWireJson } from '../../src/emulator/signer.ts';
import { openStage, type Stage, TEXT } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage;
afterEach(() => stage.close());

describe('the wire', () => {
  it('is ASCII with escaped slashes, and means the same', async () => {
    stage = await openStage();
    const value = { name: 'Zoë 🎉 </p>', path: 'a/b\\c' };
    expect(toWireJson(value)).toBe('{"name":"Zo\\u00eb \\ud83c\\udf89 <\\/p>","path":"a\\/b\\\\c"}');
    expect(JSON.parse(toWireJson(value))).toEqual(value);
    await stage.admin('POST', 'inbound', { from: ADA, name: 'Zoë', text: 'Größe 38/40' });
    await stage.settle();
    expect(stage.received[0]?.body).toContain('Gr\\u00f6\\u00dfe 38\\/40');
  });

  it('is signed over exactly its bytes', async () => {
    stage = await openStage();
    await stage.send(ADA);
    await stage.settle();
    for (const { body, signature } of stage.received) {
      expect(signature).toBe(`sha256=${createHmac('sha256', stage.emulator.appSecret).update(body).digest('hex')}`);
      expect(signature).not.toBe(signatureOf(body, 'another secret'));
    }
    expect(stage.received.length).toBeGreaterThan(0);
  });
});

describe('batches', () => {
  it('hold what is due together, up to the most that the scenario allows', async () => {
    stage = await openStage({ scenario: { webhook_batch_max: 3, latency_ms: [1_000, 1_000] } });
    for (let index = 0; index < 4; index += 1) await stage.send(`+49151123450${10 + index}`);
    await stage.advance('1s');
    const sizes = stage.received.map(({ json }) => JSON.stringify(json).split('"recipient_id"').length - 1);
    expect(sizes.toSorted()).toEqual([1, 3]);
    await stage.advance('1s');
    expect(
      stage
        .statuses()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual([...Array.from({ length: 4 }, () => 'delivered'), ...Array.from({ length: 4 }, () => 'sent')]);
  });

  it('may mix statuses with messages of customers, in changes of their own', async () => {
    stage = await openStage({ scenario: { latency_ms: [1_000, 1_000] } });
    await stage.send(ADA);
    await stage.admin('POST', 'preferences', { from: ADA, marketing: 'stop' });
    await stage.settle();
    expect(stage.received[0]?.json).toMatchObject({
      entry: [{ id: stage.emulator.wabaId, time: expect.any(Number), changes: [{ field: 'user_preferences' }] }],
    });
  });
});

describe('a receiver that does not say 200', () => {
  it.each([500, 201, 404, 302])('%i: gets it again at once, and then less and less often', async (status) => {
    stage = await openStage();
    stage.answerWith(...Array.from({ length: 4 }, () => status));
    await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    await stage.advance('2s'); // at 0, 0 and 1 s
    expect(stage.received).toHaveLength(0);
    await stage.advance('1s'); // at 3 s
    expect(stage.received).toHaveLength(0);
    await stage.advance('4s'); // at 7 s
    expect(stage.received).toHaveLength(1);
    expect((await stage.admin('GET', 'webhooks')).json['posts']).toMatchObject([
      { attempt: 1, status, at: '2026-11-22T12:00:00Z' },
      { attempt: 2, status, at: '2026-11-22T12:00:00Z' },
      { attempt: 3, status, at: '2026-11-22T12:00:01Z' },
      { attempt: 4, status, at: '2026-11-22T12:00:03Z' },
      { attempt: 5, status: 200, at: '2026-11-22T12:00:07Z' },
    ]);
  });

  it('is owed what waits for another try, which is counted as waiting', async () => {
    stage = await openStage();
    stage.answerWith(...Array.from({ length: 4 }, () => 503));
    await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    await stage.advance('2s');
    expect((await stage.admin('GET', 'state')).json['webhooks']).toMatchObject({ waiting: 1, retrying: 1 });
    await stage.advance('5s');
    expect((await stage.admin('GET', 'state')).json['webhooks']).toMatchObject({ waiting: 0, retrying: 0, posts: { delivered: 1 } });
  });

  it('is owed nothing after a reset', async () => {
    stage = await openStage();
    stage.answerWith(...Array.from({ length: 4 }, () => 503));
    await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    await stage.advance('2s');
    await stage.admin('POST', 'reset');
    expect((await stage.admin('GET', 'state')).json['webhooks']).toMatchObject({ waiting: 0 });
  });

  it('for seven days is given up', async () => {
    stage = await openStage();
    stage.answerWith(...Array.from({ length: 100 }, () => 503));
    const { json } = await stage.send(ADA);
    await stage.advance('6d');
    const path = `/${stage.emulator.phoneNumberId}/message_history?fields=events&message_id=${(json['messages'] as readonly { readonly id: string }[])[0]?.id}`;
    expect((await stage.graph('GET', path)).json).toMatchObject({
      data: [{ events: { data: [{ webhook_update_state: 'RETRYING' }, {}] } }],
    });
    await stage.advance('3d');
    expect((await stage.graph('GET', path)).json).toMatchObject({ data: [{ events: { data: [{ webhook_update_state: 'FAILED' }, {}] } }] });
    expect((await stage.admin('GET', 'state')).json['webhooks']).toMatchObject({ posts: { given_up: 1, delivered: 0 } });
  });
});

it('36 hours are enough where the scenario says so', async () => {
  stage = await openStage({ scenario: { webhook_retry_hours: 36 } });
  stage.answerWith(...Array.from({ length: 100 }, () => 503));
  await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
  await stage.advance('37h');
  expect((await stage.admin('GET', 'state')).json['webhooks']).toMatchObject({ posts: { given_up: 1 } });
});

it('a receiver that is not up yet gets everything once it is, also under another address', async () => {
  stage = await openStage();
  const late = await openStage({ webhook: { url: 'http://127.0.0.1:9/nobody' } });
  await late.send(ADA);
  await late.settle();
  expect((await late.admin('GET', 'state')).json['webhooks']).toMatchObject({ verified: false, posts: { delivered: 0 } });
  const { json } = await stage.admin('GET', 'state');
  await late.admin('POST', 'webhook', { url: (json['webhooks'] as { readonly url: string }).url });
  await late.advance('1m');
  expect(stage.statuses()).toHaveLength(2);
  expect((await late.admin('GET', 'state')).json['webhooks']).toMatchObject({ verified: true });
  await late.close();
});

it('without a receiver nothing is kept', async () => {
  stage = await openStage({ webhook: null });
  await stage.send(ADA, TEXT);
  await stage.settle();
  expect((await stage.admin('GET', 'state')).json['webhooks']).toMatchObject({ url: null, waiting: 0 });
});
