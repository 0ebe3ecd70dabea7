-- The trail's hashes cover salted digests of texts, not the texts: what must not be kept can be taken down, and the
-- chain still holds. Each text has a random salt of its own, which goes with it; its digest then takes the text's place.
DROP TRIGGER audit_is_final;

ALTER TABLE audit ADD COLUMN before_salt BLOB;
ALTER TABLE audit ADD COLUMN after_salt BLOB;
ALTER TABLE audit ADD COLUMN reason_salt BLOB;
ALTER TABLE audit ADD COLUMN before_digest BLOB;
ALTER TABLE audit ADD COLUMN after_digest BLOB;
ALTER TABLE audit ADD COLUMN reason_digest BLOB;

-- A revision's state may be taken down. SQLite cannot take NOT NULL from a column.
CREATE TABLE revision_salted (
    fact_id INTEGER NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    material INTEGER NOT NULL,
    state TEXT,
    audit_id INTEGER,
    reason_salt BLOB,
    state_salt BLOB,
    reason_digest BLOB,
    state_digest BLOB,
    PRIMARY KEY (fact_id, number)
);

-- What was taken down: `ref` is the sheet's reference that never comes back. Its entry of the trail says the same.
CREATE TABLE tombstone (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    story_id INTEGER REFERENCES story (id),
    ref TEXT,
    ground TEXT NOT NULL CHECK (ground IN ('safety', 'law', 'privacy')),
    at TEXT NOT NULL,
    audit_id INTEGER NOT NULL REFERENCES audit (id)
);
CREATE INDEX tombstone_by_subject ON tombstone (subject);
CREATE INDEX tombstone_by_ref ON tombstone (story_id, ref) WHERE ref IS NOT NULL;

-- Here the old chain is verified and the rows get their salts: salted_digests.py.
-- data step

DROP TABLE revision;
ALTER TABLE revision_salted RENAME TO revision;
CREATE INDEX revision_by_moment ON revision (fact_id, at, number);

CREATE TRIGGER tombstone_is_kept BEFORE DELETE ON tombstone
BEGIN
    SELECT RAISE (ABORT, 'tombstones are kept');
END;

CREATE TRIGGER tombstone_is_final BEFORE UPDATE ON tombstone
BEGIN
    SELECT RAISE (ABORT, 'tombstones are kept');
END;

CREATE TRIGGER revision_is_kept BEFORE DELETE ON revision
BEGIN
    SELECT RAISE (ABORT, 'revisions are append-only');
END;

-- A text and its salt may go, together, while a digest takes their place; that it is the right one, verifying tells.
CREATE TRIGGER revision_is_final BEFORE UPDATE ON revision
WHEN NOT (
    (NEW.state_digest IS NOT OLD.state_digest OR NEW.reason_digest IS NOT OLD.reason_digest)
    AND (
        (NEW.state IS OLD.state AND NEW.state_salt IS OLD.state_salt AND NEW.state_digest IS OLD.state_digest)
        OR (
            OLD.state IS NOT NULL AND NEW.state IS NULL AND NEW.state_salt IS NULL
            AND length(NEW.state_digest) = 32
        )
    )
    AND (
        (NEW.reason IS OLD.reason AND NEW.reason_salt IS OLD.reason_salt AND NEW.reason_digest IS OLD.reason_digest)
        OR (
            OLD.reason IS NOT NULL AND NEW.reason IS NULL AND NEW.reason_salt IS NULL
            AND length(NEW.reason_digest) = 32
        )
    )
    AND NEW.fact_id IS OLD.fact_id AND NEW.number IS OLD.number AND NEW.at IS OLD.at AND NEW.kind IS OLD.kind
    AND NEW.actor IS OLD.actor AND NEW.material IS OLD.material AND NEW.audit_id IS OLD.audit_id
)
BEGIN
    SELECT RAISE (ABORT, 'revisions are append-only');
END;

CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit
WHEN NOT (
    (
        NEW.before_digest IS NOT OLD.before_digest OR NEW.after_digest IS NOT OLD.after_digest
        OR NEW.reason_digest IS NOT OLD.reason_digest
    )
    AND (
        (NEW.before IS OLD.before AND NEW.before_salt IS OLD.before_salt AND NEW.before_digest IS OLD.before_digest)
        OR (
            OLD.before IS NOT NULL AND NEW.before IS NULL AND NEW.before_salt IS NULL
            AND length(NEW.before_digest) = 32
        )
    )
    AND (
        (NEW.after IS OLD.after AND NEW.after_salt IS OLD.after_salt AND NEW.after_digest IS OLD.after_digest)
        OR (
            OLD.after IS NOT NULL AND NEW.after IS NULL AND NEW.after_salt IS NULL
            AND length(NEW.after_digest) = 32
        )
    )
    AND (
        (NEW.reason IS OLD.reason AND NEW.reason_salt IS OLD.reason_salt AND NEW.reason_digest IS OLD.reason_digest)
        OR (
            OLD.reason IS NOT NULL AND NEW.reason IS NULL AND NEW.reason_salt IS NULL
            AND length(NEW.reason_digest) = 32
        )
    )
    AND NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.actor IS OLD.actor AND NEW.chat IS OLD.chat
    AND NEW.action IS OLD.action AND NEW.story_id IS OLD.story_id AND NEW.subject IS OLD.subject
    AND NEW.revisions IS OLD.revisions AND NEW.previous IS OLD.previous AND NEW.hash IS OLD.hash
)
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is append-only');
END;
