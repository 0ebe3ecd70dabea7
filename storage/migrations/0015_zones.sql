-- Every moment is told in the zone of the chat: which that is, is kept in memory until one is changed.
CREATE TRIGGER listener_made_with_zone AFTER INSERT ON listener WHEN new.zone <> 'UTC' OR new.topic <> 0
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_zone_changed AFTER UPDATE OF zone, chat, topic ON listener
WHEN new.zone <> old.zone OR new.chat <> old.chat OR new.topic <> old.topic
BEGIN UPDATE lookup_version SET number = number + 1; END;
CREATE TRIGGER listener_with_zone_forgotten AFTER DELETE ON listener WHEN old.zone <> 'UTC' OR old.topic <> 0
BEGIN UPDATE lookup_version SET number = number + 1; END;
