-- Names and texts are folded as what is typed is (storage/domain/folding.py). The index takes the folded words as
-- they are: unicode61 would split them at the vowel signs of Indic scripts, and at letters newer than its tables.
ALTER TABLE fact_text RENAME TO fact_text_before;
CREATE VIRTUAL TABLE fact_text USING fts5 (
    statement,
    context,
    story,
    tokenize = "porter unicode61 remove_diacritics 0 categories 'L* N* M* C*'"
);

-- data step

DROP TABLE fact_text_before;

-- The index of names, as in 0010, from the forms that the step has made.
DELETE FROM name_word;
WITH RECURSIVE cut (story_id, folded, word, rest) AS (
    SELECT DISTINCT story_id, folded, '', folded || ' ' FROM entity_name
    UNION ALL
    SELECT story_id, folded, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
    FROM cut WHERE rest <> ''
)
INSERT INTO name_word SELECT DISTINCT story_id, word, folded FROM cut WHERE word <> '' ORDER BY 1, 2, 3;

DELETE FROM name_piece;
WITH RECURSIVE spelt (story_id, word) AS (
    SELECT DISTINCT story_id, word FROM name_word WHERE length(word) <= 40
), number (at) AS (
    SELECT 1 UNION ALL SELECT at + 1 FROM number WHERE at < 40
)
INSERT INTO name_piece
SELECT story_id, substr(' ' || word || ' ', at, 3), word FROM spelt JOIN number ON at <= length(word)
UNION
SELECT story_id, '-' || word, word FROM spelt
UNION
SELECT story_id, '-' || substr(word, 1, at - 1) || substr(word, at + 1), word
FROM spelt JOIN number ON at <= length(word)
ORDER BY 1, 2, 3;
