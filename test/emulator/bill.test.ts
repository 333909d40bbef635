// What a delivery is billed at: the price of the market in which its person is, however the person is addressed.

import { expect, it } from 'vitest';
import { createBill } from '../../src/emulator/bill.ts';
import { parseScenario } from '../../src/emulator/scenario.ts';
import { type Instant, parseInstant } from '../../src/values/time.ts';

it.each([
  ['a number', '+4915112345678'],
  ['a user id', 'DE.13491208655302741918'],
])('bills %s by its market', (_, address) => {
  const bill = createBill(parseScenario({}));
  const message = { category: 'utility', windowOpen: false, freeEntryOpen: false, isLite: false, cost: null } as const;
  bill.charge({ ...message, address, international: null }, parseInstant('2026-10-05T12:00:00Z') as Instant);
  expect(bill.lines()).toMatchObject([{ country: 'DE', category: 'UTILITY', type: 'REGULAR', cost: 0.055 }]);
});
