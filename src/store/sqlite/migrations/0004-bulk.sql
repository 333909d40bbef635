-- Bulk: the order of the outbox, and what more a sender keeps to: how many people its business may reach in a day, and a rate that gives way; what waits for its time; campaigns.

-- What may wait least goes first: 0 a code for a login, 1 what a customer waits for, 2 marketing. Said here and nowhere else.
ALTER TABLE message ADD COLUMN urgency INTEGER GENERATED ALWAYS AS (
  CASE category WHEN 'authentication' THEN 0 WHEN 'authentication-international' THEN 0 WHEN 'marketing' THEN 2 ELSE 1 END
) VIRTUAL;

DROP INDEX message_outbox;
CREATE INDEX message_outbox ON message (sender_id, urgency, campaign_id, not_before, id) WHERE state = 'queued';

-- Of a sender's own row alone. rate: messages a second that the number was slowed down to, at rate_at. ahead: the urgency of what waits for room and goes before
-- all that is less urgent, from about ahead_from on.
ALTER TABLE pace ADD COLUMN rate INTEGER CHECK (rate > 0);
ALTER TABLE pace ADD COLUMN rate_at INTEGER;
ALTER TABLE pace ADD COLUMN ahead INTEGER CHECK (ahead BETWEEN 0 AND 2);
ALTER TABLE pace ADD COLUMN ahead_from INTEGER;

-- How many people the provider lets this business message in 24 hours outside the windows that they opened: NULL for not known, -1 for as many as it likes;
-- when the provider said so; and how many rows `reached` has.
ALTER TABLE account ADD COLUMN messaging_limit INTEGER CHECK (messaging_limit > 0 OR messaging_limit = -1);
ALTER TABLE account ADD COLUMN limit_told_at INTEGER;
ALTER TABLE account ADD COLUMN reached INTEGER NOT NULL DEFAULT 0 CHECK (reached >= 0);

-- Whom it messaged so, and when last; before_at: and the time before that, to which a message falls back that the provider refuses. Rows of more than a day ago say
-- nothing and are deleted by the next claim. Kept only where there is a limit.
CREATE TABLE reached (
  account_id TEXT NOT NULL REFERENCES account (id),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  at INTEGER NOT NULL,
  before_at INTEGER,
  PRIMARY KEY (account_id, contact_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reached_at ON reached (account_id, at);

-- Whose turn it was last among the campaigns of one urgency, '' for what is in none: the next one goes first, in whatever process.
CREATE TABLE served (
  sender_id TEXT NOT NULL REFERENCES sender (id),
  urgency INTEGER NOT NULL,
  campaign_id TEXT NOT NULL,
  PRIMARY KEY (sender_id, urgency)
) STRICT, WITHOUT ROWID;

-- By category, so that what is urgent is woken as soon as it is due, however much else is due then. By campaign, for whoever sends one of its own.
CREATE INDEX message_scheduled ON message (sender_id, category, not_before) WHERE state = 'scheduled';
-- What a campaign gave up, for its counts: the counters have what failed, but also where that was delivered after all.
CREATE INDEX message_given_up ON message (campaign_id, state) WHERE state = 'cancelled' OR state = 'expired';
CREATE INDEX message_scheduled_campaign ON message (campaign_id, not_before) WHERE state = 'scheduled';

-- Quiet hours of a sender: for a category, in a country or (country '') in all that have none of their own. mode says whether hours are quiet or allowed.
CREATE TABLE quiet_hours (
  sender_id TEXT NOT NULL REFERENCES sender (id),
  category TEXT NOT NULL CHECK (category = 'marketing' OR category = 'utility'),
  country TEXT NOT NULL,
  hours TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode = 'quiet' OR mode = 'allowed'),
  set_at INTEGER NOT NULL,
  PRIMARY KEY (sender_id, category, country)
) STRICT, WITHOUT ROWID;

-- Claims skip what is paused. What was cancelled is never paused any more, and never goes back.
ALTER TABLE campaign ADD COLUMN paused_at INTEGER;
ALTER TABLE campaign ADD COLUMN cancelled_at INTEGER CHECK (cancelled_at IS NULL OR paused_at IS NULL);

-- Asked at every claim: only those that are paused now are in it.
CREATE INDEX campaign_paused ON campaign (sender_id) WHERE paused_at IS NOT NULL;

CREATE TRIGGER campaign_cancelled_for_good BEFORE UPDATE ON campaign
WHEN OLD.cancelled_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a cancelled campaign never changes'); END;

-- Who paused, resumed or cancelled it, and why.
CREATE TABLE campaign_event (
  sequence INTEGER PRIMARY KEY,
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  change TEXT NOT NULL CHECK (change = 'pause' OR change = 'resume' OR change = 'cancel'),
  at INTEGER NOT NULL,
  decided_by TEXT NOT NULL,
  reason TEXT
) STRICT;

CREATE INDEX campaign_event_campaign ON campaign_event (campaign_id);

CREATE TRIGGER campaign_event_no_update BEFORE UPDATE ON campaign_event
BEGIN SELECT RAISE(ABORT, 'campaign_event is append-only'); END;

CREATE TRIGGER campaign_event_no_delete BEFORE DELETE ON campaign_event
BEGIN SELECT RAISE(ABORT, 'campaign_event is append-only'); END;

-- source: the file that is read, as it was named; NULL for single recipients, who are admitted at once. admitted_at: when the last of a file was admitted; NULL
-- while it is being read, and where that was cut short. The others are the pulse of its claims: when the first and the newest were, and how many in the newest span of ten seconds that has
-- any (its number since the epoch) and in the span before it. One row of a run is written once a turn, where an index of claims would be written for each message.
ALTER TABLE run ADD COLUMN source TEXT;
ALTER TABLE run ADD COLUMN admitted_at INTEGER;
ALTER TABLE run ADD COLUMN first_claim_at INTEGER;
ALTER TABLE run ADD COLUMN last_claim_at INTEGER;
ALTER TABLE run ADD COLUMN span INTEGER;
ALTER TABLE run ADD COLUMN span_claims INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN before_claims INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_campaign ON run (campaign_id);

-- Nobody knows of the runs of before: they are taken for whole.
UPDATE run SET admitted_at = started_at;

-- With the campaign and the state in it, what waits for its statuses is counted from the index alone. A change of state writes the index anyway.
DROP INDEX message_silent;
CREATE INDEX message_silent ON message (expires_at, campaign_id, state) WHERE state = 'accepted' OR state = 'sent' OR state = 'unknown';

-- What waits and what is on its way apart, or a claim would take a message out of an index and put it back. Of what is on its way there is never much.
DROP INDEX message_open;
DROP INDEX message_in_flight;
CREATE INDEX message_waiting ON message (contact_id) WHERE state = 'queued' OR state = 'scheduled';
CREATE INDEX message_in_flight ON message (worker_id, contact_id) WHERE state = 'sending';

-- Who had a number before: what was sent to it is found under the contact that it was sent to. Whoever erases a person erases these rows of theirs as well.
CREATE TABLE former_number (
  account_id TEXT NOT NULL REFERENCES account (id),
  phone TEXT NOT NULL,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  PRIMARY KEY (account_id, phone, contact_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER contact_leaves_number AFTER UPDATE OF phone ON contact WHEN OLD.phone IS NOT NULL AND OLD.phone IS NOT NEW.phone
BEGIN INSERT OR IGNORE INTO former_number (account_id, phone, contact_id) VALUES (OLD.account_id, OLD.phone, OLD.id); END;
