-- The processes that serve the record: each shows until when it lives, how Telegram's updates come to it ('': not at all),
-- and by how many seconds its machine's clock is before that of the database's server. `byte` is what it keeps locked.
CREATE TABLE process (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    telegram TEXT NOT NULL CHECK (telegram IN ('', 'polling', 'webhook')),
    ahead REAL NOT NULL,
    until TEXT NOT NULL,
    byte INTEGER
);
