// The audit of what people decided about money: each such line of the ledger with who decided it and why, and nothing of the kind about any other line.

import { ACCEPTED_RANGE, MANUAL } from '../../../domain/closing.ts';
import type { Survey } from './survey.ts';

const IS_DECIDED = `(l.reference = '${MANUAL}' OR l.reference >= '${ACCEPTED_RANGE.from}' AND l.reference < '${ACCEPTED_RANGE.to}')`;

/** Amounts that were adjusted by hand, or accepted in a comparison with the provider. */
export const DECISIONS: readonly Survey[] = [
  {
    subject: 'entry',
    counted: 'SELECT COUNT(*) FROM adjustment',
    facts: /* sql */ `
      SELECT l.sequence AS id, l.kind, a.sequence IS NULL AS is_nobodys
      FROM ledger l
      LEFT JOIN adjustment a ON a.sequence = l.sequence
      WHERE ${IS_DECIDED}`,
    rules: [
      { check: 'prices', wrong: 'A person adjusted an amount, and who it was and why is not kept.', when: 'is_nobodys' },
      { check: 'prices', wrong: 'What only an adjustment says stands with an entry that is none.', when: `kind <> 'adjustment'` },
    ],
  },
  {
    subject: 'entry',
    counted: 'SELECT COUNT(*) FROM adjustment',
    countedBefore: ['prices'],
    facts: /* sql */ `
      SELECT a.sequence AS id FROM adjustment a
      LEFT JOIN ledger l ON l.sequence = a.sequence
      WHERE l.sequence IS NULL OR l.reference IS NULL OR NOT ${IS_DECIDED}`,
    rules: [{ check: 'prices', wrong: 'Somebody decided about an entry that is no decision of a person.', when: 'TRUE' }],
  },
];
