-- Subscribers hear of changes: who listens to what and how, the notices, their deliveries, and what was said where.

-- A chat, or one topic of a forum (0: none), that hears of changes, and how it wants to. Times of day are its own.
CREATE TABLE listener (
    id INTEGER PRIMARY KEY,
    chat TEXT NOT NULL,
    topic INTEGER NOT NULL DEFAULT 0,
    cadence TEXT NOT NULL DEFAULT 'at once' CHECK (cadence IN ('at once', 'hourly', 'daily', 'weekly')),
    time TEXT NOT NULL DEFAULT '09:00',
    weekday INTEGER NOT NULL DEFAULT 0,
    zone TEXT NOT NULL DEFAULT 'UTC',
    quiet_from TEXT,
    quiet_until TEXT,
    material_only INTEGER NOT NULL DEFAULT 0,
    silent INTEGER NOT NULL DEFAULT 0,
    words TEXT,
    muted_until TEXT,
    paused TEXT,
    language TEXT NOT NULL DEFAULT 'en',
    open_at TEXT NOT NULL DEFAULT '',
    seen INTEGER NOT NULL DEFAULT 0,
    UNIQUE (chat, topic)
);
-- Those to whom notices may not go before some moment.
CREATE INDEX listener_closed ON listener (open_at) WHERE open_at <> '';

CREATE INDEX listener_paused ON listener (chat) WHERE paused IS NOT NULL;
CREATE INDEX listener_words ON listener (words) WHERE words IS NOT NULL;

-- What a listener listens to: a story, or of it only what names an entity or holds some words.
CREATE TABLE subscription (
    id INTEGER PRIMARY KEY,
    listener_id INTEGER NOT NULL REFERENCES listener (id),
    story_id INTEGER NOT NULL REFERENCES story (id),
    entity_id INTEGER REFERENCES entity (id),
    words TEXT,
    person TEXT,
    made_at TEXT NOT NULL
);
CREATE UNIQUE INDEX subscription_once
    ON subscription (story_id, listener_id, coalesce(entity_id, 0), coalesce(words, ''));
-- All that a fan-out reads of them, in the order in which deliveries are written: it only ever appends.
CREATE INDEX subscription_fan_out ON subscription (story_id, listener_id, entity_id, words);
CREATE INDEX subscription_words ON subscription (story_id, words) WHERE words IS NOT NULL;
CREATE INDEX subscription_of ON subscription (listener_id);
CREATE INDEX subscription_by_person ON subscription (person) WHERE person IS NOT NULL;

-- What is to be told, written with the change that it tells of; `reply` (JSON) where it is ready-made.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    audit_id INTEGER,
    kind TEXT NOT NULL,
    story_id INTEGER,
    fact_id INTEGER,
    revision INTEGER,
    material INTEGER NOT NULL DEFAULT 1,
    made_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    reply TEXT,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'fanned out', 'done', 'dropped')),
    fanned_to INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX notice_open ON notice (state, due_at, id) WHERE state IN ('new', 'fanned out');
CREATE INDEX notice_by_fact ON notice (fact_id, id) WHERE fact_id IS NOT NULL;

-- One notice to one listener. Most are due, then sent: only the others have indexes. What is due is checked for
-- first, outside of the list: that halves the time of a fan-out.
CREATE TABLE new_delivery (
    notice_id INTEGER NOT NULL,
    listener_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'due'
        CHECK (state = 'due' OR state IN ('held', 'sending', 'sent', 'failed', 'given up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    message INTEGER,
    changed_at TEXT,
    PRIMARY KEY (notice_id, listener_id)
) WITHOUT ROWID;

INSERT INTO listener (chat) SELECT DISTINCT chat FROM delivery;
INSERT INTO notice (id, kind, made_at, due_at, reply, state)
SELECT id, 'reply', made_at, made_at, reply, 'fanned out' FROM delivery;
INSERT INTO new_delivery (notice_id, listener_id, state, attempts, error)
SELECT d.id, l.id, d.state, d.attempts, d.error FROM delivery d JOIN listener l ON l.chat = d.chat;
DROP TABLE delivery;
ALTER TABLE new_delivery RENAME TO delivery;
CREATE INDEX delivery_held ON delivery (listener_id, notice_id) WHERE state = 'held';
CREATE INDEX delivery_failed ON delivery (changed_at) WHERE state = 'failed';
CREATE INDEX delivery_sending ON delivery (listener_id) WHERE state = 'sending';
CREATE INDEX delivery_given_up ON delivery (listener_id, notice_id) WHERE state = 'given up';

-- What a message of the bot's said (a reply, compressed), and which facts at which revision it cited.
CREATE TABLE said (
    chat TEXT NOT NULL,
    message INTEGER NOT NULL,
    topic INTEGER NOT NULL DEFAULT 0,
    at TEXT NOT NULL,
    language TEXT NOT NULL,
    reply BLOB,
    PRIMARY KEY (chat, message)
) WITHOUT ROWID;
CREATE INDEX said_by_moment ON said (at);

CREATE TABLE receipt (
    fact_id INTEGER NOT NULL,
    chat TEXT NOT NULL,
    message INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (fact_id, chat, message)
) WITHOUT ROWID;
CREATE INDEX receipt_by_message ON receipt (chat, message);

-- A message of the bot's that must be put right because of a notice.
CREATE TABLE amendment (
    chat TEXT NOT NULL,
    message INTEGER NOT NULL,
    notice_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'failed', 'given up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    changed_at TEXT,
    PRIMARY KEY (chat, message, notice_id)
) WITHOUT ROWID;
CREATE INDEX amendment_open ON amendment (notice_id) WHERE state IN ('due', 'sending', 'failed');
