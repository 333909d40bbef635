// Brazilian and Mexican numbers, which the messenger writes otherwise than people do, at the emulator.

import { afterEach, describe, expect, it } from 'vitest';
import { HELLO, openStage, type Stage, TEXT, valueAt } from './stage.ts';

describe('a person', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('is the same in both writings', async () => {
    stage = await openStage();
    const { json } = await stage.send('+5511987654321', HELLO);
    expect(json['contacts']).toEqual([{ input: '+5511987654321', wa_id: '551187654321' }]);
    await stage.admin('POST', 'inbound', { from: '+5511987654321', text: 'Hi' });
    await stage.settle();
    expect(valueAt(stage.changes().at(-1), 'value.messages.0.from')).toBe('551187654321');
    await stage.send('+551187654321', TEXT); // an answer to the number as the webhook wrote it
    await stage.settle();
    expect(stage.statuses().map(({ status }) => status)).toEqual(['sent', 'delivered', 'sent', 'delivered']);
    for (const to of ['5511987654321', '551187654321'])
      expect((await stage.admin('GET', `messages?to=${to}`)).json['messages']).toHaveLength(2);
  });
});
