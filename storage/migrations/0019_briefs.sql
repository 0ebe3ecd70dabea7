-- A fact's short wording for lists, and the part of a fact that a relation concerns.
ALTER TABLE fact ADD COLUMN brief TEXT;
ALTER TABLE relation ADD COLUMN part TEXT;
-- Whether a moderator found a voice independent of a fact's others; nobody has looked at those on record.
ALTER TABLE attribution ADD COLUMN independent INTEGER NOT NULL DEFAULT 0;
-- The article that a name takes in a sentence: "the" before "Kyiv Independent".
ALTER TABLE entity ADD COLUMN article TEXT;
