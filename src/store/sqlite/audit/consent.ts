// The audit of consent: the flags against the history that they are a view of, and every sent message against what was known when it left.

import type { Survey } from './survey.ts';

// Of two events the newer one holds, and of two at the same instant the stop: both in one number, so that the greatest is what is in force.
const WORD = `e.at * 2 + (e.kind = 'opt_out' OR e.kind = 'block')`;

/** The history replayed: each flag is the newest event of its subject and scope. */
export const FLAGS: readonly Survey[] = [
  {
    subject: 'contact',
    counted: 'SELECT COUNT(*) FROM consent_event',
    facts: /* sql */ `
      SELECT e.contact_id AS id, e.word, f.at * 2 + (f.kind = 'opt_out' OR f.kind = 'block') AS flag, f.at, f.repeated_at
      FROM (SELECT contact_id, subject, scope, MAX(${WORD}) AS word FROM consent_event e GROUP BY contact_id, subject, scope) e
      LEFT JOIN consent_flag f ON f.contact_id = e.contact_id AND f.subject = e.subject AND f.scope = e.scope`,
    rules: [
      {
        check: 'consent',
        wrong: 'They stopped, and the flag that messages are checked against does not say so.',
        when: 'word % 2 = 1 AND (flag IS NULL OR flag % 2 = 0)',
      },
      {
        check: 'consent',
        wrong: 'A flag does not say what the newest event of their history says.',
        when: 'flag IS NOT word AND NOT (word % 2 = 1 AND (flag IS NULL OR flag % 2 = 0))',
      },
      { check: 'consent', wrong: 'A flag was said again before it was said.', when: 'repeated_at < at' },
    ],
  },
  {
    subject: 'contact',
    counted: 'SELECT COUNT(*) FROM consent_flag',
    facts: /* sql */ `
      SELECT contact_id AS id FROM consent_flag f
      WHERE NOT EXISTS (SELECT 1 FROM consent_event WHERE contact_id = f.contact_id AND subject = f.subject AND scope = f.scope)`,
    rules: [{ check: 'consent', wrong: 'A flag stands without any event in their history.', when: 'TRUE' }],
  },
];

const SUBJECT = `iif(m.category = 'authentication-international', 'authentication', m.category)`;

// What became one person afterwards was claimed on the history of another, which cannot be told any more.
const GATE_FACTS = /* sql */ `
  SELECT m.id, m.category, ${SUBJECT} AS subject, m.template_id IS NULL AS is_free_form, m.confirms, m.contact_id, m.sender_id, m.gate_sequence,
    MAX(iif(e.subject = ${SUBJECT}, ${WORD}, NULL)) AS said,
    MAX(iif(e.subject = 'block', e.at * 2 + (e.kind = 'block'), 0)) AS block,
    MAX(iif(e.subject = 'messenger', e.at * 2 + (e.kind = 'opt_out'), 0)) AS messenger
  FROM message m
  LEFT JOIN consent_event e ON e.contact_id = m.contact_id AND e.sequence <= m.gate_sequence AND (e.scope = m.sender_id OR e.scope = '*')
  WHERE m.gate_sequence IS NOT NULL
  GROUP BY m.id`;

// It was this person's own when it was claimed. It may have been another's where somebody became this person since who had opted in; a free-form message needs no opt-in.
// Where this person became a third one, those who became that one count too: they may have come by way of this one.
const IS_OWN = /* sql */ `NOT EXISTS (
  SELECT 1 FROM contact c
  JOIN contact o ON o.merged_into = c.id OR (o.merged_into = c.merged_into AND o.id <> c.id)
  WHERE c.id = facts.contact_id AND (is_free_form OR EXISTS (
    SELECT 1 FROM consent_event e
    WHERE e.contact_id = o.id AND e.sequence <= facts.gate_sequence AND e.kind = 'opt_in' AND e.subject = facts.subject
      AND (e.scope = facts.sender_id OR e.scope = '*'))))`;

const LAST_INBOUND =
  'ifnull((SELECT last_inbound_at FROM service_window w WHERE w.contact_id = facts.contact_id AND w.sender_id = facts.sender_id), 0)';

/** Every message that was sent, against the part of the history that came before: by number, not by clock. */
export const GATE: Survey = {
  subject: 'message',
  counted: 'SELECT COUNT(*) FROM message',
  facts: GATE_FACTS,
  rules: [
    { check: 'gate', wrong: 'It was sent although a block stood.', when: `block % 2 = 1 AND ${IS_OWN}` },
    {
      check: 'gate',
      wrong: 'It was sent although an opt-out stood.',
      when: `NOT is_free_form AND (said % 2 = 1 OR category = 'marketing' AND messenger % 2 = 1) AND ${IS_OWN}`,
    },
    {
      check: 'gate',
      wrong: 'It answered somebody who had stopped and has not written since.',
      when: `is_free_form AND confirms IS NULL AND said % 2 = 1 AND ${LAST_INBOUND} * 2 < said AND ${IS_OWN}`,
    },
    { check: 'gate', wrong: 'It was sent without an opt-in.', when: `NOT is_free_form AND said IS NULL AND ${IS_OWN}` },
  ],
};
