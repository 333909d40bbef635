// Admission where the provider pauses a category.

import { describe, expect, it } from 'vitest';
import { decideAdmissions } from '../../src/send/admit.ts';
import type { Phone } from '../../src/values/phone.ts';
import { addressee, admissionFacts, flag, template } from './facts.ts';

describe('a market where the provider pauses a category', () => {
  const flags = [flag('marketing', 'opt_in'), flag('utility', 'opt_in')];
  const american = addressee({ phone: '+12125550100' as Phone, flags });
  const marketing = { templates: [template({ category: 'marketing' })] };

  it('is refused, after consent, and before any price', () => {
    const { admissions } = decideAdmissions(
      admissionFacts([{ addressee: american }, { addressee: { ...american, flags: [] } }, { addressee: addressee({ flags }) }], marketing),
    );
    expect(admissions).toMatchObject([
      { kind: 'refused', reason: 'market_paused', category: 'marketing', market: 'North America' },
      { kind: 'refused', reason: 'no_consent' },
      { kind: 'refused', reason: 'no_price' },
    ]);
  });

  it('takes other categories on', () => {
    expect(decideAdmissions(admissionFacts([{ addressee: american }])).admissions).toMatchObject([{ reason: 'no_price' }]);
  });
});
