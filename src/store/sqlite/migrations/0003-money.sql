-- Closing months, amounts that belong to no single message, and budgets that warn.

-- message_id may be missing: the volume discount of a month is one amount of a group, spread over its buckets. reference then says what it is for, and with it
-- a line is written once. own_rule is the row of the pricing rules that covers a delivery, free_units_before how much of its allowance was used before it, and
-- discrepancy in what the provider's word differs from both. books_month stands only where it is not the month of the bucket's day. A NOT NULL cannot be taken off in place, so the table is made anew.
CREATE TABLE ledger_next (
  sequence INTEGER PRIMARY KEY,
  message_id TEXT REFERENCES message (id),
  attempt INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'reservation' OR kind = 'charge' OR kind = 'release' OR kind = 'repricing' OR kind = 'adjustment'),
  bucket_id INTEGER NOT NULL REFERENCES bucket (id),
  hold_bucket_id INTEGER NOT NULL REFERENCES bucket (id),
  held INTEGER NOT NULL,
  posted INTEGER NOT NULL,
  event_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  books_month TEXT,
  cause TEXT CHECK (cause = 'rejected' OR cause = 'failed' OR cause = 'cancelled' OR cause = 'expired'),
  price_id INTEGER REFERENCES price (id),
  rule TEXT,
  provider_type TEXT,
  provider_category TEXT,
  reference TEXT,
  own_rule INTEGER,
  free_units_before INTEGER,
  discrepancy TEXT CHECK (discrepancy = 'type' OR discrepancy = 'category' OR discrepancy = 'cost'),
  CHECK ((cause IS NOT NULL) = (kind = 'release')),
  CHECK (message_id IS NOT NULL OR (kind = 'adjustment' AND reference IS NOT NULL AND held = 0))
) STRICT;

INSERT INTO ledger_next SELECT *, NULL, NULL, NULL, NULL FROM ledger;
DROP TABLE ledger;
ALTER TABLE ledger_next RENAME TO ledger;

CREATE UNIQUE INDEX ledger_once ON ledger (message_id, attempt, kind) WHERE kind = 'reservation' OR kind = 'charge' OR kind = 'release';
CREATE INDEX ledger_corrections ON ledger (message_id) WHERE kind = 'repricing' OR kind = 'adjustment';
CREATE INDEX ledger_discrepancy ON ledger (bucket_id) WHERE discrepancy IS NOT NULL;
CREATE INDEX ledger_reference ON ledger (reference) WHERE reference IS NOT NULL;

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;

-- Who adjusted an amount by hand, and why.
CREATE TABLE adjustment (
  sequence INTEGER PRIMARY KEY REFERENCES ledger (sequence),
  decided_by TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE TRIGGER adjustment_no_update BEFORE UPDATE ON adjustment
BEGIN SELECT RAISE(ABORT, 'adjustment is append-only'); END;

CREATE TRIGGER adjustment_no_delete BEFORE DELETE ON adjustment
BEGIN SELECT RAISE(ABORT, 'adjustment is append-only'); END;

-- Months of a sender that are closed, oldest first: what is heard of them later is booked in an open month. The digest goes over the lines of the month and the
-- digest before it. It is computed when nothing can be added to them any more, and so comes after the row.
CREATE TABLE closing (
  sender_id TEXT NOT NULL REFERENCES sender (id),
  month TEXT NOT NULL,
  closed_at INTEGER NOT NULL,
  closed_by TEXT NOT NULL,
  previous TEXT,
  lines INTEGER,
  digest TEXT,
  PRIMARY KEY (sender_id, month),
  CHECK ((lines IS NULL) = (digest IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER closing_no_update BEFORE UPDATE ON closing
WHEN OLD.digest IS NOT NULL OR NEW.sender_id <> OLD.sender_id OR NEW.month <> OLD.month OR NEW.closed_at <> OLD.closed_at
  OR NEW.closed_by <> OLD.closed_by
BEGIN SELECT RAISE(ABORT, 'a closed month never changes'); END;

CREATE TRIGGER closing_no_delete BEFORE DELETE ON closing
BEGIN SELECT RAISE(ABORT, 'a closed month never changes'); END;

-- What is told of the account is little, and read with every bill: volume tiers that were reached.
CREATE INDEX inbound_event_account ON inbound_event (sender_id) WHERE kind = 'account';

-- Hard budgets refuse; the others only warn. thresholds: percents of the cap, rising, with commas between them, or 'none'.
ALTER TABLE budget ADD COLUMN mode TEXT NOT NULL DEFAULT 'hard' CHECK (mode = 'hard' OR mode = 'warn');
ALTER TABLE budget ADD COLUMN thresholds TEXT NOT NULL DEFAULT '50,80,100';

-- Thresholds that were reached, each once in a term: a day, a month or a campaign's id. by_refusal: not by what was used, but because a message was refused for
-- which too little was left. checked_at is when budget check told of it. A process that posts it to
-- the hook says since when in posting_since, so that another one leaves it alone; posted_at is when the receiver had it.
CREATE TABLE budget_warning (
  id INTEGER PRIMARY KEY,
  budget_id TEXT NOT NULL REFERENCES budget (id),
  term TEXT NOT NULL,
  threshold INTEGER NOT NULL CHECK (threshold > 0),
  used INTEGER NOT NULL CHECK (used >= 0),
  by_refusal INTEGER NOT NULL DEFAULT 0 CHECK (by_refusal IN (0, 1)),
  crossed_at INTEGER NOT NULL,
  checked_at INTEGER,
  posting_since INTEGER,
  posted_at INTEGER,
  UNIQUE (budget_id, term, threshold)
) STRICT;

-- For 1,000 deliveries, in the smallest unit of the currency; NULL where the price card decides. It is content, and never changes either: another bid is another
-- version, so that a message points at the one that it was reserved by.
ALTER TABLE template ADD COLUMN bid_amount INTEGER CHECK (bid_amount > 0);
DROP TRIGGER template_no_update;
CREATE TRIGGER template_no_update
BEFORE UPDATE OF id, sender_id, name, language, category, status, parameter_format, parameters, components, ttl_seconds, bid_amount, content_hash, added_at ON template
BEGIN SELECT RAISE(ABORT, 'template never changes'); END;

-- From when authentication costs the international rate: as JSON, where somebody said so. Of what the provider tells it is no setting, and so not in settings. The
-- time is when the provider told last, in its time, so that what arrives late takes nothing back, also not what a person said since.
ALTER TABLE sender ADD COLUMN auth_international TEXT;
ALTER TABLE sender ADD COLUMN auth_international_told_at INTEGER;
