// Where events are booked: on their own day while its month is open, and never in a closed one.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type BookingFacts, bookingAt, lateReference, monthOfEvent } from '../../src/domain/closing.ts';
import { type Day, type Month, monthOf, parseInstant, type TimeZone, toInstant } from '../../src/values/time.ts';
import { message } from '../send/facts.ts';

const BERLIN = 'Europe/Berlin' as TimeZone;
const [SEPTEMBER, OCTOBER] = ['2026-09' as Month, '2026-10' as Month];
const instant = (text: string) => parseInstant(text) ?? toInstant(0);
const booked = (eventAt: string, rest: Partial<BookingFacts>) =>
  bookingAt(instant(eventAt), { at: instant('2026-11-03T09:00:00Z'), timeZone: BERLIN, closedThrough: OCTOBER, ...rest });

it('is the own day, in the zone, while that month is open', () => {
  expect(booked('2026-10-31T12:00:00Z', { closedThrough: null })).toEqual({ day: '2026-10-31', late: null });
  expect(booked('2026-10-31T12:00:00Z', { closedThrough: SEPTEMBER })).toEqual({ day: '2026-10-31', late: null });
  expect(booked('2026-10-31T23:30:00Z', {})).toEqual({ day: '2026-11-01', late: null });
});

it('is today where that month is closed, and says which one it was', () => {
  expect(booked('2026-10-31T12:00:00Z', {})).toEqual({ day: '2026-11-03', late: OCTOBER });
  expect(booked('2026-08-31T12:00:00Z', {})).toEqual({ day: '2026-11-03', late: '2026-08' });
});

it('is the first open day where the clock was set back into a closed month', () => {
  expect(booked('2026-10-15T12:00:00Z', { at: instant('2026-10-15T12:00:00Z') })).toEqual({ day: '2026-11-01', late: OCTOBER });
  expect(booked('2026-12-24T12:00:00Z', { closedThrough: '2026-12' as Month })).toEqual({ day: '2027-01-01', late: '2026-12' });
});

it('is never in a closed month', () => {
  const moment = fc.integer({ min: Date.UTC(2026, 5), max: Date.UTC(2027, 5) }).map(toInstant);
  const month = fc.constantFrom(null, '2026-07', '2026-12', '2027-02').map((text) => text as Month | null);
  fc.assert(
    fc.property(moment, moment, month, (eventAt, at, closedThrough) => {
      const { day, late } = bookingAt(eventAt, { at, timeZone: BERLIN, closedThrough });
      expect(closedThrough === null || monthOf(day) > closedThrough).toBe(true);
      expect(late === null || (closedThrough !== null && late <= closedThrough)).toBe(true);
    }),
  );
});

it('leaves an entry of the month that its event is of', () => {
  const bucket = { ...message().holdBucket, day: '2026-11-01' as Day };
  expect(monthOfEvent({ bucket, reference: lateReference(OCTOBER) })).toBe(OCTOBER);
  expect(monthOfEvent({ bucket, reference: null })).toBe('2026-11');
});
