-- Changes in the order in which they became known, of all stories and of each: what feeds and the API tell.
CREATE INDEX revision_by_entry ON revision (audit_id, fact_id, number);
CREATE INDEX audit_by_story ON audit (story_id, id);
CREATE INDEX audit_imported ON audit (id) WHERE action = 'imported';
-- New facts that were held: what they brought became known when their notice was due.
CREATE INDEX notice_held ON notice (due_at, id) WHERE kind = 'published' AND due_at > made_at;
CREATE INDEX notice_held_entry ON notice (audit_id) WHERE kind = 'published' AND due_at > made_at;
