-- The channel: how a sender reaches its provider, what comes back from it, and the pace at which it may be used.

-- settings: of the transport, as JSON. Secrets are named in it (an environment variable or a file), never held.
ALTER TABLE sender ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- What the provider calls a template and how good it finds it; neither is content. told_at: when it last told each side by itself, in its own time, so that
-- what arrives late takes nothing back. is_hidden: it was missing or could not be read when the provider was asked last.
ALTER TABLE template ADD COLUMN provider_id TEXT;
ALTER TABLE template ADD COLUMN quality TEXT CHECK (quality IN ('green', 'yellow', 'red', 'unknown'));
ALTER TABLE template ADD COLUMN status_told_at INTEGER;
ALTER TABLE template ADD COLUMN quality_told_at INTEGER;
ALTER TABLE template ADD COLUMN category_told_at INTEGER;
ALTER TABLE template ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1));

-- How long the provider tries to deliver: seconds, -1 for as long as it can, NULL for the default of the category. It is content, and never changes either.
ALTER TABLE template ADD COLUMN ttl_seconds INTEGER CHECK (ttl_seconds > 0 OR ttl_seconds = -1);
DROP TRIGGER template_no_update;
CREATE TRIGGER template_no_update
BEFORE UPDATE OF id, sender_id, name, language, category, status, parameter_format, parameters, components, ttl_seconds, content_hash, added_at ON template
BEGIN SELECT RAISE(ABORT, 'template never changes'); END;

-- Why the provider could not reach this person: its code and words; and when it last could again. merged_into: who this person turned out to be; such a
-- row has no number and no user id any more, and never points at one that points on. identity_at: when the event was that named their number and user id. moved_at: when we heard last that they have another number: what was claimed before went
-- to the old one.
ALTER TABLE contact ADD COLUMN undeliverable_reason TEXT;
ALTER TABLE contact ADD COLUMN reachable_at INTEGER;
ALTER TABLE contact ADD COLUMN identity_at INTEGER;
ALTER TABLE contact ADD COLUMN moved_at INTEGER;
ALTER TABLE contact ADD COLUMN merged_into TEXT REFERENCES contact (id);
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;

-- A free-entry-point window may be told of a person whose message never came here: last_inbound_at may be missing, so the table is made anew.
CREATE TABLE service_window_next (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  sender_id TEXT NOT NULL REFERENCES sender (id),
  last_inbound_at INTEGER,
  free_entry_until INTEGER,
  PRIMARY KEY (contact_id, sender_id),
  CHECK (last_inbound_at IS NOT NULL OR free_entry_until IS NOT NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO service_window_next SELECT * FROM service_window;
DROP TABLE service_window;
ALTER TABLE service_window_next RENAME TO service_window;

-- alias_key: the key that a message to somebody who was named by id would have if they had no number, so that it is found again when the number changes.
-- max_price: what it may cost at most, also when its template moves to another category.
-- uncounted: how many of its attempts say nothing of it: they found no connection, or its template paused.
ALTER TABLE message ADD COLUMN alias_key BLOB;
ALTER TABLE message ADD COLUMN uncounted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN max_price INTEGER CHECK (max_price >= 0);
CREATE UNIQUE INDEX message_alias ON message (sender_id, alias_key) WHERE alias_key IS NOT NULL;

-- retry_of: the message that a person decided to send again. confirms: the opt-out that this message confirms. Each happens once.
-- pricing: the provider's word on the price and the status that told it (type/category/status).
ALTER TABLE message ADD COLUMN retry_of TEXT REFERENCES message (id);
ALTER TABLE message ADD COLUMN confirms INTEGER REFERENCES consent_event (sequence);
ALTER TABLE message ADD COLUMN pricing TEXT;
-- When what is not in the ledger happened: the newest request was claimed and accepted, the message was sent and read; and the windows that were known when it
-- was claimed. Columns, and no row for each status: they are written with the state, by an update that is made anyway.
ALTER TABLE message ADD COLUMN claimed_at INTEGER;
ALTER TABLE message ADD COLUMN accepted_at INTEGER;
ALTER TABLE message ADD COLUMN sent_at INTEGER;
ALTER TABLE message ADD COLUMN read_at INTEGER;
ALTER TABLE message ADD COLUMN inbound_at INTEGER;
ALTER TABLE message ADD COLUMN free_entry_until INTEGER;
CREATE UNIQUE INDEX message_retry ON message (retry_of) WHERE retry_of IS NOT NULL;
CREATE UNIQUE INDEX message_confirmation ON message (confirms) WHERE confirms IS NOT NULL;

-- Who decided about an unknown outcome, and why. The decision itself is in the message and its entries.
CREATE TABLE resolution (
  sequence INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES message (id),
  attempt INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX resolution_message ON resolution (message_id);

CREATE TRIGGER resolution_no_update BEFORE UPDATE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolution is append-only'); END;

CREATE TRIGGER resolution_no_delete BEFORE DELETE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolution is append-only'); END;

-- The history of consent learns of the messenger's own switch for marketing. A CHECK cannot be changed in place, so the table is made anew.
CREATE TABLE consent_event_next (
  sequence INTEGER PRIMARY KEY,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  scope TEXT NOT NULL,
  subject TEXT NOT NULL CHECK (subject IN ('marketing', 'utility', 'authentication', 'service', 'ads', 'block', 'messenger')),
  kind TEXT NOT NULL CHECK (kind IN ('opt_in', 'opt_out', 'block', 'unblock')),
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  actor TEXT NOT NULL CHECK (actor IN ('customer', 'business')),
  CHECK ((subject = 'block') = (kind IN ('block', 'unblock')))
) STRICT;

INSERT INTO consent_event_next SELECT * FROM consent_event;
DROP TABLE consent_event;
ALTER TABLE consent_event_next RENAME TO consent_event;

CREATE INDEX consent_event_contact ON consent_event (contact_id);

CREATE TRIGGER consent_event_no_update BEFORE UPDATE ON consent_event
BEGIN SELECT RAISE(ABORT, 'consent_event is append-only'); END;

CREATE TRIGGER consent_event_no_delete BEFORE DELETE ON consent_event
BEGIN SELECT RAISE(ABORT, 'consent_event is append-only'); END;

-- Free-form content becomes an object, since it can be more than text.
UPDATE message_content SET content = json_object('type', 'text', 'body', content)
WHERE message_id IN (SELECT id FROM message WHERE template_id IS NULL);

-- What the provider told that a person may have to look at: inbound messages, and events that are unmatched, unknown or bear consent. digest tells one that
-- was delivered again. review: a near miss of a stop word waits for somebody's decision; text is what to read. text and body (the event as it came) are
-- personal.
CREATE TABLE inbound_event (
  sequence INTEGER PRIMARY KEY,
  sender_id TEXT REFERENCES sender (id),
  contact_id TEXT REFERENCES contact (id),
  kind TEXT NOT NULL CHECK (kind IN ('message', 'preference', 'identity', 'status', 'template', 'account', 'other')),
  digest BLOB NOT NULL,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  text TEXT,
  body TEXT NOT NULL,
  review TEXT CHECK (review IN ('open', 'opted_out', 'dismissed')),
  reviewed_at INTEGER
) STRICT;

-- What is told to a whole account is told to each of its senders.
CREATE UNIQUE INDEX inbound_event_once ON inbound_event (digest, ifnull(sender_id, ''));
CREATE INDEX inbound_event_review ON inbound_event (sequence) WHERE review = 'open';
CREATE INDEX inbound_event_contact ON inbound_event (contact_id, sequence) WHERE contact_id IS NOT NULL;

-- Words that a sender adds to the built-in list of stop and start words, or takes out of it (meaning none). word is in its folded form.
CREATE TABLE consent_word (
  sender_id TEXT NOT NULL REFERENCES sender (id),
  word TEXT NOT NULL,
  language TEXT NOT NULL,
  meaning TEXT NOT NULL CHECK (meaning IN ('opt_out', 'opt_in', 'none')),
  added_at INTEGER NOT NULL,
  PRIMARY KEY (sender_id, word)
) STRICT, WITHOUT ROWID;

-- The pace of a sender ('') and of its pairs (a contact's id): the microsecond at which its next request is due by the limit alone (GCRA). Shared by all
-- processes, because it is read and moved in the claiming transaction. Rows in the past say nothing and are swept away. recent, of a sender alone: when requests
-- began in its last second and how many, as JSON.
CREATE TABLE pace (
  sender_id TEXT NOT NULL REFERENCES sender (id),
  pair TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  recent TEXT,
  PRIMARY KEY (sender_id, pair)
) STRICT, WITHOUT ROWID;

-- The indexes of the first schema as it is written now: stores of before have them with IN, which no query asks for any more.
DROP INDEX message_silent;
DROP INDEX message_open;
DROP INDEX ledger_once;
DROP INDEX ledger_corrections;
CREATE INDEX message_silent ON message (expires_at) WHERE state = 'accepted' OR state = 'sent' OR state = 'unknown';
CREATE INDEX message_open ON message (contact_id) WHERE state = 'queued' OR state = 'scheduled' OR state = 'sending';
CREATE UNIQUE INDEX ledger_once ON ledger (message_id, attempt, kind) WHERE kind = 'reservation' OR kind = 'charge' OR kind = 'release';
CREATE INDEX ledger_corrections ON ledger (message_id) WHERE kind = 'repricing' OR kind = 'adjustment';
