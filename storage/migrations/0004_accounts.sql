-- One person on several platforms: accounts that act as a person, and the codes by which they are linked.

-- An account that acts as the person whose own account is `person`. That one stands in no row: it is nobody else's.
CREATE TABLE account (
    address TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    linked_at TEXT NOT NULL,
    CHECK (address <> person)
);
CREATE INDEX account_by_person ON account (person);

-- The code that a person was given last, by its digest; `on_trail` is whether the link is to stand in the trail.
CREATE TABLE link_code (
    digest TEXT PRIMARY KEY,
    person TEXT NOT NULL UNIQUE,
    on_trail INTEGER NOT NULL,
    expires_at TEXT NOT NULL
);
