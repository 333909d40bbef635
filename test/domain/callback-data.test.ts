// The text that names a request to the provider and back: only ours, whole and under our key, names anything.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCallbackData, toCallbackData } from '../../src/domain/callback-data.ts';
import type { MessageId } from '../../src/values/id.ts';

const REF = { messageId: '01j9z3abcdefghjkmnpq' as MessageId, attempt: 3 };
const under =
  (key: string) =>
  (text: string): Uint8Array =>
    createHash('sha256').update(`${key}${text}`).digest();
const OURS = under('ours');
const TEXT = toCallbackData(REF, OURS);

describe('callback data', () => {
  it('is short, and names the message for whoever looks for it', () => {
    expect(TEXT).toMatch(/^tb1\.01j9z3abcdefghjkmnpq\.3\.[0-9a-f]{16}$/);
  });

  it('comes back as the request that it was made for', () => {
    expect(parseCallbackData(TEXT, OURS)).toEqual(REF);
  });

  it.each([
    ['under another key', toCallbackData(REF, under('theirs'))],
    ['with another attempt', TEXT.replace('.3.', '.2.')],
    ['with another message', TEXT.replace('01j9', '01j8')],
    ['with a digit of its signature changed', TEXT.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))],
    ['cut off', TEXT.slice(0, -1)],
    ['with something behind it', `${TEXT}0`],
    ['of another version', TEXT.replace('tb1', 'tb2')],
    ['of somebody else', 'order-17'],
    ['that is empty', ''],
  ])('%s names nothing', (_what, text) => {
    expect(parseCallbackData(text, OURS)).toBeNull();
  });
});
