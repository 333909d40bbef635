// The provider's words for categories and types, in any of their spellings.

import { expect, it } from 'vitest';
import { parseBilledCategory, parsePricingType } from '../../src/domain/billed.ts';

it.each([
  ['UTILITY', 'utility'],
  ['AUTHENTICATION_INTERNATIONAL', 'authentication-international'],
  ['Authentication International', 'authentication-international'],
  ['MARKETING_LITE', 'marketing'],
  ['REFERRAL_CONVERSION', 'referral-conversion'],
  ['AI_BOT', 'ai-bot'],
  ['PROMOTION', undefined],
])('the category %s is %s', (text, category) => {
  expect(parseBilledCategory(text)).toBe(category);
});

it.each([
  ['REGULAR', 'regular'],
  ['free customer service', 'free_customer_service'],
  ['FREE-ENTRY-POINT', 'free_entry_point'],
  ['paid', undefined],
])('the type %s is %s', (text, type) => {
  expect(parsePricingType(text)).toBe(type);
});
