-- What a button is kept for that holds somebody's own words is forgotten after a while.

ALTER TABLE button ADD COLUMN until TEXT;
CREATE INDEX button_until ON button (until) WHERE until IS NOT NULL;
