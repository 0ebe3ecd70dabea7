-- A chat that takes no messages is tried again: since when it takes none, and whether whoever subscribed knows of it.
ALTER TABLE listener ADD COLUMN paused_at TEXT;
ALTER TABLE listener ADD COLUMN refusal_told INTEGER NOT NULL DEFAULT 0;

-- The earlier version kept no moment: at the latest it was that of the last change.
UPDATE listener SET paused_at = coalesce((SELECT max(at) FROM audit), '2026-01-01T00:00:00.000000Z')
WHERE paused IS NOT NULL;

CREATE INDEX listener_refusing ON listener (paused_at) WHERE paused_at IS NOT NULL AND refusal_told = 0;
