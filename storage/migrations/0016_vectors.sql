-- What a sentence means, as a vector, so that a question finds facts that hold none of its words.
-- One row for each fact that was ever in force; without a vector it waits for one, or is in force no more.
CREATE TABLE fact_vector (
    fact_id INTEGER PRIMARY KEY REFERENCES fact (id) DEFERRABLE INITIALLY DEFERRED,
    story_id INTEGER NOT NULL REFERENCES story (id),
    number INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    model TEXT,
    vector BLOB,
    CHECK ((model IS NULL) = (vector IS NULL))
);
-- `number` grows with each change of a row: whoever holds vectors in memory reads what came after.
CREATE INDEX fact_vector_by_number ON fact_vector (story_id, number, fact_id);
CREATE INDEX fact_vector_waiting ON fact_vector (fact_id, story_id) WHERE waiting = 1;
CREATE INDEX fact_vector_by_model ON fact_vector (model, fact_id) WHERE vector IS NOT NULL;

INSERT INTO fact_vector (fact_id, story_id, number, waiting)
SELECT id, story_id, 1, 1 FROM fact WHERE superseded_by IS NULL AND retracted IS NULL ORDER BY id;
