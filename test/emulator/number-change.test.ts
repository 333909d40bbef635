// Customers who move to another number: what the business is told, whom it still reaches, and what goes along.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStage, type Stage, TEXT, valueAt } from './stage.ts';

const ADA = '+4915112345678';
let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const received = async () => {
  await stage.settle();
  return stage.changes().map((change) => change['value']);
};

describe('customers', () => {
  it('move to another number: the old one is not reached any more, the new one inherits the window', async () => {
    const { json } = await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    await stage.admin('POST', 'number-change', { from: ADA, to: '+4915112345679' });
    const value = (await received()).at(-1);
    expect(valueAt(value, 'messages.0')).toMatchObject({
      type: 'system',
      system: { type: 'user_changed_number', wa_id: '4915112345679', previous_user_id: json['user_id'] },
    });
    expect(value).not.toHaveProperty('contacts');
    await stage.send(ADA);
    await stage.send('+4915112345679', TEXT);
    await stage.settle();
    expect(stage.statuses().map(({ status }) => status)).toEqual(['failed', 'sent', 'delivered']);
  });

  it('move to another number that is not told', async () => {
    const { json } = await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    expect((await stage.admin('POST', 'number-change', { from: ADA, to: '+4915112345679', hide_number: true })).status).toBe(200);
    const message = valueAt((await received()).at(-1), 'messages.0');
    expect(message).toMatchObject({
      from: '4915112345678',
      from_user_id: json['user_id'],
      system: { type: 'user_changed_number', user_id: expect.stringMatching(/^DE\./) as string, previous_user_id: json['user_id'] },
    });
    expect(valueAt(message, 'system')).not.toHaveProperty('wa_id');
    expect(valueAt(message, 'system.user_id')).not.toBe(json['user_id']);
    expect(JSON.stringify(message)).not.toContain('4915112345679');
    await stage.send(ADA);
    await stage.settle();
    expect(stage.statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131_026 }] }]);
  });

  it('move to a number that nobody knows, and are reached by user id with the window of before', async () => {
    await stage.admin('POST', 'inbound', { from: ADA, text: 'Hi' });
    await stage.admin('POST', 'number-change', { from: ADA, new_user_id: 'DE.new1', hide_number: true });
    const system = valueAt((await received()).at(-1), 'messages.0.system');
    expect(system).toMatchObject({ type: 'user_changed_number', user_id: 'DE.new1' });
    expect(system).not.toHaveProperty('wa_id');
    const path = `/${stage.emulator.phoneNumberId}/messages`;
    await stage.graph('POST', path, { messaging_product: 'whatsapp', recipient: 'DE.new1', ...TEXT });
    await stage.settle();
    expect(stage.statuses()).toMatchObject([
      { status: 'sent', recipient_user_id: 'DE.new1' },
      { status: 'delivered', recipient_user_id: 'DE.new1' },
    ]);
    expect(stage.statuses()[1]).not.toHaveProperty('recipient_id');
    await stage.send(ADA);
    await stage.settle();
    expect(stage.statuses().at(-1)).toMatchObject({ status: 'failed' });
  });

  it('do not move to themselves, nor by user id to a number of somebody else', async () => {
    const { json } = await stage.admin('POST', 'inbound', { from: '+4915112345679', text: 'Hi' });
    const change = async (next: object) => (await stage.admin('POST', 'number-change', { from: ADA, hide_number: true, ...next })).status;
    expect([await change({ to: ADA }), await change({ new_user_id: json['user_id'] })]).toEqual([400, 400]);
    expect(await received()).toHaveLength(1);
  });
});
