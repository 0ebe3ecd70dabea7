-- Dialogues may be set aside. Their numbers go on, for an old button must never meet a new dialogue.
CREATE TABLE dialogue_kept (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat TEXT NOT NULL,
    person TEXT NOT NULL,
    command TEXT NOT NULL,
    state TEXT NOT NULL,
    turn INTEGER NOT NULL DEFAULT 1,
    touched_at TEXT NOT NULL,
    aside INTEGER NOT NULL DEFAULT 0
);
INSERT INTO dialogue_kept (id, chat, person, command, state, turn, touched_at)
SELECT id, chat, person, command, state, turn, touched_at FROM dialogue ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'dialogue_kept';
INSERT INTO sqlite_sequence (name, seq) SELECT 'dialogue_kept', seq FROM sqlite_sequence WHERE name = 'dialogue';
DROP TABLE dialogue;
ALTER TABLE dialogue_kept RENAME TO dialogue;
CREATE UNIQUE INDEX dialogue_open ON dialogue (chat, person) WHERE aside = 0;

-- Moderators are told of drafts that wait, once. Those that wait by now they know.
ALTER TABLE draft ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
UPDATE draft SET announced = 1;
CREATE INDEX draft_unannounced ON draft (id) WHERE state = 'waiting' AND announced = 0 AND kind <> 'found';
