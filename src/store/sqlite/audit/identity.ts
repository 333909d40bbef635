// The audit of identity: what is one must be there once, also where the index that says so is gone; and nothing is missing from what only grows.

import type { Rule, Survey } from './survey.ts';

const MESSAGES = 'SELECT COUNT(*) FROM message';

/** Rows that are wrong themselves: the statement is the rule. */
function wrongRows(facts: string, rule: Omit<Rule, 'when'>, rest: Pick<Survey, 'subject' | 'counted'>): Survey {
  return { ...rest, facts, rules: [{ ...rule, when: 'TRUE' }] };
}

/** A key, a provider's id, a retry and a confirmation belong to one message; numbers of what is only added to have no gaps. */
export const IDENTITY: readonly Survey[] = [
  wrongRows(
    'SELECT MIN(id) AS id FROM message WHERE key IS NOT NULL GROUP BY sender_id, key HAVING COUNT(*) > 1',
    { check: 'identity', wrong: 'Another message of the sender has the same key.' },
    { subject: 'message', counted: MESSAGES },
  ),
  wrongRows(
    'SELECT MIN(id) AS id FROM message WHERE alias_key IS NOT NULL GROUP BY sender_id, alias_key HAVING COUNT(*) > 1',
    { check: 'identity', wrong: 'Another message of the sender has the same alias key.' },
    { subject: 'message', counted: 'SELECT COUNT(*) FROM message WHERE alias_key IS NOT NULL' },
  ),
  wrongRows(
    // Sorted without the ids of the messages, which make it three times as long; those are looked up where there is something to be named.
    `SELECT MIN(m.id) AS id
     FROM (SELECT provider_id FROM message WHERE provider_id IS NOT NULL GROUP BY provider_id HAVING COUNT(*) > 1) twice
     CROSS JOIN message m ON m.provider_id = twice.provider_id
     GROUP BY m.provider_id`,
    { check: 'identity', wrong: "Another message has the same id at the provider: one message's statuses count for another." },
    { subject: 'message', counted: MESSAGES },
  ),
  wrongRows(
    'SELECT retry_of AS id FROM message WHERE retry_of IS NOT NULL GROUP BY retry_of HAVING COUNT(*) > 1',
    { check: 'identity', wrong: 'It was sent again more than once.' },
    { subject: 'message', counted: 'SELECT COUNT(*) FROM message WHERE retry_of IS NOT NULL' },
  ),
  wrongRows(
    'SELECT MIN(id) AS id FROM message WHERE confirms IS NOT NULL GROUP BY confirms HAVING COUNT(*) > 1',
    { check: 'identity', wrong: 'The stop that it confirms was confirmed more than once.' },
    { subject: 'message', counted: 'SELECT COUNT(*) FROM message WHERE confirms IS NOT NULL' },
  ),
  wrongRows(
    `SELECT message_id AS id FROM ledger WHERE kind = 'reservation' OR kind = 'charge' OR kind = 'release'
     GROUP BY message_id, attempt, kind HAVING COUNT(*) > 1`,
    { check: 'identity', wrong: 'A request of it was reserved, charged or released twice.' },
    { subject: 'message', counted: 'SELECT COUNT(*) FROM ledger' },
  ),
  ...['ledger', 'consent_event', 'resolution'].map((table) =>
    wrongRows(
      `SELECT '${table}' AS id FROM (SELECT ifnull(MAX(sequence), 0) AS last, COUNT(*) AS rows FROM ${table}) WHERE last <> rows`,
      { check: 'identity', wrong: 'Rows are missing from a table that is only added to: its numbers have gaps.' },
      { subject: 'table', counted: 'SELECT 1' },
    ),
  ),
  wrongRows(
    `SELECT a.id FROM account a LEFT JOIN sender s ON s.account_id = a.id AND s.is_default = 1 GROUP BY a.id HAVING COUNT(s.id) <> 1`,
    { check: 'identity', wrong: 'The account has not exactly one default sender.' },
    { subject: 'sender', counted: 'SELECT COUNT(*) FROM account' },
  ),
];
