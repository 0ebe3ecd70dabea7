-- With the position in it, the index holds all that is asked of it: no engine has to be told to use it.
DROP INDEX attribution_second;
CREATE INDEX attribution_second ON attribution (fact_id, position) WHERE position = 2;
