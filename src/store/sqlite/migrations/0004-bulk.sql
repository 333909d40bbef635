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

-- Whom it messaged so, and when last. Rows of more than a day ago say nothing and are deleted by the next claim. Kept only where there is a limit.
CREATE TABLE reached (
  account_id TEXT NOT NULL REFERENCES account (id),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  at INTEGER NOT NULL,
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
