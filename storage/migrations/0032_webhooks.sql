-- Where the changes of a public story are sent to; its listener is the outbox's. What makes a secret is a salt, and a key
-- that is not in this file; `key_check` tells whether that is still the one. The former secret signs too, until a moment.
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    listener_id INTEGER NOT NULL UNIQUE REFERENCES listener (id),
    url TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'paused', 'stopped')),
    reason TEXT,
    made_at TEXT NOT NULL,
    salt TEXT NOT NULL,
    key_check TEXT NOT NULL,
    former_salt TEXT,
    former_check TEXT,
    former_until TEXT
);
CREATE INDEX webhook_of_story ON webhook (story_id, listener_id) WHERE state <> 'stopped';
