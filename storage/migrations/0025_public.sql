-- Owners decide whether a story is shown on the web, in feeds and to webhooks. Once withdrawn, its addresses say so.
ALTER TABLE story ADD COLUMN public INTEGER NOT NULL DEFAULT 0;
ALTER TABLE story ADD COLUMN withdrawn_at TEXT;
