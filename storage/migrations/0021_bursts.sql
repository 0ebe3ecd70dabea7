-- What changes within a short time is told together: when a notice was let go, and whether it may wait at all.
ALTER TABLE notice ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN released_at TEXT;
CREATE INDEX notice_released ON notice (released_at) WHERE released_at IS NOT NULL;
-- What was being told stays so.
UPDATE notice SET released_at = due_at WHERE state = 'new' AND fanned_to > 0;
-- A message that shows what was (a history, a preview) stays as it is when its facts are corrected.
ALTER TABLE receipt ADD COLUMN fixed INTEGER NOT NULL DEFAULT 0;
-- Of several messages of a chat, one tells that a fact was retracted.
ALTER TABLE amendment ADD COLUMN tells INTEGER NOT NULL DEFAULT 0;
