// Software that is not ours as a client of the emulator: a public client library for the Cloud API, and its own check of webhook signatures.

import { GraphApiError, WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { normalizeWebhook, verifySignature } from '@kapso/whatsapp-cloud-api/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage;
let client: WhatsAppClient;
let phoneNumberId: string;
let businessAccountId: string;

beforeEach(async () => {
  stage = await openStage();
  ({ phoneNumberId, wabaId: businessAccountId } = stage.emulator);
  client = new WhatsAppClient({ accessToken: stage.emulator.accessToken, baseUrl: stage.emulator.url });
});
afterEach(() => stage.close());

const ORDER = {
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY' as const,
  parameterFormat: 'NAMED' as const,
  components: [
    {
      type: 'BODY' as const,
      text: 'Hello {{name}}, your order {{order}} is on its way.',
      example: {
        body_text_named_params: [
          { param_name: 'name', example: 'Ada' },
          { param_name: 'order', example: 'A-17' },
        ],
      },
    },
  ],
};

async function refused(request: Promise<unknown>): Promise<GraphApiError> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphApiError)) throw new Error(`it should have been refused: ${String(error)}`);
  return error;
}

describe('messages', () => {
  it('text inside the window, by number and by user id', async () => {
    await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    const { messages, contacts } = await client.messages.sendText({ phoneNumberId, to: ADA, body: 'Hello', bizOpaqueCallbackData: 'mine' });
    expect(messages[0]?.id).toMatch(/^wamid\./);
    expect(contacts[0]).toMatchObject({ input: ADA, waId: '4915112345678' });
    const byUserId = await client.messages.sendText({ phoneNumberId, recipient: 'DE.9f3kQ2', body: 'Hello' });
    expect(byUserId.contacts[0]).toMatchObject({ userId: 'DE.9f3kQ2' });
    await stage.settle();
    expect(stage.statuses()).toContainEqual(expect.objectContaining({ status: 'delivered', biz_opaque_callback_data: 'mine' }));
  });

  it('a template with named parameters', async () => {
    await client.templates.create({ businessAccountId, ...ORDER });
    const body = (names: readonly string[]) => ({
      type: 'body' as const,
      parameters: names.map((name) => ({ type: 'text' as const, parameterName: name, text: 'x' })),
    });
    const send = (names: readonly string[]) =>
      client.messages.sendTemplate({
        phoneNumberId,
        to: ADA,
        template: { name: ORDER.name, language: { code: 'en_US' }, components: [body(names)] },
      });
    expect((await send(['order', 'name'])).messages[0]).toMatchObject({ messageStatus: 'accepted' });
    expect((await refused(send(['order']))).code).toBe(132_000);
    expect((await refused(send(['order', 'town']))).code).toBe(132_012);
  });

  it('media by link and by id, buttons, a list, a place, a contact, a reaction', async () => {
    const { id } = await client.media.upload({
      phoneNumberId,
      type: 'image',
      file: new Blob(['picture'], { type: 'image/png' }),
      fileName: 'a.png',
    });
    const to = { phoneNumberId, to: ADA };
    const sent = await Promise.all([
      client.messages.sendImage({ ...to, image: { id, caption: 'A picture' } }),
      client.messages.sendDocument({ ...to, document: { link: 'https://example.com/a.pdf', filename: 'a.pdf' } }),
      client.messages.sendInteractiveButtons({ ...to, bodyText: 'Well?', buttons: [{ id: 'y', title: 'Yes' }] }),
      client.messages.sendInteractiveList({
        ...to,
        bodyText: 'Which?',
        buttonText: 'Choose',
        sections: [{ title: 'All', rows: [{ id: 'a', title: 'A' }] }],
      }),
      client.messages.sendLocation({ ...to, location: { latitude: 52.5, longitude: 13.4 } }),
      client.messages.sendContacts({ ...to, contacts: [{ name: { formattedName: 'Ada' } }] }),
      client.messages.sendReaction({ ...to, reaction: { messageId: 'wamid.X', emoji: '👍' } }),
    ]);
    expect(sent.map(({ messages }) => typeof messages[0]?.id)).toEqual(Array.from({ length: 7 }, () => 'string'));
  });

  it('errors keep their code and status', async () => {
    const template = (name: string) =>
      client.messages.sendTemplate({ phoneNumberId, to: ADA, template: { name, language: { code: 'en_US' } } });
    expect(await refused(template('nothing'))).toMatchObject({ code: 132_001, httpStatus: 404 });
    const stranger = new WhatsAppClient({ accessToken: 'wrong', baseUrl: stage.emulator.url });
    expect(await refused(stranger.messages.sendText({ phoneNumberId, to: ADA, body: 'x' }))).toMatchObject({ code: 190, httpStatus: 401 });
    expect((await refused(client.messages.sendText({ phoneNumberId, to: '+15550783881', body: 'x' }))).code).toBe(131_021);
  });

  it('a message of a customer is marked as read', async () => {
    const { json } = await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    expect(await client.messages.markRead({ phoneNumberId, messageId: String(json['message_id']) })).toMatchObject({ success: true });
  });
});

describe('media', () => {
  it('is uploaded, described, downloaded and deleted', async () => {
    const { id } = await client.media.upload({
      phoneNumberId,
      type: 'image',
      file: new Blob(['picture'], { type: 'image/png' }),
      fileName: 'a.png',
    });
    expect(await client.media.get({ mediaId: id })).toMatchObject({ id, mimeType: 'image/png' });
    const bytes = await client.media.download({ mediaId: id, as: 'arrayBuffer', auth: 'always' });
    expect(Buffer.from(bytes as ArrayBuffer).toString()).toBe('picture');
    expect(await client.media.delete({ mediaId: id })).toMatchObject({ success: true });
    expect((await refused(client.media.get({ mediaId: id }))).code).toBe(33);
  });
});

describe('templates', () => {
  it('are created, listed page by page, and deleted', async () => {
    for (const number of [1, 2, 3, 4]) await client.templates.create({ businessAccountId, ...ORDER, name: `order_${number}` });
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await client.templates.list({ businessAccountId, limit: 2, ...(after === undefined ? {} : { after }) });
      names.push(...page.data.map(({ name }) => name));
      after = page.data.length === 2 ? (page.paging.cursors?.after ?? undefined) : undefined;
    } while (after !== undefined);
    expect(names).toEqual(['order_4', 'order_3', 'order_2', 'order_1', 'hello_world']);
    expect(await client.templates.delete({ businessAccountId, name: 'order_1' })).toMatchObject({ success: true });
    expect((await client.templates.list({ businessAccountId })).data.map(({ name }) => name)).not.toContain('order_1');
  });
});

it('its own check passes our webhooks, and no changed byte', async () => {
  await stage.admin('POST', 'inbound', { from: ADA, name: 'Zoë', text: 'Größe 38/40?' });
  await stage.send(ADA);
  await stage.settle();
  const { appSecret } = stage.emulator;
  for (const { body, signature } of stage.received) {
    expect(verifySignature({ appSecret, rawBody: body, signatureHeader: signature })).toBe(true);
    expect(verifySignature({ appSecret, rawBody: `${body} `, signatureHeader: signature })).toBe(false);
    expect(verifySignature({ appSecret: 'another', rawBody: body, signatureHeader: signature })).toBe(false);
  }
  const read = stage.received.map(({ json }) => normalizeWebhook(json));
  expect(read.flatMap(({ messages }) => messages)).toMatchObject([{ type: 'text', from: '4915112345678', text: { body: 'Größe 38/40?' } }]);
  expect(read.flatMap(({ statuses }) => statuses)).toMatchObject([
    { status: 'sent' },
    { status: 'delivered', recipientId: '4915112345678' },
  ]);
});
