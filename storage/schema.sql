-- The declared schema: what all migrations together must make (checked by a test).
-- Written in the subset that SQLite and PostgreSQL share, except for the triggers and full-text search.
-- Moments are UTC text (2024-01-04T09:30:00.000000Z); dates in the story are EDTF text.

CREATE TABLE story (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    opened_at TEXT NOT NULL
, language TEXT, private INTEGER NOT NULL DEFAULT 0, is_default INTEGER NOT NULL DEFAULT 0, public INTEGER NOT NULL DEFAULT 0, withdrawn_at TEXT);

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    ref TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    title TEXT,
    publisher TEXT,
    author TEXT,
    url TEXT,
    published TEXT,
    note TEXT,
    via_id INTEGER REFERENCES source (id) DEFERRABLE INITIALLY DEFERRED, alike TEXT,
    UNIQUE (story_id, ref),
    CHECK (via_id IS NULL OR via_id <> id)
);
CREATE INDEX source_by_via ON source (via_id) WHERE via_id IS NOT NULL;

CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    ref TEXT NOT NULL,
    kind TEXT,
    name TEXT NOT NULL,
    short TEXT,
    role TEXT,
    role_source_id INTEGER REFERENCES source (id),
    role_locator TEXT, merged_into INTEGER REFERENCES entity (id), article TEXT,
    UNIQUE (story_id, ref),
    CHECK (role IS NULL OR role_source_id IS NOT NULL)
);
-- An entity merged into another: its ref means the other entity from then on.
CREATE INDEX entity_merged ON entity (merged_into) WHERE merged_into IS NOT NULL;
-- For pages of entities in order of id, without sorting all of a story's.
CREATE INDEX entity_by_story ON entity (story_id, id) WHERE merged_into IS NULL;

-- Every folded form by which an entity can be found: rank 0 its name, 1 an alias, 2 one word of either, 3 its role.
CREATE TABLE entity_name (
    entity_id INTEGER NOT NULL REFERENCES entity (id),
    folded TEXT NOT NULL,
    rank INTEGER NOT NULL,
    spelling TEXT NOT NULL,
    story_id INTEGER NOT NULL REFERENCES story (id),
    PRIMARY KEY (entity_id, folded)
);
CREATE INDEX entity_name_by_folded ON entity_name (story_id, folded, rank, entity_id);

CREATE TABLE fact (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    ref TEXT NOT NULL,
    statement TEXT NOT NULL CHECK (statement <> ''),
    occurred TEXT,
    occasion TEXT,
    date_note TEXT,
    earliest TEXT,
    latest TEXT,
    lasting INTEGER,
    superseded_by INTEGER REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    retracted TEXT,
    revision INTEGER NOT NULL DEFAULT 1, brief TEXT,
    UNIQUE (story_id, ref),
    CHECK (superseded_by IS NULL OR superseded_by <> id)
);
-- `lasting` tells days (0) from months, years and longer spans (1, 2, 3): so a range looks back no further than it must.
CREATE INDEX fact_by_date ON fact (story_id, lasting, earliest, id, latest);
CREATE INDEX fact_by_story ON fact (story_id, id);
CREATE INDEX fact_in_force ON fact (story_id, id) WHERE superseded_by IS NULL AND retracted IS NULL;
CREATE INDEX fact_by_successor ON fact (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TABLE attribution (
    fact_id INTEGER NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    speaker_id INTEGER REFERENCES entity (id),
    cue TEXT,
    stance TEXT NOT NULL,
    source_id INTEGER NOT NULL REFERENCES source (id),
    locator TEXT,
    quote TEXT,
    said TEXT, independent INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (fact_id, position)
);
CREATE INDEX attribution_by_source ON attribution (source_id, fact_id);
-- The facts with more than one attribution.
CREATE INDEX attribution_second ON attribution (fact_id, position) WHERE position = 2;

CREATE TABLE figure (
    fact_id INTEGER NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    story_id INTEGER NOT NULL REFERENCES story (id),
    amount REAL,
    upper REAL,
    words TEXT,
    qualifier TEXT,
    counts TEXT NOT NULL,
    measure TEXT,
    PRIMARY KEY (fact_id, position),
    CHECK (amount IS NOT NULL OR words IS NOT NULL)
);
CREATE INDEX figure_by_story ON figure (story_id, fact_id);

-- Which entities a fact names, and as what: speaker, place or about.
CREATE TABLE mention (
    fact_id INTEGER NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    part TEXT NOT NULL,
    position INTEGER NOT NULL,
    entity_id INTEGER NOT NULL REFERENCES entity (id),
    PRIMARY KEY (fact_id, part, position)
);
CREATE INDEX mention_by_entity ON mention (entity_id, part, fact_id);

CREATE TABLE relation (
    fact_id INTEGER NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    kind TEXT NOT NULL CHECK (kind IN ('contradicts', 'supports')),
    other_id INTEGER NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    about TEXT,
    source_id INTEGER REFERENCES source (id),
    locator TEXT,
    added_at TEXT NOT NULL,
    ended_at TEXT, part TEXT,
    PRIMARY KEY (fact_id, kind, other_id, added_at),
    CHECK (fact_id <> other_id)
);
CREATE INDEX relation_by_other ON relation (other_id, kind, fact_id);
CREATE INDEX relation_in_force ON relation (kind, fact_id, other_id) WHERE ended_at IS NULL;

CREATE TABLE "revision" (
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
-- `audit_id` names the entry of the trail that made a revision; none for those from before there was a trail.
-- With the number in it, the last revision up to a moment is one step from the end of a range.
CREATE INDEX revision_by_moment ON revision (fact_id, at, number);
-- What was done to facts after they came on record, by its moment: /corrections shows the newest first.
CREATE INDEX revision_changing ON revision (at, fact_id, number)
WHERE kind IN ('corrected', 'superseded', 'retracted', 'restored', 'taken down');
-- Changes in the order in which they became known (storage/trail/stream.py).
CREATE INDEX revision_by_entry ON revision (audit_id, fact_id, number);

-- The facts that summarise a story in a few lines (/about), in order.
CREATE TABLE lead (
    story_id INTEGER NOT NULL REFERENCES story (id),
    position INTEGER NOT NULL,
    fact_id INTEGER NOT NULL REFERENCES fact (id),
    PRIMARY KEY (story_id, position)
);

-- The story a chat has in use.
CREATE TABLE chat (
    address TEXT PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id)
);

-- Commands too long for a button's 64 bytes, by digest; those with a moment are deleted then.
CREATE TABLE button (
    digest TEXT PRIMARY KEY,
    command TEXT NOT NULL
, until TEXT);
CREATE INDEX button_until ON button (until) WHERE until IS NOT NULL;

-- No fact without an attribution. Attributions are therefore written before their fact.
CREATE TRIGGER fact_needs_attribution BEFORE INSERT ON fact
WHEN NOT EXISTS (SELECT 1 FROM attribution WHERE fact_id = NEW.id)
BEGIN
    SELECT RAISE (ABORT, 'a fact needs an attribution');
END;

CREATE TRIGGER fact_keeps_attribution BEFORE DELETE ON attribution
WHEN EXISTS (SELECT 1 FROM fact WHERE id = OLD.fact_id)
    AND NOT EXISTS (SELECT 1 FROM attribution WHERE fact_id = OLD.fact_id AND position <> OLD.position)
BEGIN
    SELECT RAISE (ABORT, 'a fact keeps at least one attribution');
END;

CREATE TRIGGER attribution_stays_with_fact BEFORE UPDATE OF fact_id ON attribution
BEGIN
    SELECT RAISE (ABORT, 'an attribution stays with its fact');
END;

-- Nothing that was on record is ever lost.
CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact
BEGIN
    SELECT RAISE (ABORT, 'facts are never deleted: retract them');
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

-- The audit trail of all changes: entries chained by hashes (storage/trail/audit.py).
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
, before_salt BLOB, after_salt BLOB, reason_salt BLOB, before_digest BLOB, after_digest BLOB, reason_digest BLOB);
-- Hashes cover salted digests of texts (storage/trail/digests.py). A text that was taken down goes with its salt, and
-- leaves its digest.
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_story ON audit (story_id, id);
CREATE INDEX audit_imported ON audit (id) WHERE action = 'imported';

-- The moment that the clock told when an entry of the trail was made, where the entry's own had to be a later one.
CREATE TABLE audit_clock (
    audit_id INTEGER PRIMARY KEY REFERENCES audit (id),
    at TEXT NOT NULL
);

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is append-only');
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

CREATE TRIGGER tombstone_is_kept BEFORE DELETE ON tombstone
BEGIN
    SELECT RAISE (ABORT, 'tombstones are kept');
END;

CREATE TRIGGER tombstone_is_final BEFORE UPDATE ON tombstone
BEGIN
    SELECT RAISE (ABORT, 'tombstones are kept');
END;

CREATE TRIGGER entity_is_kept BEFORE DELETE ON entity
BEGIN
    SELECT RAISE (ABORT, 'entities are never deleted: merge them');
END;

CREATE TRIGGER source_is_kept BEFORE DELETE ON source
BEGIN
    SELECT RAISE (ABORT, 'sources are never deleted');
END;

-- Moderators; owners are in the settings, in no table. Without a story: of all stories.
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

-- Proposed facts; the proposer is forgotten on request, the draft is not.
CREATE TABLE "draft" (
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
, announced INTEGER NOT NULL DEFAULT 0);
CREATE INDEX draft_untold ON draft (id) WHERE state <> 'waiting' AND told = 0;
CREATE INDEX draft_waiting ON draft (story_id, id) WHERE state = 'waiting';
CREATE INDEX draft_by_proposer ON draft (proposer) WHERE proposer IS NOT NULL;
CREATE INDEX draft_unannounced ON draft (id) WHERE state = 'waiting' AND announced = 0 AND kind <> 'found';

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

-- One open dialogue for each person in each chat, and those set aside. AUTOINCREMENT: an old button never meets a
-- new dialogue.
CREATE TABLE "dialogue" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat TEXT NOT NULL,
    person TEXT NOT NULL,
    command TEXT NOT NULL,
    state TEXT NOT NULL,
    turn INTEGER NOT NULL DEFAULT 1,
    touched_at TEXT NOT NULL,
    aside INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX dialogue_open ON dialogue (chat, person) WHERE aside = 0;

-- Questions that found nothing, by their key words; only askers in `asker` are known.
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

-- The position in the trail of each process that acts on changes after they were made.
CREATE TABLE progress (
    name TEXT PRIMARY KEY,
    audit_id INTEGER NOT NULL
);

-- A chat, or one topic of a forum (0: none), that hears of changes, and how it wants to. Times of day are its own.
CREATE TABLE listener (
    id INTEGER PRIMARY KEY,
    chat TEXT NOT NULL,
    topic INTEGER NOT NULL DEFAULT 0,
    cadence TEXT NOT NULL DEFAULT 'at once' CHECK (cadence IN ('at once', 'hourly', 'daily', 'weekly')),
    time TEXT NOT NULL DEFAULT '09:00',
    weekday INTEGER NOT NULL DEFAULT 0,
    zone TEXT NOT NULL DEFAULT 'UTC',
    quiet_from TEXT,
    quiet_until TEXT,
    material_only INTEGER NOT NULL DEFAULT 0,
    silent INTEGER NOT NULL DEFAULT 0,
    words TEXT,
    muted_until TEXT,
    paused TEXT,
    language TEXT NOT NULL DEFAULT 'en',
    open_at TEXT NOT NULL DEFAULT '',
    seen INTEGER NOT NULL DEFAULT 0, paused_at TEXT, refusal_told INTEGER NOT NULL DEFAULT 0,
    UNIQUE (chat, topic)
);
-- Listeners to whom notices may not be sent before some moment.
CREATE INDEX listener_closed ON listener (open_at) WHERE open_at <> '';
-- Chats that take no messages, of which whoever subscribed does not know yet.
CREATE INDEX listener_refusing ON listener (paused_at) WHERE paused_at IS NOT NULL AND refusal_told = 0;

CREATE INDEX listener_paused ON listener (chat) WHERE paused IS NOT NULL;
CREATE INDEX listener_words ON listener (words) WHERE words IS NOT NULL;

-- A listener's topic: a story, or only its facts that name an entity or hold some words.
CREATE TABLE subscription (
    id INTEGER PRIMARY KEY,
    listener_id INTEGER NOT NULL REFERENCES listener (id),
    story_id INTEGER NOT NULL REFERENCES story (id),
    entity_id INTEGER REFERENCES entity (id),
    words TEXT,
    person TEXT,
    made_at TEXT NOT NULL
);
CREATE UNIQUE INDEX subscription_once
    ON subscription (story_id, listener_id, coalesce(entity_id, 0), coalesce(words, ''));
-- All columns that a fan-out reads, in the order in which deliveries are written: it only appends.
CREATE INDEX subscription_fan_out ON subscription (story_id, listener_id, entity_id, words);
CREATE INDEX subscription_words ON subscription (story_id, words) WHERE words IS NOT NULL;
CREATE INDEX subscription_of ON subscription (listener_id);
CREATE INDEX subscription_by_person ON subscription (person) WHERE person IS NOT NULL;

-- Notices, written with the change that they describe; `reply` (JSON) if the notice is ready-made. Those of one
-- short time are let go together (`released_at`); an `urgent` one does not wait for others.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    audit_id INTEGER,
    kind TEXT NOT NULL,
    story_id INTEGER,
    fact_id INTEGER,
    revision INTEGER,
    material INTEGER NOT NULL DEFAULT 1,
    made_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    reply TEXT,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'fanned out', 'done', 'dropped')),
    fanned_to INTEGER NOT NULL DEFAULT 0
, urgent INTEGER NOT NULL DEFAULT 0, released_at TEXT);
CREATE INDEX notice_open ON notice (state, due_at, id) WHERE state IN ('new', 'fanned out');
CREATE INDEX notice_released ON notice (released_at) WHERE released_at IS NOT NULL;
CREATE INDEX notice_by_fact ON notice (fact_id, id) WHERE fact_id IS NOT NULL;
-- New facts that were held: what they brought became known when their notice was due.
CREATE INDEX notice_held ON notice (due_at, id) WHERE kind = 'published' AND due_at > made_at;
CREATE INDEX notice_held_entry ON notice (audit_id) WHERE kind = 'published' AND due_at > made_at;

-- One notice to one listener. Most are due, then sent: only the others have indexes. What is due is checked for
-- first, outside of the list: that halves the time of a fan-out. What is being sent is claimed: `sender` is a random id of
-- the process, and after `lease_until` others may claim it.
CREATE TABLE "delivery" (
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
CREATE INDEX delivery_held ON delivery (listener_id, notice_id) WHERE state = 'held';
CREATE INDEX delivery_failed ON delivery (changed_at) WHERE state = 'failed';
CREATE INDEX delivery_sending ON delivery (listener_id) WHERE state = 'sending';
CREATE INDEX delivery_given_up ON delivery (listener_id, notice_id) WHERE state = 'given up';

-- The content of a sent message (a reply, compressed), and the facts that it cited, by revision. What is `fixed` stays
-- as it is when the fact is corrected: the message shows what was (a history), or of the fact only its source.
CREATE TABLE said (
    chat TEXT NOT NULL,
    message INTEGER NOT NULL,
    topic INTEGER NOT NULL DEFAULT 0,
    at TEXT NOT NULL,
    language TEXT NOT NULL,
    reply BLOB,
    PRIMARY KEY (chat, message)
) WITHOUT ROWID;
CREATE INDEX said_by_moment ON said (at);

CREATE TABLE receipt (
    fact_id INTEGER NOT NULL,
    chat TEXT NOT NULL,
    message INTEGER NOT NULL,
    revision INTEGER NOT NULL, fixed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (fact_id, chat, message)
) WITHOUT ROWID;
CREATE INDEX receipt_by_message ON receipt (chat, message);

-- A sent message to correct because of a notice; of several in a chat, one `tells` of it. `changed_at` of a correction
-- that was sent is NULL once the message shows something else: it does not count.
CREATE TABLE "amendment" (
    chat TEXT NOT NULL,
    message INTEGER NOT NULL,
    notice_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'failed', 'given up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    changed_at TEXT,
    sender TEXT,
    lease_until TEXT, tells INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat, message, notice_id),
    CONSTRAINT corrected_under_a_lease CHECK (
        (state <> 'sending' AND sender IS NULL AND lease_until IS NULL)
        OR (state = 'sending' AND sender IS NOT NULL AND lease_until IS NOT NULL)
    )
) WITHOUT ROWID;
CREATE INDEX amendment_open ON amendment (notice_id) WHERE state IN ('due', 'sending', 'failed');
CREATE INDEX amendment_sending ON amendment (chat, message) WHERE state = 'sending';

-- A role that one process at a time has: `holder` is the process ('': nobody), `byte` what it keeps locked while it lives.
CREATE TABLE role_lease (
    role TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until TEXT NOT NULL,
    byte INTEGER
);

-- An account that acts as the person whose own account is `person`. The own account has no row.
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

-- What /what, /ask and search look through; its rowid is the fact's id, `story` one word that marks the story.
CREATE VIRTUAL TABLE fact_text USING fts5 (
    statement,
    context,
    story,
    tokenize = "porter unicode61 remove_diacritics 0 categories 'L* N* M* C*'"
);

-- What every request looks up is kept in memory: a chat's story, the person behind an account, moderators, paused chats.
-- This number tells every process when to look again; all else that is kept there changes only with the audit trail.
CREATE TABLE lookup_version (
    number INTEGER NOT NULL
, alike INTEGER NOT NULL DEFAULT 0);
INSERT INTO lookup_version VALUES (0, 0);

CREATE TRIGGER member_appointed AFTER INSERT ON member BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER member_changed AFTER UPDATE ON member BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER story_opened AFTER INSERT ON story BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER story_changed AFTER UPDATE ON story BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER account_linked AFTER INSERT ON account BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER account_changed AFTER UPDATE ON account BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER account_unlinked AFTER DELETE ON account BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER chat_chose_story AFTER INSERT ON chat BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER chat_changed_story AFTER UPDATE ON chat BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER chat_forgotten AFTER DELETE ON chat BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_made_paused AFTER INSERT ON listener WHEN new.paused IS NOT NULL
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_paused_or_resumed AFTER UPDATE OF paused, chat ON listener
WHEN new.paused IS NOT old.paused OR (new.chat IS NOT old.chat AND new.paused IS NOT NULL)
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_forgotten AFTER DELETE ON listener WHEN old.paused IS NOT NULL
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER source_found_alike AFTER UPDATE OF alike ON source
BEGIN UPDATE lookup_version SET alike = alike + 1; END;
CREATE TRIGGER listener_made_with_zone AFTER INSERT ON listener WHEN new.zone <> 'UTC' OR new.topic <> 0
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_zone_changed AFTER UPDATE OF zone, chat, topic ON listener
WHEN new.zone <> old.zone OR new.chat <> old.chat OR new.topic <> old.topic
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_with_zone_forgotten AFTER DELETE ON listener WHEN old.zone <> 'UTC' OR old.topic <> 0
BEGIN UPDATE lookup_version SET number = number + 1; END;

-- Messages that have led to a write, by the platform's number: one that comes again after a crash does nothing twice.
CREATE TABLE handled (
    message TEXT PRIMARY KEY,
    handling TEXT NOT NULL,
    at TEXT NOT NULL
);

-- The words of each folded form of a story's names, and the pieces by which a misspelt word is found.
CREATE TABLE name_word (
    story_id INTEGER NOT NULL REFERENCES story (id),
    word TEXT NOT NULL,
    folded TEXT NOT NULL,
    PRIMARY KEY (story_id, word, folded)
) WITHOUT ROWID;

CREATE TABLE name_piece (
    story_id INTEGER NOT NULL REFERENCES story (id),
    piece TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (story_id, piece, word)
) WITHOUT ROWID;

-- Copies of the record that were made by command, so that those can be named that hold what was taken down since.
CREATE TABLE backup (
    path TEXT PRIMARY KEY,
    made_at TEXT NOT NULL
);

-- A message that was on its way while a fact that it cites was taken down is put right as those sent before.
CREATE TRIGGER receipt_of_taken_down AFTER INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM notice WHERE fact_id = NEW.fact_id AND kind = 'taken down')
BEGIN
    INSERT INTO amendment (chat, message, notice_id, changed_at)
    SELECT NEW.chat, NEW.message, n.id, n.made_at FROM notice n
    WHERE n.fact_id = NEW.fact_id AND n.kind = 'taken down' AND n.revision > NEW.revision
    ON CONFLICT DO NOTHING;
END;

-- What a sentence means, as a vector, so that a question finds facts that hold none of its words.
-- One row for each fact that was ever in force; without a vector it waits for one, or is in force no more.
CREATE TABLE fact_vector (
    fact_id INTEGER PRIMARY KEY REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    story_id INTEGER NOT NULL REFERENCES story (id),
    number INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    model TEXT,
    vector BLOB,
    CHECK ((model IS NULL) = (vector IS NULL))
);
-- `number` grows with each change of a row: whoever holds vectors in memory reads what came after.
CREATE INDEX fact_vector_by_number ON fact_vector (story_id, number, fact_id);
CREATE INDEX fact_vector_waiting ON fact_vector (fact_id, story_id) WHERE waiting = 1;
CREATE INDEX fact_vector_by_model ON fact_vector (model, fact_id) WHERE vector IS NOT NULL;

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

-- Feeds that moderators watch. Each is polled once for all who watch it: `next_at` is when, and whoever polls it moves
-- that on before. `place` is its address as addresses are compared.
CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    title TEXT,
    etag TEXT,
    modified TEXT,
    next_at TEXT NOT NULL,
    allowed_until TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since TEXT,
    problem TEXT,
    paused_at TEXT
);
CREATE INDEX feed_next ON feed (next_at, id) WHERE paused_at IS NULL;

-- Digests by which the entries of a feed are known again: an entry is new if it has none of these.
CREATE TABLE feed_key (
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    key TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (feed_id, key)
);

-- Who is offered what a feed names: all of it, or what has some words (folded).
CREATE TABLE watch (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    story_id INTEGER NOT NULL REFERENCES story (id),
    listener_id INTEGER NOT NULL REFERENCES listener (id),
    words TEXT,
    person TEXT NOT NULL,
    language TEXT NOT NULL,
    made_at TEXT NOT NULL,
    stopped_at TEXT
);
CREATE INDEX watch_by_feed ON watch (feed_id, id);
CREATE INDEX watch_by_listener ON watch (listener_id, id);

-- Articles that a watch has brought; `told` tells whether its chat has been offered it.
CREATE TABLE offer (
    id INTEGER PRIMARY KEY,
    watch_id INTEGER NOT NULL REFERENCES watch (id),
    place TEXT NOT NULL,
    address TEXT NOT NULL,
    title TEXT,
    at TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX offer_by_place ON offer (place, watch_id);
CREATE INDEX offer_by_watch ON offer (watch_id, id);
CREATE INDEX offer_untold ON offer (watch_id, id) WHERE told = 0;

-- What may be done only so often, such as publishing in a channel: each use counts, also after a restart.
CREATE TABLE quota_use (
    name TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX quota_use_by_name ON quota_use (name, at);

-- Whose changes wait, and until when, to be told as one: those behind the entry `opened` of the trail.
CREATE TABLE desk (
    person TEXT PRIMARY KEY,
    until TEXT NOT NULL,
    opened INTEGER NOT NULL
) WITHOUT ROWID;

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

-- Where the changes of a public story are sent to; its listener is the outbox's. What makes a secret is a salt, and a key
-- that is not in this file; `key_check` tells whether that is still the one. The former secret signs too, until a moment.
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL REFERENCES story (id),
    listener_id INTEGER NOT NULL UNIQUE REFERENCES listener (id),
    url TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'paused', 'stopped')),
    reason TEXT,
    made_at TEXT NOT NULL,
    salt TEXT NOT NULL,
    key_check TEXT NOT NULL,
    former_salt TEXT,
    former_check TEXT,
    former_until TEXT
);
CREATE INDEX webhook_of_story ON webhook (story_id, listener_id) WHERE state <> 'stopped';

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
