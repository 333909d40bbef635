// Which messages may be sent again, and what is said of the others.

import { describe, expect, it } from 'vitest';
import { MESSAGE_STATES, type MessageState } from '../../src/domain/message.ts';
import type { Sender } from '../../src/domain/sender.ts';
import { AppError } from '../../src/errors.ts';
import type { MessageRecord } from '../../src/ports/store/report.ts';
import { REQUEST_OVER_MS, refuseRetry } from '../../src/send/retry-message.ts';
import { DAY_MS, type Instant, toInstant } from '../../src/values/time.ts';
import { makeSender, NOON } from '../conformance/store/fixture.ts';

const CONTENT = { templateId: null, content: '{}' };
const record = (state: MessageState, reason: string | null = null) =>
  ({ id: '01m81j18g04cwh2n6cz1', state, reason, changedAt: NOON }) as MessageRecord;
const whatsapp = makeSender({ transport: 'whatsapp', whatsapp: { apiBase: 'https://graph.example' } as Sender['whatsapp'] });

function refusal(
  message: MessageRecord,
  sender = makeSender(),
  at: Instant = NOON,
  content: typeof CONTENT | null = CONTENT,
): AppError | null {
  try {
    refuseRetry(message, content, { sender, at });
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

describe('refuseRetry', () => {
  it('lets go what is over and surely did not arrive', () => {
    expect(MESSAGE_STATES.filter((state) => refusal(record(state)) === null)).toEqual(['failed', 'expired', 'cancelled']);
  });

  it.each(MESSAGE_STATES.filter((state) => !['failed', 'expired', 'cancelled'].includes(state)))(
    'says what to do with one that is %s',
    (state) => {
      const error = refusal(record(state));
      expect(error).toMatchObject({ code: 'not_retryable', details: { status: state } });
      expect(error?.hint).toMatch(/tollbell|arrived/);
      expect(error?.hint).not.toContain('<id>');
    },
  );

  it.each(['blocked', 'no_consent', 'over_max_price'])('refuses one that the gate stopped (%s): its command sends it again', (reason) => {
    const error = refusal({ ...record('cancelled', reason), attempt: 0, uncounted: 0 });
    expect(error).toMatchObject({ code: 'not_retryable', hint: expect.stringContaining('Run the command') as string });
    expect(refusal({ ...record('cancelled', reason), attempt: 1, uncounted: 0 })).toBeNull();
  });

  it('refuses one that the provider turned out to have', () => {
    expect(refusal(record('expired', 'sent_after_all'))).toMatchObject({
      code: 'not_retryable',
      hint: expect.stringContaining('deliver it yet') as string,
    });
  });

  it('refuses one whose content was erased', () => {
    expect(refusal(record('failed'), makeSender(), NOON, null)?.message).toContain('erased');
  });

  it.each(['not_sent', 'resolved'])('lets the old request run out where a person decided (%s)', (reason) => {
    const decided = record(reason === 'resolved' ? 'failed' : 'expired', reason);
    const over = toInstant(NOON + REQUEST_OVER_MS);
    const error = refusal(decided, whatsapp, toInstant(over - 1));
    expect(error).toMatchObject({ code: 'not_retryable', hint: expect.stringContaining('2026-10-15T12:01:00Z') as string });
    expect(refusal(decided, whatsapp, over)).toBeNull();
    expect(refusal(decided, makeSender(), NOON)).toBeNull();
  });

  it('needs no patience where the provider itself said that it failed', () => {
    expect(refusal(record('failed', '131053'), whatsapp)).toBeNull();
  });

  it('leaves a person alone for a day who had enough (131049)', () => {
    const from = toInstant(NOON + DAY_MS);
    expect(refusal(record('failed', '131049'), whatsapp, toInstant(from - 1))).toMatchObject({
      code: 'not_retryable',
      message: expect.stringContaining('(131049)') as string,
      hint: expect.stringContaining('2026-10-16T12:00:00Z: for 24 hours the provider blocks') as string,
      details: { status: 'failed' },
    });
    expect(refusal(record('failed', '131049'), whatsapp, from)).toBeNull();
    expect(refusal(record('failed', '131049'), makeSender(), NOON)).toBeNull();
  });
});
