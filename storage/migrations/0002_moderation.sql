-- Moderators keep the record: the audit trail, members, drafts, dialogues, questions without answers,
-- and what is to be sent.

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL UNIQUE,
    actor TEXT NOT NULL,
    chat TEXT,
    action TEXT NOT NULL,
    story_id INTEGER,
    subject TEXT NOT NULL,
    before TEXT,
    after TEXT,
    reason TEXT,
    revisions TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_actor ON audit (actor, id);

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is append-only');
END;

CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is append-only');
END;

-- Which entry of the trail made a revision; none for those from before there was a trail.
ALTER TABLE revision ADD COLUMN audit_id INTEGER;
-- With the number in it, the last revision up to a moment is one step from the end of a range.
DROP INDEX revision_by_moment;
CREATE INDEX revision_by_moment ON revision (fact_id, at, number);

-- An entity that was found to be another: what names it by its ref means that other from then on.
ALTER TABLE entity ADD COLUMN merged_into INTEGER REFERENCES entity (id);
CREATE INDEX entity_merged ON entity (merged_into) WHERE merged_into IS NOT NULL;

CREATE TRIGGER entity_is_kept BEFORE DELETE ON entity
BEGIN
    SELECT RAISE (ABORT, 'entities are never deleted: merge them');
END;

CREATE TRIGGER source_is_kept BEFORE DELETE ON source
BEGIN
    SELECT RAISE (ABORT, 'sources are never deleted');
END;

-- Moderators; those whom the settings name as owners stand in no table. Without a story: of all stories.
CREATE TABLE member (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    story_id INTEGER REFERENCES story (id),
    handle TEXT,
    name TEXT,
    appointed_at TEXT NOT NULL,
    dismissed_at TEXT
);
CREATE UNIQUE INDEX member_once ON member (address, coalesce(story_id, 0)) WHERE dismissed_at IS NULL;

-- Proposed facts; whoever proposed one is forgotten on request, the draft is not.
CREATE TABLE draft (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    kind TEXT NOT NULL CHECK (kind IN ('suggestion', 'own')),
    change TEXT NOT NULL,
    proposer TEXT,
    chat TEXT,
    language TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'rejected', 'merged', 'edited')),
    decided_at TEXT,
    decided_by TEXT,
    reason TEXT,
    fact_id INTEGER REFERENCES fact (id),
    told INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX draft_untold ON draft (id) WHERE state <> 'waiting' AND told = 0;
CREATE INDEX draft_waiting ON draft (story_id, id) WHERE state = 'waiting';
CREATE INDEX draft_by_proposer ON draft (proposer) WHERE proposer IS NOT NULL;

-- One open dialogue for each person in each chat. AUTOINCREMENT: an old button never meets a new dialogue.
CREATE TABLE dialogue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat TEXT NOT NULL,
    person TEXT NOT NULL,
    command TEXT NOT NULL,
    state TEXT NOT NULL,
    turn INTEGER NOT NULL DEFAULT 1,
    touched_at TEXT NOT NULL,
    UNIQUE (chat, person)
);

-- Questions that found nothing, by the words that they turn on; who asked is known only of those in `asker`.
CREATE TABLE question (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    asked INTEGER NOT NULL DEFAULT 1,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    answered_at TEXT,
    fact_id INTEGER REFERENCES fact (id),
    UNIQUE (story_id, key)
);
CREATE INDEX question_open ON question (story_id, asked DESC, id) WHERE answered_at IS NULL;

CREATE TABLE asker (
    question_id INTEGER NOT NULL REFERENCES question (id),
    chat TEXT NOT NULL,
    person TEXT NOT NULL,
    language TEXT NOT NULL,
    PRIMARY KEY (question_id, chat, person)
);
CREATE INDEX asker_by_person ON asker (person);

-- What is to be sent to a chat without being asked; `reply` is a whole reply (JSON).
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    chat TEXT NOT NULL,
    reply TEXT NOT NULL,
    made_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'given up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT
);
CREATE INDEX delivery_open ON delivery (chat, id) WHERE state IN ('due', 'sending');

-- How far in the trail those have come who act on changes after they were made.
CREATE TABLE progress (
    name TEXT PRIMARY KEY,
    audit_id INTEGER NOT NULL
);
