-- A page of entities is read in the order of their ids, without sorting a whole story's.
CREATE INDEX entity_by_story ON entity (story_id, id) WHERE merged_into IS NULL;

-- What every request looks up is kept in memory: a chat's story, the person behind an account, moderators, paused chats.
-- This number tells every process when to look again; all else that is kept there changes only with the audit trail.
CREATE TABLE lookup_version (
    number INTEGER NOT NULL
);
INSERT INTO lookup_version VALUES (0);

CREATE TRIGGER member_appointed AFTER INSERT ON member BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER member_changed AFTER UPDATE ON member BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER story_opened AFTER INSERT ON story BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER story_changed AFTER UPDATE ON story BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER account_linked AFTER INSERT ON account BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER account_changed AFTER UPDATE ON account BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER account_unlinked AFTER DELETE ON account BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER chat_chose_story AFTER INSERT ON chat BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER chat_changed_story AFTER UPDATE ON chat BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER chat_forgotten AFTER DELETE ON chat BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_made_paused AFTER INSERT ON listener WHEN new.paused IS NOT NULL
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_paused_or_resumed AFTER UPDATE OF paused, chat ON listener
WHEN new.paused IS NOT old.paused OR (new.chat IS NOT old.chat AND new.paused IS NOT NULL)
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_forgotten AFTER DELETE ON listener WHEN old.paused IS NOT NULL
BEGIN UPDATE lookup_version SET number = number + 1; END;
