-- What a person was last told of in a chat, by ids alone, so that "and when?" is understood for ten minutes.
CREATE TABLE spoken_of (
    chat TEXT NOT NULL,
    topic INTEGER NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    story_id INTEGER NOT NULL REFERENCES story (id),
    kind TEXT NOT NULL,
    facts TEXT NOT NULL,
    names TEXT NOT NULL,
    PRIMARY KEY (chat, topic, person)
) WITHOUT ROWID;
CREATE INDEX spoken_of_by_moment ON spoken_of (at);

-- A private story answers only where it is in use; new chats begin with the one that is the default.
ALTER TABLE story ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
ALTER TABLE story ADD COLUMN is_default INTEGER NOT NULL DEFAULT 0;
