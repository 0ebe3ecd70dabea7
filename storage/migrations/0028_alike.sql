-- Sources whose copies have nearly the same text, as one agency's in several papers: their ids (JSON).
ALTER TABLE source ADD COLUMN alike TEXT;
-- What is kept in memory of facts changes with it.
ALTER TABLE lookup_version ADD COLUMN alike INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER source_found_alike AFTER UPDATE OF alike ON source
BEGIN UPDATE lookup_version SET alike = alike + 1; END;
