-- The first schema. Ids are TEXT, instants are milliseconds, money is whole micro-units, flags are 0 or 1; the tables are STRICT,
-- so a float never becomes money. Tables keyed by a text id have no rowid: one tree instead of two.

-- key_check tells whether a key is the one that the store was founded with; it stands in the account that was made then.
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  key_check TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE sender (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  transport TEXT NOT NULL,
  currency TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (account_id, name)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX sender_default ON sender (account_id) WHERE is_default = 1;

-- People. What identifies them stands here and in consent_evidence and message_content, so that a person can be erased.
CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  phone TEXT,
  user_id TEXT,
  name TEXT,
  language TEXT,
  attributes TEXT NOT NULL DEFAULT '{}',
  undeliverable_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX contact_phone ON contact (account_id, phone) WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX contact_user ON contact (account_id, user_id) WHERE user_id IS NOT NULL;

-- The history of consent and blocks, only ever added to. scope is a sender's id, or * for all senders of the account.
CREATE TABLE consent_event (
  sequence INTEGER PRIMARY KEY,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  scope TEXT NOT NULL,
  subject TEXT NOT NULL CHECK (subject IN ('marketing', 'utility', 'authentication', 'service', 'ads', 'block')),
  kind TEXT NOT NULL CHECK (kind IN ('opt_in', 'opt_out', 'block', 'unblock')),
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  actor TEXT NOT NULL CHECK (actor IN ('customer', 'business')),
  CHECK ((subject = 'block') = (kind IN ('block', 'unblock')))
) STRICT;

CREATE INDEX consent_event_contact ON consent_event (contact_id);

CREATE TRIGGER consent_event_no_update BEFORE UPDATE ON consent_event
BEGIN SELECT RAISE(ABORT, 'consent_event is append-only'); END;

CREATE TRIGGER consent_event_no_delete BEFORE DELETE ON consent_event
BEGIN SELECT RAISE(ABORT, 'consent_event is append-only'); END;

-- The words that came with an event: proof, and personal.
CREATE TABLE consent_evidence (
  sequence INTEGER PRIMARY KEY REFERENCES consent_event (sequence),
  source TEXT NOT NULL,
  evidence TEXT
) STRICT;

-- The newest event of each subject and scope: a view of the history, kept because every admission asks it. repeated_at is when the same
-- was last said again, which is not an event of its own.
CREATE TABLE consent_flag (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  subject TEXT NOT NULL,
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  repeated_at INTEGER NOT NULL,
  PRIMARY KEY (contact_id, subject, scope)
) STRICT, WITHOUT ROWID;

-- When the customer last wrote: the service window. The provider tells when a free-entry-point window ends.
CREATE TABLE service_window (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  sender_id TEXT NOT NULL REFERENCES sender (id),
  last_inbound_at INTEGER NOT NULL,
  free_entry_until INTEGER,
  PRIMARY KEY (contact_id, sender_id)
) STRICT, WITHOUT ROWID;

-- Templates. Content never changes in place: a new version is a new row, because messages point at the one they were admitted with.
CREATE TABLE template (
  id TEXT PRIMARY KEY,
  sender_id TEXT NOT NULL REFERENCES sender (id),
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category IN ('marketing', 'utility', 'authentication')),
  status TEXT NOT NULL CHECK (status IN ('approved', 'pending', 'rejected', 'paused', 'disabled')),
  parameter_format TEXT NOT NULL CHECK (parameter_format IN ('named', 'positional')),
  parameters TEXT NOT NULL,
  components TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  replaced_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX template_current ON template (sender_id, name, language) WHERE replaced_at IS NULL;

CREATE TRIGGER template_no_update
BEFORE UPDATE OF id, sender_id, name, language, category, status, parameter_format, parameters, components, content_hash, added_at ON template
BEGIN SELECT RAISE(ABORT, 'template never changes'); END;

-- Price cards. A card is whole and never changes; a corrected one replaces it. Charges name the row that they used.
CREATE TABLE price_book (
  id TEXT PRIMARY KEY,
  currency TEXT NOT NULL,
  effective_from TEXT NOT NULL,
  source TEXT NOT NULL,
  digest TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  replaced_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX price_book_current ON price_book (currency, effective_from) WHERE replaced_at IS NULL;

CREATE TRIGGER price_book_no_update BEFORE UPDATE OF id, currency, effective_from, source, digest, added_at ON price_book
BEGIN SELECT RAISE(ABORT, 'price_book never changes'); END;

-- Programs keep the cards that they have read for as long as the number of cards is the same.
CREATE TRIGGER price_book_no_delete BEFORE DELETE ON price_book
BEGIN SELECT RAISE(ABORT, 'price_book is append-only'); END;

-- tier_to: the last message of the tier; NULL for no upper end. tier_end says which of the two NULLs it is: none, or not known.
CREATE TABLE price (
  id INTEGER PRIMARY KEY,
  book_id TEXT NOT NULL REFERENCES price_book (id),
  market TEXT NOT NULL,
  category TEXT NOT NULL,
  tier_from INTEGER NOT NULL,
  tier_to INTEGER,
  tier_end TEXT NOT NULL CHECK (tier_end IN ('max', 'at', 'unknown')),
  rate INTEGER NOT NULL CHECK (rate >= 0),
  UNIQUE (book_id, market, category, tier_from),
  CHECK ((tier_to IS NOT NULL) = (tier_end = 'at'))
) STRICT;

CREATE TRIGGER price_no_update BEFORE UPDATE ON price
BEGIN SELECT RAISE(ABORT, 'price is append-only'); END;

CREATE TRIGGER price_no_delete BEFORE DELETE ON price
BEGIN SELECT RAISE(ABORT, 'price is append-only'); END;

CREATE TABLE budget (
  id TEXT PRIMARY KEY,
  sender_id TEXT NOT NULL REFERENCES sender (id),
  period TEXT NOT NULL CHECK (period IN ('day', 'month', 'campaign')),
  cap INTEGER NOT NULL CHECK (cap >= 0),
  currency TEXT NOT NULL,
  category TEXT,
  cost_center TEXT,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX budget_current ON budget (sender_id, period, ifnull(category, ''), ifnull(cost_center, '')) WHERE removed_at IS NULL;

CREATE TABLE campaign (
  id TEXT PRIMARY KEY,
  sender_id TEXT NOT NULL REFERENCES sender (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (sender_id, name)
) STRICT, WITHOUT ROWID;

-- One reading of a file under a campaign.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  campaign_id TEXT NOT NULL REFERENCES campaign (id),
  started_at INTEGER NOT NULL
) STRICT;

-- What the meter can be asked by; '' stands for none. Buckets never change, their counters do.
CREATE TABLE bucket (
  id INTEGER PRIMARY KEY,
  day TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id),
  sender_id TEXT NOT NULL REFERENCES sender (id),
  market TEXT NOT NULL,
  category TEXT NOT NULL,
  pricing_type TEXT NOT NULL,
  currency TEXT NOT NULL,
  template TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  cost_center TEXT NOT NULL
) STRICT;

-- Sender and day first: reports and budgets ask for a sender's days.
CREATE UNIQUE INDEX bucket_key
  ON bucket (sender_id, day, campaign_id, category, market, template, cost_center, pricing_type, currency);

-- A campaign's budget asks for its buckets on all days.
CREATE INDEX bucket_campaign ON bucket (campaign_id) WHERE campaign_id <> '';

CREATE TRIGGER bucket_no_update BEFORE UPDATE ON bucket
BEGIN SELECT RAISE(ABORT, 'bucket never changes'); END;

CREATE TABLE counter (
  bucket_id INTEGER PRIMARY KEY REFERENCES bucket (id),
  units INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  billable_units INTEGER NOT NULL,
  free_units INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  charged INTEGER NOT NULL,
  adjusted INTEGER NOT NULL,
  committed INTEGER NOT NULL
) STRICT;

-- Ids rise with time, so rows arrive in the order of their key. The columns from attempt on are those of the newest request.
-- OR and not IN, here and in the ledger, in checks and in indexes: for a list of three or more SQLite builds a temporary table at every single write, which
-- is two thirds of what an update of a state takes (24 to 28 against 9 microseconds, measured).
CREATE TABLE message (
  id TEXT PRIMARY KEY,
  sender_id TEXT NOT NULL REFERENCES sender (id),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  template_id TEXT REFERENCES template (id),
  campaign_id TEXT REFERENCES campaign (id),
  run_id INTEGER REFERENCES run (id),
  key BLOB,
  fingerprint BLOB NOT NULL,
  category TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state = 'queued' OR state = 'scheduled' OR state = 'sending' OR state = 'accepted' OR state = 'sent' OR state = 'delivered' OR state = 'read'
    OR state = 'failed' OR state = 'expired' OR state = 'cancelled' OR state = 'unknown'
  ),
  reason TEXT,
  price INTEGER NOT NULL CHECK (price >= 0),
  held INTEGER NOT NULL CHECK (held >= 0),
  hold_bucket_id INTEGER NOT NULL REFERENCES bucket (id),
  not_before INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  worker_id TEXT,
  gate_sequence INTEGER,
  provider_id TEXT
) STRICT, WITHOUT ROWID;

-- Keys of one campaign begin alike, and go on with when their person was added, which is mostly the order of a file: inserts stay close together.
CREATE UNIQUE INDEX message_key ON message (sender_id, key) WHERE key IS NOT NULL;
CREATE INDEX message_outbox ON message (sender_id, campaign_id, not_before, id) WHERE state = 'queued';
CREATE INDEX message_in_flight ON message (worker_id) WHERE state = 'sending';
CREATE INDEX message_silent ON message (expires_at) WHERE state = 'accepted' OR state = 'sent' OR state = 'unknown';
CREATE INDEX message_open ON message (contact_id) WHERE state = 'queued' OR state = 'scheduled' OR state = 'sending';

-- Parameters as JSON, or the text of a free-form message: the only place where content is kept.
CREATE TABLE message_content (
  message_id TEXT PRIMARY KEY REFERENCES message (id),
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE message_tag (
  message_id TEXT NOT NULL REFERENCES message (id),
  tag TEXT NOT NULL,
  PRIMARY KEY (message_id, tag)
) STRICT, WITHOUT ROWID;

-- The ledger. held and posted are changes; bucket is where the event counts, hold_bucket where the reservation was made.
CREATE TABLE ledger (
  sequence INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES message (id),
  attempt INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'reservation' OR kind = 'charge' OR kind = 'release' OR kind = 'repricing' OR kind = 'adjustment'),
  bucket_id INTEGER NOT NULL REFERENCES bucket (id),
  hold_bucket_id INTEGER NOT NULL REFERENCES bucket (id),
  held INTEGER NOT NULL,
  posted INTEGER NOT NULL,
  event_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  books_month TEXT NOT NULL,
  cause TEXT CHECK (cause = 'rejected' OR cause = 'failed' OR cause = 'cancelled' OR cause = 'expired'),
  price_id INTEGER REFERENCES price (id),
  rule TEXT,
  provider_type TEXT,
  provider_category TEXT,
  CHECK ((cause IS NOT NULL) = (kind = 'release'))
) STRICT;

-- One reservation and one charge or release per request, whatever is reported how often.
CREATE UNIQUE INDEX ledger_once ON ledger (message_id, attempt, kind) WHERE kind = 'reservation' OR kind = 'charge' OR kind = 'release';

-- The few others: with both, the entries of one message are found without a scan, and the usual ones pay for one index only.
CREATE INDEX ledger_corrections ON ledger (message_id) WHERE kind = 'repricing' OR kind = 'adjustment';

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
