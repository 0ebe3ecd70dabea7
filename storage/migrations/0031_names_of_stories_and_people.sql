-- The names that stories had before: links, buttons and sheets that hold them go on to work.
CREATE TABLE story_name (
    name TEXT PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id)
) WITHOUT ROWID;

-- What those who keep the record are called on their platform, as far as they were met.
CREATE TABLE called (
    address TEXT PRIMARY KEY,
    handle TEXT,
    name TEXT
) WITHOUT ROWID;
