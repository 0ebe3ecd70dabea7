-- Feeds that moderators watch. Each is polled once for all who watch it: `next_at` is when, and whoever polls it moves
-- that on before. `place` is its address as addresses are compared.
CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    title TEXT,
    etag TEXT,
    modified TEXT,
    next_at TEXT NOT NULL,
    allowed_until TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since TEXT,
    problem TEXT,
    paused_at TEXT
);
CREATE INDEX feed_next ON feed (next_at, id) WHERE paused_at IS NULL;

-- Digests by which the entries of a feed are known again: an entry is new if it has none of these.
CREATE TABLE feed_key (
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    key TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (feed_id, key)
);

-- Who is offered what a feed names: all of it, or what has some words (folded).
CREATE TABLE watch (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    story_id INTEGER NOT NULL REFERENCES story (id),
    listener_id INTEGER NOT NULL REFERENCES listener (id),
    words TEXT,
    person TEXT NOT NULL,
    language TEXT NOT NULL,
    made_at TEXT NOT NULL,
    stopped_at TEXT
);
CREATE INDEX watch_by_feed ON watch (feed_id, id);
CREATE INDEX watch_by_listener ON watch (listener_id, id);

-- Articles that a watch has brought; `told` tells whether its chat has been offered it.
CREATE TABLE offer (
    id INTEGER PRIMARY KEY,
    watch_id INTEGER NOT NULL REFERENCES watch (id),
    place TEXT NOT NULL,
    address TEXT NOT NULL,
    title TEXT,
    at TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX offer_by_place ON offer (place, watch_id);
CREATE INDEX offer_by_watch ON offer (watch_id, id);
CREATE INDEX offer_untold ON offer (watch_id, id) WHERE told = 0;
