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
