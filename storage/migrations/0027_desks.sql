-- Whose changes wait, and until when, to be told as one: those behind the entry `opened` of the trail.
CREATE TABLE desk (
    person TEXT PRIMARY KEY,
    until TEXT NOT NULL,
    opened INTEGER NOT NULL
) WITHOUT ROWID;
