-- What was done to facts after they came on record, by its moment: /corrections shows the newest first.
CREATE INDEX revision_changing ON revision (at, fact_id, number)
WHERE kind IN ('corrected', 'superseded', 'retracted', 'restored', 'taken down');
