-- All of the record's schema in PostgreSQL as the migrations up to here make it in SQLite; a test compares the two.
-- Numbers have 64 bits, and texts are compared by their code points, as on SQLite.

-- The number of the last migration; that this table is there marks the schema as a record.
CREATE TABLE onrecord (
    number BIGINT NOT NULL
);
INSERT INTO onrecord VALUES (0);

-- What both engines can be asked for. Lists come as arrays, pairs as JSON (storage/engines/values.py).
CREATE DOMAIN blob AS BYTEA;

CREATE FUNCTION ints(BIGINT[]) RETURNS TABLE (value BIGINT) LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT unnest($1)';

CREATE FUNCTION texts(TEXT[]) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT unnest($1)';

CREATE FUNCTION int_pairs(TEXT) RETURNS TABLE (one BIGINT, two BIGINT) LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CAST(pair ->> 0 AS BIGINT), CAST(pair ->> 1 AS BIGINT)
    FROM json_array_elements(CAST(CASE $1 WHEN '{}' THEN '[]' ELSE $1 END AS JSON)) AS pairs (pair)
$$;

CREATE FUNCTION text_pairs(TEXT) RETURNS TABLE (one TEXT, two TEXT) LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT pair ->> 0, pair ->> 1
    FROM json_array_elements(CAST(CASE $1 WHEN '{}' THEN '[]' ELSE $1 END AS JSON)) AS pairs (pair)
$$;

-- What a path such as `$.name.part` names in JSON, as text.
CREATE FUNCTION json_extract(TEXT, TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CAST($1 AS JSON) #>> string_to_array(substr($2, 3), '.') $$;

CREATE FUNCTION instr(TEXT, TEXT) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT CAST(strpos($1, $2) AS BIGINT)';

CREATE FUNCTION substr(TEXT, BIGINT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT substr($1, CAST($2 AS INTEGER))';

CREATE FUNCTION substr(TEXT, BIGINT, BIGINT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT substr($1, CAST($2 AS INTEGER), CAST($3 AS INTEGER))';

CREATE TABLE story (
    id BIGINT PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    title TEXT COLLATE "C" NOT NULL,
    opened_at TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C", private BIGINT NOT NULL DEFAULT 0, is_default BIGINT NOT NULL DEFAULT 0, public BIGINT NOT NULL DEFAULT 0, withdrawn_at TEXT COLLATE "C");

CREATE TABLE source (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    ref TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    title TEXT COLLATE "C",
    publisher TEXT COLLATE "C",
    author TEXT COLLATE "C",
    url TEXT COLLATE "C",
    published TEXT COLLATE "C",
    note TEXT COLLATE "C",
    via_id BIGINT REFERENCES source (id) DEFERRABLE INITIALLY DEFERRED, alike TEXT COLLATE "C",
    UNIQUE (story_id, ref),
    CHECK (via_id IS NULL OR via_id <> id)
);
CREATE INDEX source_by_via ON source (via_id) WHERE via_id IS NOT NULL;

CREATE TABLE entity (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    ref TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    short TEXT COLLATE "C",
    role TEXT COLLATE "C",
    role_source_id BIGINT REFERENCES source (id),
    role_locator TEXT COLLATE "C",
    merged_into BIGINT REFERENCES entity (id), article TEXT COLLATE "C",
    UNIQUE (story_id, ref),
    CHECK (role IS NULL OR role_source_id IS NOT NULL)
);
-- An entity merged into another: its ref means the other entity from then on.
CREATE INDEX entity_merged ON entity (merged_into) WHERE merged_into IS NOT NULL;
-- For pages of entities in order of id, without sorting all of a story's.
CREATE INDEX entity_by_story ON entity (story_id, id) WHERE merged_into IS NULL;

-- Every folded form by which an entity can be found: rank 0 its name, 1 an alias, 2 one word of either, 3 its role.
CREATE TABLE entity_name (
    entity_id BIGINT NOT NULL REFERENCES entity (id),
    folded TEXT COLLATE "C" NOT NULL,
    rank BIGINT NOT NULL,
    spelling TEXT COLLATE "C" NOT NULL,
    story_id BIGINT NOT NULL REFERENCES story (id),
    PRIMARY KEY (entity_id, folded)
);
CREATE INDEX entity_name_by_folded ON entity_name (story_id, folded, rank, entity_id);

CREATE TABLE fact (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    ref TEXT COLLATE "C" NOT NULL,
    statement TEXT COLLATE "C" NOT NULL CHECK (statement <> ''),
    occurred TEXT COLLATE "C",
    occasion TEXT COLLATE "C",
    date_note TEXT COLLATE "C",
    earliest TEXT COLLATE "C",
    latest TEXT COLLATE "C",
    lasting BIGINT,
    superseded_by BIGINT REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    retracted TEXT COLLATE "C",
    revision BIGINT NOT NULL DEFAULT 1,
    brief TEXT COLLATE "C",
    UNIQUE (story_id, ref),
    CHECK (superseded_by IS NULL OR superseded_by <> id)
);
-- `lasting` tells days (0) from months, years and longer spans (1, 2, 3): so a range looks back no further than it must.
CREATE INDEX fact_by_date ON fact (story_id, lasting, earliest, id, latest);
CREATE INDEX fact_by_story ON fact (story_id, id);
CREATE INDEX fact_in_force ON fact (story_id, id) WHERE superseded_by IS NULL AND retracted IS NULL;
CREATE INDEX fact_by_successor ON fact (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TABLE attribution (
    fact_id BIGINT NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL,
    speaker_id BIGINT REFERENCES entity (id),
    cue TEXT COLLATE "C",
    stance TEXT COLLATE "C" NOT NULL,
    source_id BIGINT NOT NULL REFERENCES source (id),
    locator TEXT COLLATE "C",
    quote TEXT COLLATE "C",
    said TEXT COLLATE "C",
    independent BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (fact_id, position)
);
CREATE INDEX attribution_by_source ON attribution (source_id, fact_id);
-- The facts with more than one attribution.
CREATE INDEX attribution_second ON attribution (fact_id) WHERE position = 2;

CREATE TABLE figure (
    fact_id BIGINT NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL,
    story_id BIGINT NOT NULL REFERENCES story (id),
    amount DOUBLE PRECISION,
    upper DOUBLE PRECISION,
    words TEXT COLLATE "C",
    qualifier TEXT COLLATE "C",
    counts TEXT COLLATE "C" NOT NULL,
    measure TEXT COLLATE "C",
    PRIMARY KEY (fact_id, position),
    CHECK (amount IS NOT NULL OR words IS NOT NULL)
);
CREATE INDEX figure_by_story ON figure (story_id, fact_id);

-- Which entities a fact names, and as what: speaker, place or about.
CREATE TABLE mention (
    fact_id BIGINT NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    part TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    entity_id BIGINT NOT NULL REFERENCES entity (id),
    PRIMARY KEY (fact_id, part, position)
);
CREATE INDEX mention_by_entity ON mention (entity_id, part, fact_id);

CREATE TABLE relation (
    fact_id BIGINT NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('contradicts', 'supports')),
    other_id BIGINT NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    about TEXT COLLATE "C",
    source_id BIGINT REFERENCES source (id),
    locator TEXT COLLATE "C",
    added_at TEXT COLLATE "C" NOT NULL,
    ended_at TEXT COLLATE "C",
    part TEXT COLLATE "C",
    PRIMARY KEY (fact_id, kind, other_id, added_at),
    CHECK (fact_id <> other_id)
);
CREATE INDEX relation_by_other ON relation (other_id, kind, fact_id);
CREATE INDEX relation_in_force ON relation (kind, fact_id, other_id) WHERE ended_at IS NULL;

CREATE TABLE "revision" (
    fact_id BIGINT NOT NULL REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    number BIGINT NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    material BIGINT NOT NULL,
    state TEXT COLLATE "C",
    audit_id BIGINT,
    reason_salt BYTEA,
    state_salt BYTEA,
    reason_digest BYTEA,
    state_digest BYTEA,
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
    story_id BIGINT NOT NULL REFERENCES story (id),
    position BIGINT NOT NULL,
    fact_id BIGINT NOT NULL REFERENCES fact (id),
    PRIMARY KEY (story_id, position)
);

-- The story a chat has in use.
CREATE TABLE chat (
    address TEXT COLLATE "C" PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id)
);

-- Commands too long for a button's 64 bytes, by digest; those with a moment are deleted then.
CREATE TABLE button (
    digest TEXT COLLATE "C" PRIMARY KEY,
    command TEXT COLLATE "C" NOT NULL,
    until TEXT COLLATE "C");
CREATE INDEX button_until ON button (until) WHERE until IS NOT NULL;

-- The audit trail of all changes: entries chained by hashes (storage/trail/audit.py).
CREATE TABLE audit (
    id BIGINT PRIMARY KEY,
    at TEXT COLLATE "C" NOT NULL UNIQUE,
    actor TEXT COLLATE "C" NOT NULL,
    chat TEXT COLLATE "C",
    action TEXT COLLATE "C" NOT NULL,
    story_id BIGINT,
    subject TEXT COLLATE "C" NOT NULL,
    before TEXT COLLATE "C",
    after TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    revisions TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    before_salt BYTEA, after_salt BYTEA, reason_salt BYTEA, before_digest BYTEA, after_digest BYTEA, reason_digest BYTEA);
-- Hashes cover salted digests of texts (storage/trail/digests.py). A text that was taken down goes with its salt, and
-- leaves its digest.
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_story ON audit (story_id, id);
CREATE INDEX audit_imported ON audit (id) WHERE action = 'imported';

-- The moment that the clock told when an entry of the trail was made, where the entry's own had to be a later one.
CREATE TABLE audit_clock (
    audit_id BIGINT PRIMARY KEY REFERENCES audit (id),
    at TEXT COLLATE "C" NOT NULL
);

-- What was taken down: `ref` is the sheet's reference that never comes back. Its entry of the trail says the same.
CREATE TABLE tombstone (
    id BIGINT PRIMARY KEY,
    subject TEXT COLLATE "C" NOT NULL,
    story_id BIGINT REFERENCES story (id),
    ref TEXT COLLATE "C",
    ground TEXT COLLATE "C" NOT NULL CHECK (ground IN ('safety', 'law', 'privacy')),
    at TEXT COLLATE "C" NOT NULL,
    audit_id BIGINT NOT NULL REFERENCES audit (id)
);
CREATE INDEX tombstone_by_subject ON tombstone (subject);
CREATE INDEX tombstone_by_ref ON tombstone (story_id, ref) WHERE ref IS NOT NULL;

-- Moderators; owners are in the settings, in no table. Without a story: of all stories.
CREATE TABLE member (
    id BIGINT PRIMARY KEY,
    address TEXT COLLATE "C" NOT NULL,
    story_id BIGINT REFERENCES story (id),
    handle TEXT COLLATE "C",
    name TEXT COLLATE "C",
    appointed_at TEXT COLLATE "C" NOT NULL,
    dismissed_at TEXT COLLATE "C"
);
CREATE UNIQUE INDEX member_once ON member (address, coalesce(story_id, 0)) WHERE dismissed_at IS NULL;

-- Proposed facts; the proposer is forgotten on request, the draft is not.
CREATE TABLE "draft" (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('suggestion', 'own', 'found')),
    change TEXT COLLATE "C" NOT NULL,
    proposer TEXT COLLATE "C",
    chat TEXT COLLATE "C",
    language TEXT COLLATE "C" NOT NULL,
    proposed_at TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'rejected', 'merged', 'edited')),
    decided_at TEXT COLLATE "C",
    decided_by TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    fact_id BIGINT REFERENCES fact (id),
    told BIGINT NOT NULL DEFAULT 0,
    announced BIGINT NOT NULL DEFAULT 0);
CREATE INDEX draft_untold ON draft (id) WHERE state <> 'waiting' AND told = 0;
CREATE INDEX draft_waiting ON draft (story_id, id) WHERE state = 'waiting';
CREATE INDEX draft_by_proposer ON draft (proposer) WHERE proposer IS NOT NULL;
CREATE INDEX draft_unannounced ON draft (id) WHERE state = 'waiting' AND announced = 0 AND kind <> 'found';

-- An article on its way onto the record. `address` is where it was asked for, `told` what its reading found (JSON).
CREATE TABLE intake (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('suggested', 'reading', 'ready', 'failed', 'closed')),
    at TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C",
    source_id BIGINT REFERENCES source (id),
    snapshot_id BIGINT,
    told TEXT COLLATE "C"
);
CREATE INDEX intake_open ON intake (story_id, id) WHERE state <> 'closed';
CREATE INDEX intake_by_source ON intake (source_id, id) WHERE source_id IS NOT NULL;

-- Where a draft was found: offsets in paragraphs of the copy, and who may be its speaker (JSON).
CREATE TABLE found_draft (
    draft_id BIGINT PRIMARY KEY REFERENCES draft (id),
    intake_id BIGINT NOT NULL REFERENCES intake (id),
    tier TEXT COLLATE "C" NOT NULL CHECK (tier IN ('confident', 'check the speaker', 'possible')),
    marks TEXT COLLATE "C" NOT NULL
);
CREATE INDEX found_draft_by_intake ON found_draft (intake_id, draft_id);

-- One open dialogue for each person in each chat, and those set aside. AUTOINCREMENT: an old button never meets a
-- new dialogue.
CREATE TABLE "dialogue" (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    chat TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    command TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    turn BIGINT NOT NULL DEFAULT 1,
    touched_at TEXT COLLATE "C" NOT NULL,
    aside BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX dialogue_open ON dialogue (chat, person) WHERE aside = 0;

-- Questions that found nothing, by their key words; only askers in `asker` are known.
CREATE TABLE question (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    key TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    asked BIGINT NOT NULL DEFAULT 1,
    first_at TEXT COLLATE "C" NOT NULL,
    last_at TEXT COLLATE "C" NOT NULL,
    answered_at TEXT COLLATE "C",
    fact_id BIGINT REFERENCES fact (id),
    UNIQUE (story_id, key)
);
CREATE INDEX question_open ON question (story_id, asked DESC, id) WHERE answered_at IS NULL;

CREATE TABLE asker (
    question_id BIGINT NOT NULL REFERENCES question (id),
    chat TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (question_id, chat, person)
);
CREATE INDEX asker_by_person ON asker (person);

-- The position in the trail of each process that acts on changes after they were made.
CREATE TABLE progress (
    name TEXT COLLATE "C" PRIMARY KEY,
    audit_id BIGINT NOT NULL
);

-- A chat, or one topic of a forum (0: none), that hears of changes, and how it wants to. Times of day are its own.
CREATE TABLE listener (
    id BIGINT PRIMARY KEY,
    chat TEXT COLLATE "C" NOT NULL,
    topic BIGINT NOT NULL DEFAULT 0,
    cadence TEXT COLLATE "C" NOT NULL DEFAULT 'at once' CHECK (cadence IN ('at once', 'hourly', 'daily', 'weekly')),
    time TEXT COLLATE "C" NOT NULL DEFAULT '09:00',
    weekday BIGINT NOT NULL DEFAULT 0,
    zone TEXT COLLATE "C" NOT NULL DEFAULT 'UTC',
    quiet_from TEXT COLLATE "C",
    quiet_until TEXT COLLATE "C",
    material_only BIGINT NOT NULL DEFAULT 0,
    silent BIGINT NOT NULL DEFAULT 0,
    words TEXT COLLATE "C",
    muted_until TEXT COLLATE "C",
    paused TEXT COLLATE "C",
    language TEXT COLLATE "C" NOT NULL DEFAULT 'en',
    open_at TEXT COLLATE "C" NOT NULL DEFAULT '',
    seen BIGINT NOT NULL DEFAULT 0,
    paused_at TEXT COLLATE "C", refusal_told BIGINT NOT NULL DEFAULT 0,
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
    id BIGINT PRIMARY KEY,
    listener_id BIGINT NOT NULL REFERENCES listener (id),
    story_id BIGINT NOT NULL REFERENCES story (id),
    entity_id BIGINT REFERENCES entity (id),
    words TEXT COLLATE "C",
    person TEXT COLLATE "C",
    made_at TEXT COLLATE "C" NOT NULL
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
    id BIGINT PRIMARY KEY,
    audit_id BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    story_id BIGINT,
    fact_id BIGINT,
    revision BIGINT,
    material BIGINT NOT NULL DEFAULT 1,
    made_at TEXT COLLATE "C" NOT NULL,
    due_at TEXT COLLATE "C" NOT NULL,
    reply TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'fanned out', 'done', 'dropped')),
    fanned_to BIGINT NOT NULL DEFAULT 0,
    urgent BIGINT NOT NULL DEFAULT 0,
    released_at TEXT COLLATE "C");
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
    notice_id BIGINT NOT NULL,
    listener_id BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL DEFAULT 'due'
        CHECK (state = 'due' OR state IN ('held', 'sending', 'sent', 'failed', 'given up')),
    attempts BIGINT NOT NULL DEFAULT 0,
    error TEXT COLLATE "C",
    message BIGINT,
    changed_at TEXT COLLATE "C",
    sender TEXT COLLATE "C",
    lease_until TEXT COLLATE "C",
    PRIMARY KEY (notice_id, listener_id),
    CONSTRAINT sent_under_a_lease CHECK (
        (state <> 'sending' AND sender IS NULL AND lease_until IS NULL)
        OR (state = 'sending' AND sender IS NOT NULL AND lease_until IS NOT NULL)
    )
);
CREATE INDEX delivery_held ON delivery (listener_id, notice_id) WHERE state = 'held';
CREATE INDEX delivery_failed ON delivery (changed_at) WHERE state = 'failed';
CREATE INDEX delivery_sending ON delivery (listener_id) WHERE state = 'sending';
CREATE INDEX delivery_given_up ON delivery (listener_id, notice_id) WHERE state = 'given up';

-- The content of a sent message (a reply, compressed), and the facts that it cited, by revision. What is `fixed` stays
-- as it is when the fact is corrected: the message shows what was (a history), or of the fact only its source.
CREATE TABLE said (
    chat TEXT COLLATE "C" NOT NULL,
    message BIGINT NOT NULL,
    topic BIGINT NOT NULL DEFAULT 0,
    at TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    reply BYTEA,
    PRIMARY KEY (chat, message)
);
CREATE INDEX said_by_moment ON said (at);

CREATE TABLE receipt (
    fact_id BIGINT NOT NULL,
    chat TEXT COLLATE "C" NOT NULL,
    message BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    fixed BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (fact_id, chat, message)
);
CREATE INDEX receipt_by_message ON receipt (chat, message);

-- A sent message to correct because of a notice; of several in a chat, one `tells` of it. `changed_at` of a correction
-- that was sent is NULL once the message shows something else: it does not count.
CREATE TABLE "amendment" (
    chat TEXT COLLATE "C" NOT NULL,
    message BIGINT NOT NULL,
    notice_id BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'failed', 'given up')),
    attempts BIGINT NOT NULL DEFAULT 0,
    error TEXT COLLATE "C",
    changed_at TEXT COLLATE "C",
    sender TEXT COLLATE "C",
    lease_until TEXT COLLATE "C",
    tells BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (chat, message, notice_id),
    CONSTRAINT corrected_under_a_lease CHECK (
        (state <> 'sending' AND sender IS NULL AND lease_until IS NULL)
        OR (state = 'sending' AND sender IS NOT NULL AND lease_until IS NOT NULL)
    )
);
CREATE INDEX amendment_open ON amendment (notice_id) WHERE state IN ('due', 'sending', 'failed');
CREATE INDEX amendment_sending ON amendment (chat, message) WHERE state = 'sending';

-- A role that one process at a time has: `holder` is the process ('': nobody), `byte` what it keeps locked while it lives.
CREATE TABLE role_lease (
    role TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until TEXT COLLATE "C" NOT NULL,
    byte BIGINT
);

-- An account that acts as the person whose own account is `person`. The own account has no row.
CREATE TABLE account (
    address TEXT COLLATE "C" PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL,
    linked_at TEXT COLLATE "C" NOT NULL,
    CHECK (address <> person)
);
CREATE INDEX account_by_person ON account (person);

-- The code that a person was given last, by its digest; `on_trail` is whether the link is to stand in the trail.
CREATE TABLE link_code (
    digest TEXT COLLATE "C" PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL UNIQUE,
    on_trail BIGINT NOT NULL,
    expires_at TEXT COLLATE "C" NOT NULL
);

-- What /what, /ask and search look through. `words` are the stems of both texts, and the story's mark.
CREATE TABLE fact_text (
    fact_id BIGINT PRIMARY KEY,
    statement TEXT COLLATE "C" NOT NULL,
    context TEXT COLLATE "C" NOT NULL,
    story TEXT COLLATE "C" NOT NULL,
    words TSVECTOR NOT NULL
);
CREATE INDEX fact_text_words ON fact_text USING gin (words) WITH (fastupdate = off);

-- What every request looks up is kept in memory: a chat's story, the person behind an account, moderators, paused chats.
-- This number tells every process when to look again; all else that is kept there changes only with the audit trail.
CREATE TABLE lookup_version (
    number BIGINT NOT NULL,
    alike BIGINT NOT NULL DEFAULT 0);
INSERT INTO lookup_version VALUES (0, 0);

-- Messages that have led to a write, by the platform's number: one that comes again after a crash does nothing twice.
CREATE TABLE handled (
    message TEXT COLLATE "C" PRIMARY KEY,
    handling TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL
);

-- The words of each folded form of a story's names, and the pieces by which a misspelt word is found.
CREATE TABLE name_word (
    story_id BIGINT NOT NULL REFERENCES story (id),
    word TEXT COLLATE "C" NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (story_id, word, folded)
);

CREATE TABLE name_piece (
    story_id BIGINT NOT NULL REFERENCES story (id),
    piece TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (story_id, piece, word)
);

-- Copies of the record that were made by command, so that those can be named that hold what was taken down since.
CREATE TABLE backup (
    path TEXT COLLATE "C" PRIMARY KEY,
    made_at TEXT COLLATE "C" NOT NULL
);

-- What a sentence means, as a vector, so that a question finds facts that hold none of its words.
-- One row for each fact that was ever in force; without a vector it waits for one, or is in force no more.
CREATE TABLE fact_vector (
    fact_id BIGINT PRIMARY KEY REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    story_id BIGINT NOT NULL REFERENCES story (id),
    number BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    model TEXT COLLATE "C",
    vector BYTEA,
    CHECK ((model IS NULL) = (vector IS NULL))
);
-- `number` grows with each change of a row: whoever holds vectors in memory reads what came after.
CREATE INDEX fact_vector_by_number ON fact_vector (story_id, number, fact_id);
CREATE INDEX fact_vector_waiting ON fact_vector (fact_id, story_id) WHERE waiting = 1;
CREATE INDEX fact_vector_by_model ON fact_vector (model, fact_id) WHERE vector IS NOT NULL;

-- What a person was last told of in a chat, by ids alone, so that "and when?" is understood for ten minutes.
CREATE TABLE spoken_of (
    chat TEXT COLLATE "C" NOT NULL,
    topic BIGINT NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    story_id BIGINT NOT NULL REFERENCES story (id),
    kind TEXT COLLATE "C" NOT NULL,
    facts TEXT COLLATE "C" NOT NULL,
    names TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (chat, topic, person)
);
CREATE INDEX spoken_of_by_moment ON spoken_of (at);

-- Copies of sources as they were fetched: `warc` is the page itself (WARC, gzip), `paragraphs` its text (JSON, zlib),
-- `sketch` what near-copies share. What was taken down is struck out: then there is no page, and some paragraphs are empty.
CREATE TABLE snapshot (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    source_id BIGINT REFERENCES source (id),
    at TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C",
    media TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    text_digest TEXT COLLATE "C" NOT NULL,
    struck BIGINT NOT NULL DEFAULT 0,
    warc BYTEA,
    paragraphs BYTEA NOT NULL,
    sketch BYTEA NOT NULL
);
CREATE INDEX snapshot_by_source ON snapshot (source_id, at, id) WHERE source_id IS NOT NULL;
CREATE INDEX snapshot_by_story ON snapshot (story_id, place, id);
CREATE INDEX snapshot_by_moment ON snapshot (at);

-- Feeds that moderators watch. Each is polled once for all who watch it: `next_at` is when, and whoever polls it moves
-- that on before. `place` is its address as addresses are compared.
CREATE TABLE feed (
    id BIGINT PRIMARY KEY,
    place TEXT COLLATE "C" NOT NULL UNIQUE,
    address TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C",
    etag TEXT COLLATE "C",
    modified TEXT COLLATE "C",
    next_at TEXT COLLATE "C" NOT NULL,
    allowed_until TEXT COLLATE "C" NOT NULL DEFAULT '',
    failures BIGINT NOT NULL DEFAULT 0,
    failing_since TEXT COLLATE "C",
    problem TEXT COLLATE "C",
    paused_at TEXT COLLATE "C"
);
CREATE INDEX feed_next ON feed (next_at, id) WHERE paused_at IS NULL;

-- Digests by which the entries of a feed are known again: an entry is new if it has none of these.
CREATE TABLE feed_key (
    feed_id BIGINT NOT NULL REFERENCES feed (id),
    key TEXT COLLATE "C" NOT NULL,
    seen_at TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (feed_id, key)
);

-- Who is offered what a feed names: all of it, or what has some words (folded).
CREATE TABLE watch (
    id BIGINT PRIMARY KEY,
    feed_id BIGINT NOT NULL REFERENCES feed (id),
    story_id BIGINT NOT NULL REFERENCES story (id),
    listener_id BIGINT NOT NULL REFERENCES listener (id),
    words TEXT COLLATE "C",
    person TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    made_at TEXT COLLATE "C" NOT NULL,
    stopped_at TEXT COLLATE "C"
);
CREATE INDEX watch_by_feed ON watch (feed_id, id);
CREATE INDEX watch_by_listener ON watch (listener_id, id);

-- Articles that a watch has brought; `told` tells whether its chat has been offered it.
CREATE TABLE offer (
    id BIGINT PRIMARY KEY,
    watch_id BIGINT NOT NULL REFERENCES watch (id),
    place TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C",
    at TEXT COLLATE "C" NOT NULL,
    told BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX offer_by_place ON offer (place, watch_id);
CREATE INDEX offer_by_watch ON offer (watch_id, id);
CREATE INDEX offer_untold ON offer (watch_id, id) WHERE told = 0;

-- What may be done only so often, such as publishing in a channel: each use counts, also after a restart.
CREATE TABLE quota_use (
    name TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL
);
CREATE INDEX quota_use_by_name ON quota_use (name, at);

-- Whose changes wait, and until when, to be told as one: those behind the entry `opened` of the trail.
CREATE TABLE desk (
    person TEXT COLLATE "C" PRIMARY KEY,
    until TEXT COLLATE "C" NOT NULL,
    opened BIGINT NOT NULL
);

-- The names that stories had before: links, buttons and sheets that hold them go on to work.
CREATE TABLE story_name (
    name TEXT COLLATE "C" PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id)
);

-- What those who keep the record are called on their platform, as far as they were met.
CREATE TABLE called (
    address TEXT COLLATE "C" PRIMARY KEY,
    handle TEXT COLLATE "C",
    name TEXT COLLATE "C"
);

-- Where the changes of a public story are sent to; its listener is the outbox's. What makes a secret is a salt, and a key
-- that is not in this file; `key_check` tells whether that is still the one. The former secret signs too, until a moment.
CREATE TABLE webhook (
    id BIGINT PRIMARY KEY,
    story_id BIGINT NOT NULL REFERENCES story (id),
    listener_id BIGINT NOT NULL UNIQUE REFERENCES listener (id),
    url TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL DEFAULT 'on' CHECK (state IN ('on', 'paused', 'stopped')),
    reason TEXT COLLATE "C",
    made_at TEXT COLLATE "C" NOT NULL,
    salt TEXT COLLATE "C" NOT NULL,
    key_check TEXT COLLATE "C" NOT NULL,
    former_salt TEXT COLLATE "C",
    former_check TEXT COLLATE "C",
    former_until TEXT COLLATE "C"
);
CREATE INDEX webhook_of_story ON webhook (story_id, listener_id) WHERE state <> 'stopped';

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION look_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lookup_version SET number = number + 1;
    RETURN NULL;
END $$;

CREATE FUNCTION look_again_at_sources() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lookup_version SET alike = alike + 1;
    RETURN NULL;
END $$;

-- A row gets the number after the last, as on SQLite: a rehearsal that is undone leaves no gap.
CREATE FUNCTION number_by_last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT coalesce(max(id), 0) + 1 FROM %I', TG_TABLE_NAME) INTO NEW.id;
    RETURN NEW;
END $$;

CREATE TRIGGER story_number BEFORE INSERT ON story FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER source_number BEFORE INSERT ON source FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER entity_number BEFORE INSERT ON entity FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER fact_number BEFORE INSERT ON fact FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER audit_number BEFORE INSERT ON audit FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER tombstone_number BEFORE INSERT ON tombstone FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER member_number BEFORE INSERT ON member FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER draft_number BEFORE INSERT ON draft FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER intake_number BEFORE INSERT ON intake FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER question_number BEFORE INSERT ON question FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER listener_number BEFORE INSERT ON listener FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER subscription_number BEFORE INSERT ON subscription FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER notice_number BEFORE INSERT ON notice FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER snapshot_number BEFORE INSERT ON snapshot FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER feed_number BEFORE INSERT ON feed FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER watch_number BEFORE INSERT ON watch FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER offer_number BEFORE INSERT ON offer FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();
CREATE TRIGGER webhook_number BEFORE INSERT ON webhook FOR EACH ROW
WHEN (NEW.id IS NULL) EXECUTE FUNCTION number_by_last();

-- No fact without an attribution. Attributions are therefore written before their fact.
CREATE FUNCTION fact_needs_attribution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM attribution WHERE fact_id = NEW.id) THEN
        RAISE EXCEPTION 'a fact needs an attribution' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fact_needs_attribution BEFORE INSERT ON fact FOR EACH ROW
EXECUTE FUNCTION fact_needs_attribution();

CREATE FUNCTION fact_keeps_attribution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM fact WHERE id = OLD.fact_id) AND NOT EXISTS (
        SELECT 1 FROM attribution WHERE fact_id = OLD.fact_id AND position <> OLD.position
    ) THEN
        RAISE EXCEPTION 'a fact keeps at least one attribution' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER fact_keeps_attribution BEFORE DELETE ON attribution FOR EACH ROW
EXECUTE FUNCTION fact_keeps_attribution();

CREATE TRIGGER attribution_stays_with_fact BEFORE UPDATE OF fact_id ON attribution FOR EACH ROW
EXECUTE FUNCTION refuse('an attribution stays with its fact');

-- Nothing that was on record is ever lost.
CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact FOR EACH ROW
EXECUTE FUNCTION refuse('facts are never deleted: retract them');

CREATE TRIGGER revision_is_kept BEFORE DELETE ON "revision" FOR EACH ROW
EXECUTE FUNCTION refuse('revisions are append-only');

-- A text and its salt may go, together, while a digest takes their place; that it is the right one, verifying tells.
CREATE TRIGGER revision_is_final BEFORE UPDATE ON "revision" FOR EACH ROW
WHEN (NOT (
    (NEW.state_digest, NEW.reason_digest) IS DISTINCT FROM (OLD.state_digest, OLD.reason_digest)
    AND (
        (NEW.state, NEW.state_salt, NEW.state_digest) IS NOT DISTINCT FROM (OLD.state, OLD.state_salt, OLD.state_digest)
        OR (
            OLD.state IS NOT NULL AND NEW.state IS NULL AND NEW.state_salt IS NULL AND length(NEW.state_digest) = 32
        )
    )
    AND (
        (NEW.reason, NEW.reason_salt, NEW.reason_digest) IS NOT DISTINCT FROM (OLD.reason, OLD.reason_salt, OLD.reason_digest)
        OR (
            OLD.reason IS NOT NULL AND NEW.reason IS NULL AND NEW.reason_salt IS NULL AND length(NEW.reason_digest) = 32
        )
    )
    AND (NEW.fact_id, NEW.number, NEW.at, NEW.kind, NEW.actor, NEW.material, NEW.audit_id)
    IS NOT DISTINCT FROM (OLD.fact_id, OLD.number, OLD.at, OLD.kind, OLD.actor, OLD.material, OLD.audit_id)
))
EXECUTE FUNCTION refuse('revisions are append-only');

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit FOR EACH ROW
EXECUTE FUNCTION refuse('the audit trail is append-only');

CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit FOR EACH ROW
WHEN (NOT (
    (NEW.before_digest, NEW.after_digest, NEW.reason_digest) IS DISTINCT FROM (OLD.before_digest, OLD.after_digest, OLD.reason_digest)
    AND (
        (NEW.before, NEW.before_salt, NEW.before_digest) IS NOT DISTINCT FROM (OLD.before, OLD.before_salt, OLD.before_digest)
        OR (
            OLD.before IS NOT NULL AND NEW.before IS NULL AND NEW.before_salt IS NULL AND length(NEW.before_digest) = 32
        )
    )
    AND (
        (NEW.after, NEW.after_salt, NEW.after_digest) IS NOT DISTINCT FROM (OLD.after, OLD.after_salt, OLD.after_digest)
        OR (
            OLD.after IS NOT NULL AND NEW.after IS NULL AND NEW.after_salt IS NULL AND length(NEW.after_digest) = 32
        )
    )
    AND (
        (NEW.reason, NEW.reason_salt, NEW.reason_digest) IS NOT DISTINCT FROM (OLD.reason, OLD.reason_salt, OLD.reason_digest)
        OR (
            OLD.reason IS NOT NULL AND NEW.reason IS NULL AND NEW.reason_salt IS NULL AND length(NEW.reason_digest) = 32
        )
    )
    AND (NEW.id, NEW.at, NEW.actor, NEW.chat, NEW.action, NEW.story_id, NEW.subject, NEW.revisions, NEW.previous, NEW.hash)
    IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor, OLD.chat, OLD.action, OLD.story_id, OLD.subject, OLD.revisions, OLD.previous, OLD.hash)
))
EXECUTE FUNCTION refuse('the audit trail is append-only');

CREATE TRIGGER tombstone_is_kept BEFORE DELETE ON tombstone FOR EACH ROW
EXECUTE FUNCTION refuse('tombstones are kept');

CREATE TRIGGER tombstone_is_final BEFORE UPDATE ON tombstone FOR EACH ROW
EXECUTE FUNCTION refuse('tombstones are kept');

CREATE TRIGGER entity_is_kept BEFORE DELETE ON entity FOR EACH ROW
EXECUTE FUNCTION refuse('entities are never deleted: merge them');

CREATE TRIGGER source_is_kept BEFORE DELETE ON source FOR EACH ROW
EXECUTE FUNCTION refuse('sources are never deleted');

-- What every request looks up is kept in memory: this number tells every process when to look again.
CREATE TRIGGER member_appointed AFTER INSERT ON member FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER member_changed AFTER UPDATE ON member FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER story_opened AFTER INSERT ON story FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER story_changed AFTER UPDATE ON story FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER account_linked AFTER INSERT ON account FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER account_changed AFTER UPDATE ON account FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER account_unlinked AFTER DELETE ON account FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER chat_chose_story AFTER INSERT ON chat FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER chat_changed_story AFTER UPDATE ON chat FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER chat_forgotten AFTER DELETE ON chat FOR EACH ROW
EXECUTE FUNCTION look_again();

CREATE TRIGGER listener_made_paused AFTER INSERT ON listener FOR EACH ROW
WHEN (NEW.paused IS NOT NULL)
EXECUTE FUNCTION look_again();

CREATE TRIGGER listener_paused_or_resumed AFTER UPDATE OF paused, chat ON listener FOR EACH ROW
WHEN (NEW.paused IS DISTINCT FROM OLD.paused OR (NEW.chat IS DISTINCT FROM OLD.chat AND NEW.paused IS NOT NULL))
EXECUTE FUNCTION look_again();

CREATE TRIGGER listener_forgotten AFTER DELETE ON listener FOR EACH ROW
WHEN (OLD.paused IS NOT NULL)
EXECUTE FUNCTION look_again();

CREATE TRIGGER source_found_alike AFTER UPDATE OF alike ON source FOR EACH ROW
EXECUTE FUNCTION look_again_at_sources();

CREATE TRIGGER listener_made_with_zone AFTER INSERT ON listener FOR EACH ROW
WHEN (NEW.zone <> 'UTC' OR NEW.topic <> 0)
EXECUTE FUNCTION look_again();

CREATE TRIGGER listener_zone_changed AFTER UPDATE OF zone, chat, topic ON listener FOR EACH ROW
WHEN (NEW.zone <> OLD.zone OR NEW.chat <> OLD.chat OR NEW.topic <> OLD.topic)
EXECUTE FUNCTION look_again();

CREATE TRIGGER listener_with_zone_forgotten AFTER DELETE ON listener FOR EACH ROW
WHEN (OLD.zone <> 'UTC' OR OLD.topic <> 0)
EXECUTE FUNCTION look_again();

-- A message that was on its way while a fact that it cites was taken down is put right as those sent before.
CREATE FUNCTION receipt_of_taken_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO amendment (chat, message, notice_id, changed_at)
    SELECT NEW.chat, NEW.message, n.id, n.made_at FROM notice n
    WHERE n.fact_id = NEW.fact_id AND n.kind = 'taken down' AND n.revision > NEW.revision
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER receipt_of_taken_down AFTER INSERT ON receipt FOR EACH ROW
EXECUTE FUNCTION receipt_of_taken_down();
