// Whom a request is for: the reading of `to` and `recipient`.

import { callingCode } from '../values/phone.ts';
import { type Answer, asText, type Json, missing, refusal } from './answer.ts';
import type { CustomerRef } from './customers.ts';

/** The person, and what the reply calls `input`. */
export type Recipient = { readonly ref: CustomerRef; readonly input: string };

const PHONE = /^[\d\s+()-]+$/;
const DIGITS_MIN = 5;
const DIGITS_MAX = 15;
/** ISO 3166 letters, a point, up to 128 letters and digits; `ENT.` in the middle for linked portfolios (the provider's page on user ids). */
const USER_ID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** The recipient of a request, or what is wrong with it. `to` wins over `recipient`. */
export function readRecipient(body: Json, ownNumber: string): Recipient | Answer {
  const [to, userId] = [asText(body['to']), asText(body['recipient'])];
  if (to === null && userId === null) return missing('to');
  if (to === null) return readUserId(userId ?? '');
  const digits = to.replace(/\D/g, '');
  if (!PHONE.test(to) || digits.length < DIGITS_MIN || digits.length > DIGITS_MAX) {
    return refusal(131_009, 'Param to is not a phone number.');
  }
  const phone = inFull(to, digits, ownNumber);
  return { ref: userId !== null && isUserId(userId) ? { phone, userId } : { phone }, input: to };
}

/** True for text that is a user id. */
export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

function readUserId(userId: string): Recipient | Answer {
  if (!isUserId(userId)) return refusal(131_009, 'Param recipient is not a business-scoped user id.');
  return { ref: { userId }, input: userId };
}

// Without `+` the number is taken for one of the business number's own country.
function inFull(written: string, digits: string, ownNumber: string): string {
  if (written.trimStart().startsWith('+')) return `+${digits}`;
  const own = callingCode(`+${ownNumber}`) ?? '';
  return `+${digits.startsWith(own) ? '' : own}${digits}`;
}
