-- Names are recognised, misspelt ones too, through an index: no message is compared with all names.
-- The words of each folded form of a story's names, and the pieces of each word (storage/search/name_index.py).
CREATE TABLE name_word (
    story_id INTEGER NOT NULL REFERENCES story (id),
    word TEXT NOT NULL,
    folded TEXT NOT NULL,
    PRIMARY KEY (story_id, word, folded)
) WITHOUT ROWID;

CREATE TABLE name_piece (
    story_id INTEGER NOT NULL REFERENCES story (id),
    piece TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (story_id, piece, word)
) WITHOUT ROWID;

WITH RECURSIVE cut (story_id, folded, word, rest) AS (
    SELECT DISTINCT story_id, folded, '', folded || ' ' FROM entity_name
    UNION ALL
    SELECT story_id, folded, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
    FROM cut WHERE rest <> ''
)
INSERT INTO name_word SELECT DISTINCT story_id, word, folded FROM cut WHERE word <> '' ORDER BY 1, 2, 3;

-- Of each word any three letters in a row, its ends counted as letters; the word; and the word without one letter.
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
