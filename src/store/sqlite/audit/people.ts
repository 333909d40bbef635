// The audit of people: contacts that became one, and the windows in which they may be written to.

import { SERVICE_WINDOW_MS } from '../../../domain/window.ts';
import { openOf } from '../stops.ts';
import type { Survey } from './survey.ts';

const CONTACT_FACTS = /* sql */ `
  SELECT c.id, c.phone, c.user_id, c.merged_into, p.merged_into AS further, c.account_id, p.account_id AS person_account,
    c.merged_into IS NOT NULL AND EXISTS (
      ${openOf('c.id')}
    ) AS waits
  FROM contact c
  LEFT JOIN contact p ON p.id = c.merged_into`;

const SAME_NUMBER = 'SELECT MIN(id) AS id FROM contact WHERE phone IS NOT NULL GROUP BY account_id, phone HAVING COUNT(*) > 1';
const SAME_USER = 'SELECT MIN(id) AS id FROM contact WHERE user_id IS NOT NULL GROUP BY account_id, user_id HAVING COUNT(*) > 1';

// Windows are only ever made longer, so what was open then is not shorter now.
const INBOUND_FACTS = /* sql */ `
  SELECT e.contact_id AS id, MAX(e.at) AS at, w.last_inbound_at
  FROM inbound_event e
  LEFT JOIN service_window w ON w.contact_id = e.contact_id AND w.sender_id = e.sender_id
  WHERE e.kind = 'message' AND e.contact_id IS NOT NULL AND e.sender_id IS NOT NULL
  GROUP BY e.contact_id, e.sender_id`;

const FREE_FORM_FACTS = /* sql */ `
  SELECT m.id, m.created_at, w.last_inbound_at
  FROM message m
  LEFT JOIN service_window w ON w.contact_id = m.contact_id AND w.sender_id = m.sender_id
  WHERE m.template_id IS NULL`;

const MERGED_FACTS = /* sql */ `
  SELECT c.merged_into AS id, w.last_inbound_at, w.free_entry_until, p.last_inbound_at AS person_inbound_at, p.free_entry_until AS person_free_until
  FROM contact c
  JOIN service_window w ON w.contact_id = c.id
  LEFT JOIN service_window p ON p.contact_id = c.merged_into AND p.sender_id = w.sender_id
  WHERE c.merged_into IS NOT NULL`;

/** Contacts and their windows. */
export const PEOPLE: readonly Survey[] = [
  {
    subject: 'contact',
    counted: 'SELECT COUNT(*) FROM contact',
    facts: CONTACT_FACTS,
    rules: [
      {
        check: 'contacts',
        wrong: 'It became another contact that became a third one, or itself.',
        when: 'further IS NOT NULL OR merged_into = id',
      },
      {
        check: 'contacts',
        wrong: 'It became another contact, and still has a number or user id.',
        when: 'merged_into IS NOT NULL AND (phone IS NOT NULL OR user_id IS NOT NULL)',
      },
      { check: 'contacts', wrong: 'It became a contact of another account.', when: 'person_account <> account_id' },
      { check: 'contacts', wrong: 'It became another contact, and messages to it still wait.', when: 'waits' },
      {
        check: 'contacts',
        wrong: 'Its number is no international number.',
        when: `phone NOT GLOB '+[1-9]*' OR substr(phone, 2) GLOB '*[^0-9]*'`,
      },
    ],
  },
  {
    subject: 'contact',
    counted: 'SELECT 0',
    facts: `${SAME_NUMBER} UNION ALL ${SAME_USER}`,
    rules: [{ check: 'contacts', wrong: 'Another contact has the same number or user id.', when: 'TRUE' }],
  },
  {
    subject: 'contact',
    counted: `SELECT COUNT(*) FROM inbound_event WHERE kind = 'message'`,
    facts: INBOUND_FACTS,
    rules: [
      { check: 'windows', wrong: 'They wrote later than their window says.', when: 'last_inbound_at IS NULL OR last_inbound_at < at' },
    ],
  },
  {
    subject: 'contact',
    counted: 'SELECT COUNT(*) FROM contact WHERE merged_into IS NOT NULL',
    facts: MERGED_FACTS,
    rules: [
      {
        check: 'windows',
        wrong: 'A window of the contact that they were before is longer than theirs.',
        when: 'ifnull(person_inbound_at, 0) < last_inbound_at OR ifnull(person_free_until, 0) < free_entry_until',
      },
    ],
  },
  {
    subject: 'message',
    counted: 'SELECT COUNT(*) FROM message WHERE template_id IS NULL',
    facts: FREE_FORM_FACTS,
    rules: [
      {
        check: 'windows',
        wrong: 'A free-form message was taken on outside any window.',
        when: `ifnull(last_inbound_at, 0) + ${SERVICE_WINDOW_MS} <= created_at`,
      },
    ],
  },
];
