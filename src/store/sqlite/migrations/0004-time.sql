-- What waits for its time: scheduled by whoever sent it, or held by quiet hours.

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
