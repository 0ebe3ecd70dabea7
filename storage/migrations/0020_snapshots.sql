-- Copies of sources as they were fetched: `warc` is the page itself (WARC, gzip), `paragraphs` its text (JSON, zlib),
-- `sketch` what near-copies share. What was taken down is struck out: then there is no page, and some paragraphs are empty.
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    source_id INTEGER REFERENCES source (id),
    at TEXT NOT NULL,
    address TEXT NOT NULL,
    place TEXT,
    media TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    struck INTEGER NOT NULL DEFAULT 0,
    warc BLOB,
    paragraphs BLOB NOT NULL,
    sketch BLOB NOT NULL
);
CREATE INDEX snapshot_by_source ON snapshot (source_id, at, id) WHERE source_id IS NOT NULL;
CREATE INDEX snapshot_by_story ON snapshot (story_id, place, id);
CREATE INDEX snapshot_by_moment ON snapshot (at);
