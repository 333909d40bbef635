// Keys: equal exactly when the send is the same, and close together within a campaign.

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  campaignMark,
  type Content,
  contentDigest,
  derivedStamp,
  explicitStamp,
  fingerprintOf,
  keyOf,
  type Stamp,
} from '../../src/send/key.ts';
import type { CampaignId } from '../../src/values/id.ts';

const digest = (text: string): Uint8Array => createHmac('sha256', 'secret').update(text).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

// As the rest of the program makes them: no field but the last can hold a line break.
const field = fc.string({ unit: fc.constantFrom('a', 'b', '1', '_'), maxLength: 3 });
const contents: fc.Arbitrary<Content> = fc.record({
  to: field,
  template: field,
  content: fc.string({ unit: fc.constantFrom('a', '\n', '"'), maxLength: 3 }),
});

function stampOf(campaign: string, content: Content): Stamp {
  return derivedStamp(campaignMark(digest, campaign as CampaignId), contentDigest(digest, content));
}

describe('a derived key', () => {
  it('and its fingerprint are those of the content, and of no other', () => {
    fc.assert(
      fc.property(contents, contents, (left, right) => {
        const isSame = JSON.stringify(left) === JSON.stringify(right);
        expect(hex(keyOf(stampOf('c', left))) === hex(keyOf(stampOf('c', right)))).toBe(isSame);
        const prints = [left, right].map((content) => hex(fingerprintOf(stampOf('c', content))));
        expect(prints[0] === prints[1]).toBe(isSame);
      }),
    );
  });

  it('differs between campaigns that begin alike', () => {
    const [one, other] = ['one', 'other'].map((name) => campaignMark(digest, name as CampaignId));
    if (one === undefined || other === undefined) throw new Error('two campaigns have two marks');
    const bytes = contentDigest(digest, { to: '+4915112345678', template: 't', content: '{}' });
    expect(hex(keyOf(derivedStamp({ ...other, prefix: one.prefix }, bytes)))).not.toBe(hex(keyOf(derivedStamp(one, bytes))));
  });

  it('differs between campaigns', () => {
    fc.assert(fc.property(contents, (content) => hex(keyOf(stampOf('one', content))) !== hex(keyOf(stampOf('two', content)))));
  });

  it('has 16 bytes, begins with its campaign, leaves the place open, and is made of other bytes of the content than the fingerprint', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const bytes = contentDigest(digest, content);
        const stamp = stampOf('c', content);
        const key = keyOf(stamp);
        expect(key).toHaveLength(16);
        expect(hex(fingerprintOf(stamp))).toBe(hex(bytes.subarray(0, 8)));
        const { prefix, mask } = campaignMark(digest, 'c' as CampaignId);
        expect(hex(key).slice(0, 14)).toBe(`02${hex(prefix)}00000000`);
        expect(hex(key.subarray(7).map((byte, index) => byte ^ (mask[index] ?? 0)))).toBe(hex(bytes.subarray(8, 17)));
      }),
    );
  });
});

describe('an explicit key', () => {
  const keyOfText = (key: string, content: Content): Uint8Array =>
    keyOf(explicitStamp(digest, { key, contentBytes: contentDigest(digest, content) }));

  it('is that of its text, whatever the content, and never one that was derived', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), contents, contents, (left, right, one, other) => {
        expect(keyOfText(left, one)).toHaveLength(16);
        expect(hex(keyOfText(left, one)) === hex(keyOfText(right, other))).toBe(left === right);
        expect(hex(keyOfText(left, one))).not.toBe(hex(keyOf(stampOf('c', one))));
      }),
    );
  });
});
