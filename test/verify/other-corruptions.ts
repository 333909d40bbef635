// What may happen to what is known of people, to templates, and to the file itself.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Corruption } from './corruption.ts';

const personOf = (ending: string): string => `(SELECT id FROM contact WHERE phone LIKE '%${ending}')`;
const messageTo = (ending: string): string => `(SELECT MIN(id) FROM message WHERE contact_id = ${personOf(ending)} AND attempt > 0)`;
const MERGED = '(SELECT id FROM contact WHERE merged_into IS NOT NULL)';
const QUEUED = "(SELECT MIN(id) FROM message WHERE state = 'queued')";

/** People, what they agreed to, and when they wrote. */
export const PEOPLE_CORRUPTIONS: readonly Corruption[] = [
  {
    name: 'a campaign that nobody paused',
    damage: `UPDATE campaign SET paused_at = 1`,
    checks: ['states'],
    says: 'A campaign is paused or cancelled, or is not, against what was decided about it last.',
  },
  {
    name: 'an opt-out that was turned into an opt-in',
    damage: `UPDATE consent_flag SET kind = 'opt_in' WHERE kind = 'opt_out' AND contact_id = ${personOf('2222')}`,
    checks: ['consent'],
    says: 'They stopped, and the flag that messages are checked against does not say so.',
  },
  {
    name: 'a block that was taken out of the flags',
    damage: `DELETE FROM consent_flag WHERE subject = 'block'`,
    checks: ['consent'],
    says: 'They stopped, and the flag that messages are checked against does not say so.',
  },
  {
    name: 'a flag that is older than its event',
    damage: `UPDATE consent_flag SET at = at - 1 WHERE contact_id = ${personOf('0000')} AND subject = 'utility'`,
    checks: ['consent'],
    says: 'A flag does not say what the newest event of their history says.',
  },
  {
    name: 'a permission that nobody gave',
    damage: `INSERT INTO consent_flag SELECT ${personOf('0000')}, 'ads', '*', 'opt_in', 1, 1`,
    checks: ['consent'],
    says: 'A flag stands without any event in their history.',
  },
  {
    name: 'an event that is gone from the history',
    damage: `DELETE FROM consent_event WHERE kind = 'block'`,
    checks: ['identity', 'consent', 'references'],
    says: 'Rows are missing from a table that is only added to: its numbers have gaps.',
  },
  {
    name: 'a message that left after a block',
    damage: `UPDATE message SET gate_sequence = (SELECT MAX(sequence) FROM consent_event) WHERE id = ${messageTo('3333')}`,
    checks: ['gate'],
    says: 'It was sent although a block stood.',
  },
  {
    name: 'a message that left after an opt-out',
    damage: `UPDATE consent_event SET kind = 'opt_out' WHERE contact_id = ${personOf('0000')} AND subject = 'utility';
      UPDATE consent_flag SET kind = 'opt_out' WHERE contact_id = ${personOf('0000')} AND subject = 'utility'`,
    checks: ['gate'],
    says: 'It was sent although an opt-out stood.',
  },
  {
    name: 'a message that left before anybody agreed, also whoever became the same person',
    damage: `UPDATE message SET gate_sequence = 0 WHERE id = ${messageTo('0000')};
      INSERT INTO contact (id, account_id, created_at, updated_at, merged_into)
      SELECT 'silent', account_id, created_at, updated_at, id FROM contact WHERE id = ${personOf('0000')}`,
    checks: ['gate'],
    says: 'It was sent without an opt-in.',
  },
  {
    name: 'a window that was cut',
    damage: `UPDATE service_window SET last_inbound_at = last_inbound_at - 1 WHERE contact_id = ${MERGED}`,
    checks: ['windows'],
    says: 'They wrote later than their window says.',
  },
  {
    name: 'a window that is gone',
    damage: `DELETE FROM service_window WHERE contact_id = ${personOf('4444')}`,
    checks: ['windows'],
    says: 'A free-form message was taken on outside any window.',
  },
  {
    name: 'a contact that has its old name again',
    damage: `UPDATE contact SET user_id = 'US.old' WHERE id = ${MERGED}`,
    checks: ['contacts'],
    says: 'It became another contact, and still has a number or user id.',
  },
  {
    name: 'a contact that is followed in a circle',
    damage: `UPDATE contact SET merged_into = ${MERGED} WHERE id = ${personOf('0000')};
      UPDATE contact SET phone = NULL WHERE phone LIKE '%0000'`,
    checks: ['contacts'],
    says: 'It became another contact that became a third one, or itself.',
  },
  {
    name: 'a message that waits for somebody who is somebody else',
    damage: `UPDATE message SET contact_id = ${MERGED} WHERE id = ${QUEUED}`,
    checks: ['contacts'],
    says: 'It became another contact, and messages to it still wait.',
  },
  {
    name: 'a number that is none',
    damage: `UPDATE contact SET phone = '0151 12' WHERE id = ${personOf('0000')}`,
    checks: ['contacts'],
    says: 'Its number is no international number.',
  },
];

/** Templates, references, the schema and the pages. */
export const FILE_CORRUPTIONS: readonly Corruption[] = [
  {
    name: 'a template whose words were changed',
    damage: `UPDATE template SET components = replace(components, 'order', 'offer') WHERE name = 'order_shipped' AND language = 'en_US'`,
    checks: ['templates'],
    says: 'Its content is not what its hash was made of: it was changed in place.',
  },
  {
    name: 'a template of which no version is in force',
    damage: `UPDATE template SET replaced_at = 1 WHERE name = 'login_code'`,
    checks: ['templates'],
    says: 'Of its name and language there is not exactly one version in force.',
  },
  {
    name: 'a message to nobody',
    damage: `UPDATE message SET contact_id = 'nobody' WHERE id = ${QUEUED}`,
    checks: ['references'],
    says: 'A row of message points at a row of contact that is not there.',
  },
  {
    name: 'an entry of no message',
    damage: `UPDATE ledger SET message_id = 'nothing' WHERE message_id = ${QUEUED}`,
    checks: ['holds', 'references'],
    says: 'A row of ledger points at a row of message that is not there.',
  },
  {
    name: 'a guard that was taken off',
    damage: (db) => void db.exec('DROP TRIGGER ledger_no_update'),
    checks: ['schema'],
    says: 'Something that guards the books is missing.',
  },
  {
    name: 'an index that is gone',
    damage: 'DROP INDEX ledger_once',
    checks: ['schema'],
    says: 'Something that guards the books is missing.',
  },
  {
    name: 'an index that lets more through',
    damage: 'DROP INDEX message_key; CREATE INDEX message_key ON message (sender_id, key) WHERE key IS NOT NULL',
    checks: ['schema'],
    says: 'Something is not as the migrations make it.',
  },
  {
    name: 'a trigger that is not ours',
    damage: 'CREATE TRIGGER helper AFTER INSERT ON message BEGIN UPDATE counter SET units = 0; END',
    checks: ['schema'],
    says: 'A trigger is there that is not ours: it may change what is written.',
  },
  {
    name: 'a row that no check of its table lets in',
    damage: `UPDATE message SET state = 'gone' WHERE id = ${QUEUED}`,
    checks: ['states'],
    says: 'Its state is none that there is.',
  },
  {
    name: 'a page that the disk forgot',
    damage: (db, path) => {
      const page = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'message_tag'").pluck().get() as number;
      const size = db.pragma('page_size', { simple: true }) as number;
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.pragma('journal_mode = DELETE');
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
      closeSync(file);
    },
    checks: ['file'],
    says: 'The file is damaged: a part of the audit could not read it. Put back a backup.',
  },
];
