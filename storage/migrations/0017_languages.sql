-- A story has a language, in which its words are stemmed: told, or found out from its first facts.
ALTER TABLE story ADD COLUMN language TEXT;
-- data step
