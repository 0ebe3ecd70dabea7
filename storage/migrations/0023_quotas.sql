-- What may be done only so often, such as publishing in a channel: each use counts, also after a restart.
CREATE TABLE quota_use (
    name TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX quota_use_by_name ON quota_use (name, at);
