-- What is being sent is claimed by one process for the length of a lease, and one process at a time has a role.
-- A process of an earlier version claims without a lease, and resets what others are sending: the checks below
-- refuse both, so that it stops to send as soon as this file has been brought up to date beside it.

CREATE TABLE new_delivery (
    notice_id INTEGER NOT NULL,
    listener_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'due'
        CHECK (state = 'due' OR state IN ('held', 'sending', 'sent', 'failed', 'given up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    message INTEGER,
    changed_at TEXT,
    sender TEXT,
    lease_until TEXT,
    PRIMARY KEY (notice_id, listener_id),
    CONSTRAINT sent_under_a_lease CHECK (
        (state <> 'sending' AND sender IS NULL AND lease_until IS NULL)
        OR (state = 'sending' AND sender IS NOT NULL AND lease_until IS NOT NULL)
    )
) WITHOUT ROWID;
-- What was being sent is free: no process of the earlier version finishes it.
INSERT INTO new_delivery (notice_id, listener_id, state, attempts, error, message, changed_at)
SELECT notice_id, listener_id, CASE WHEN state = 'sending' THEN 'due' ELSE state END, attempts, error, message, changed_at
FROM delivery;
DROP TABLE delivery;
ALTER TABLE new_delivery RENAME TO delivery;
CREATE INDEX delivery_held ON delivery (listener_id, notice_id) WHERE state = 'held';
CREATE INDEX delivery_failed ON delivery (changed_at) WHERE state = 'failed';
CREATE INDEX delivery_sending ON delivery (listener_id) WHERE state = 'sending';
CREATE INDEX delivery_given_up ON delivery (listener_id, notice_id) WHERE state = 'given up';

-- `changed_at` of a correction that was sent is NULL once the message shows something else: it does not count.
CREATE TABLE new_amendment (
    chat TEXT NOT NULL,
    message INTEGER NOT NULL,
    notice_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'failed', 'given up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    changed_at TEXT,
    sender TEXT,
    lease_until TEXT,
    PRIMARY KEY (chat, message, notice_id),
    CONSTRAINT corrected_under_a_lease CHECK (
        (state <> 'sending' AND sender IS NULL AND lease_until IS NULL)
        OR (state = 'sending' AND sender IS NOT NULL AND lease_until IS NOT NULL)
    )
) WITHOUT ROWID;
INSERT INTO new_amendment (chat, message, notice_id, state, attempts, error, changed_at)
SELECT
    a.chat, a.message, a.notice_id,
    CASE WHEN a.state = 'sending' THEN 'due' ELSE a.state END,
    a.attempts, a.error,
    CASE
        WHEN a.state = 'sent' AND a.changed_at < (
            SELECT s.at FROM said s WHERE s.chat = a.chat AND s.message = a.message
        ) THEN NULL
        ELSE a.changed_at
    END
FROM amendment a;
DROP TABLE amendment;
ALTER TABLE new_amendment RENAME TO amendment;
CREATE INDEX amendment_open ON amendment (notice_id) WHERE state IN ('due', 'sending', 'failed');
CREATE INDEX amendment_sending ON amendment (chat, message) WHERE state = 'sending';

-- A role that one process at a time has: `holder` is the process ('': nobody), `byte` what it keeps locked while it lives.
CREATE TABLE role_lease (
    role TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until TEXT NOT NULL,
    byte INTEGER
);

-- The moment that the clock told when an entry of the trail was made, where the entry's own had to be a later one.
CREATE TABLE audit_clock (
    audit_id INTEGER PRIMARY KEY REFERENCES audit (id),
    at TEXT NOT NULL
);
