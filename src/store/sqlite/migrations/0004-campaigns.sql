-- Campaigns that can be paused, resumed and cancelled by anybody, while somebody sends them, and that say how far they are.

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
