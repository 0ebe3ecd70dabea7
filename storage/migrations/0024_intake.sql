-- Articles that are taken in, and the drafts that were found in them. A draft may now be one that the program found.
CREATE TABLE draft_of_any_kind (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    kind TEXT NOT NULL CHECK (kind IN ('suggestion', 'own', 'found')),
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
INSERT INTO draft_of_any_kind (id, story_id, kind, change, proposer, chat, language, proposed_at, state,
    decided_at, decided_by, reason, fact_id, told)
SELECT id, story_id, kind, change, proposer, chat, language, proposed_at, state, decided_at, decided_by, reason,
    fact_id, told
FROM draft ORDER BY id;
DROP TABLE draft;
ALTER TABLE draft_of_any_kind RENAME TO draft;
CREATE INDEX draft_untold ON draft (id) WHERE state <> 'waiting' AND told = 0;
CREATE INDEX draft_waiting ON draft (story_id, id) WHERE state = 'waiting';
CREATE INDEX draft_by_proposer ON draft (proposer) WHERE proposer IS NOT NULL;

-- An article on its way onto the record. `address` is where it was asked for, `told` what its reading found (JSON).
CREATE TABLE intake (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    state TEXT NOT NULL CHECK (state IN ('suggested', 'reading', 'ready', 'failed', 'closed')),
    at TEXT NOT NULL,
    address TEXT,
    source_id INTEGER REFERENCES source (id),
    snapshot_id INTEGER,
    told TEXT
);
CREATE INDEX intake_open ON intake (story_id, id) WHERE state <> 'closed';
CREATE INDEX intake_by_source ON intake (source_id, id) WHERE source_id IS NOT NULL;

-- Where a draft was found: offsets in paragraphs of the copy, and who may be its speaker (JSON).
CREATE TABLE found_draft (
    draft_id INTEGER PRIMARY KEY REFERENCES draft (id),
    intake_id INTEGER NOT NULL REFERENCES intake (id),
    tier TEXT NOT NULL CHECK (tier IN ('confident', 'check the speaker', 'possible')),
    marks TEXT NOT NULL
);
CREATE INDEX found_draft_by_intake ON found_draft (intake_id, draft_id);
