// Brazilian and Mexican numbers, which the messenger writes otherwise than people do.

import { describe, expect, it } from 'vitest';
import { dialled, isSameNumber, otherWriting, toWaId } from '../../src/domain/wa-id.ts';
import type { Phone } from '../../src/values/phone.ts';

describe('the number', () => {
  it.each([
    ['+5511987654321', '+5511987654321', '551187654321'],
    ['+551187654321', '+5511987654321', '551187654321'],
    ['+551133224455', '+551133224455', '551133224455'], // a landline
    ['+525512345678', '+525512345678', '5215512345678'],
    ['+5215512345678', '+525512345678', '5215512345678'],
    ['+4915112345678', '+4915112345678', '4915112345678'],
  ])('%s is dialled %s and written %s', (phone, asDialled, written) => {
    expect([dialled(phone), toWaId(phone)]).toEqual([asDialled, written]);
  });
});

describe('its other writing', () => {
  it.each([
    ['+5511987654321', '+551187654321'],
    ['+551187654321', '+5511987654321'],
    ['+525512345678', '+5215512345678'],
    ['+5215512345678', '+525512345678'],
    ['+551133224455', null],
    ['+4915112345678', null],
  ])('of %s is %s', (phone, other) => {
    expect(otherWriting(phone as Phone)).toBe(other);
    expect(isSameNumber(phone, other ?? '+4915112345679')).toBe(other !== null);
  });
});
