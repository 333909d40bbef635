// What the provider tells of templates, and what changes nothing yet.

import { describe, expect, it } from 'vitest';
import { parseBody, readEvents } from '../../src/inbound/events.ts';
import { AT, post, readingHost, SECOND_SENDER, SENDER } from './webhooks.ts';

const TEMPLATE = { message_template_id: 594_425_479_261_596, message_template_name: 'order_shipped', message_template_language: 'en-US' };
const read = (field: string, value: object) => readEvents(post({ field, value: { ...TEMPLATE, ...value } }), readingHost());

describe('a template', () => {
  it('changes for every sender of the account, by its own names', () => {
    const events = read('message_template_status_update', { event: 'PAUSED', message_template_category: 'MARKETING', reason: null });
    expect(events.map(({ senderId }) => senderId)).toEqual([SENDER, SECOND_SENDER]);
    expect(events[0]).toMatchObject({
      kind: 'template',
      at: AT - 30_000,
      providerId: '594425479261596',
      name: 'order_shipped',
      language: 'en_US',
      status: 'paused',
      quality: null,
      category: 'marketing',
    });
  });

  it.each([
    ['APPROVED', 'approved'],
    ['REINSTATED', 'approved'],
    ['FLAGGED', 'approved'],
    ['REJECTED', 'rejected'],
    ['IN_APPEAL', 'pending'],
    ['LOCKED', 'paused'],
    ['DISABLED', 'disabled'],
    ['PENDING_DELETION', 'disabled'],
  ])('%s is %s', (event, status) => {
    expect(read('message_template_status_update', { event })[0]).toMatchObject({ kind: 'template', status, category: null });
  });

  it('tells its quality', () => {
    const value = { previous_quality_score: 'GREEN', new_quality_score: 'YELLOW' };
    expect(read('message_template_quality_update', value)[0]).toMatchObject({
      kind: 'template',
      quality: 'yellow',
      status: null,
      category: null,
    });
  });

  it('changes its category when that is done', () => {
    const value = { previous_category: 'UTILITY', new_category: 'MARKETING' };
    expect(read('template_category_update', value)[0]).toMatchObject({
      kind: 'template',
      category: 'marketing',
      status: null,
      quality: null,
    });
  });
});

describe('what is kept for people', () => {
  it.each([
    ['template_category_update', { correct_category: 'MARKETING', new_category: 'UTILITY', category_update_timestamp: 1 }],
    ['template_category_update', { new_category: 'MARKETING' }],
    ['message_template_status_update', { event: 'MOVED_TO_MARS' }],
    ['message_template_status_update', { event: 'constructor' }],
    ['message_template_status_update', { event: 'PAUSED', message_template_language: '??' }],
    ['message_template_quality_update', { new_quality_score: 'PINK' }],
    ['message_template_components_update', { message_template_element: 'body' }],
  ])('%s with %j changes nothing', (field, value) => {
    const [event] = read(field, value);
    expect(event).toMatchObject({ kind: 'account', senderId: SENDER });
    expect(JSON.parse(event?.body() ?? '')).toEqual({ field, value: { ...TEMPLATE, ...value } });
  });
});

describe('the id of a template', () => {
  it.each(['122106849123456789', '9007199254740993', '594425479261596'])('%s comes whole, though it is a bare number', (id) => {
    const body = JSON.stringify(
      post({ field: 'message_template_status_update', value: { ...TEMPLATE, message_template_id: 'ID', event: 'PAUSED' } }),
    );
    const events = readEvents(parseBody(body.replace('"ID"', id))?.value, readingHost());
    expect(events[0]).toMatchObject({ kind: 'template', providerId: id });
  });

  it('in somebody’s text stays text', () => {
    const text = '"message_template_id": 12345678901234567890, x';
    expect(parseBody(JSON.stringify({ text, message_template_id: 1 }))?.value).toEqual({ text, message_template_id: 1 });
  });
});
