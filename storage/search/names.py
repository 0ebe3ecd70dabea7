"""Find the names that typed words may mean: whole, in part, misspelt, in another script or case form.

Each search reads a bounded part of the index, however many names there are and whatever was typed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from operator import getitem, lt

from storage.domain.folding import fold
from storage.domain.names import MOST_LETTERS
from storage.engines.database import Database, Read
from storage.engines.values import Values
from storage.reading.entities import Name
from storage.search import sounding
from storage.search.name_index import pieces

# Words of a text that are looked up as misspelt, and known words that are found for each.
MOST_MISSPELT, MOST_NEAR = 16, 16
# Words in a name, and in one that is misspelt.
LONGEST, LONGEST_MISSPELT = 6, 3
# Words of a text that are looked up as those of one name.
MOST_WORDS = 12
# What more words, or forms, have than this says too little of any of them.
COMMON = 200
# Rows that are gathered for one word, and for one text.
AFFORDABLE = 600
# Forms that are looked at, and entities of one form.
MOST_FORMS, MOST_BEARERS = 200, 10
# Fewer letters begin too many names.
BEGUN = 4

_KNOWN = """
SELECT value FROM texts(:words)
WHERE EXISTS (SELECT 1 FROM name_word WHERE story_id = :story AND word = value)
"""
_HOW_COMMON = f"""
SELECT value, (
    SELECT count(*) FROM (
        SELECT 1 FROM name_piece WHERE story_id = :story AND piece = value LIMIT {COMMON}
    ) p
) FROM texts(:pieces)
"""
_NEAR = f"""
SELECT word FROM name_piece WHERE story_id = :story AND piece IN (SELECT value FROM texts(:pieces))
GROUP BY word ORDER BY count(*) DESC, abs(length(word) - :length), word LIMIT {MOST_NEAR}
"""
_HOW_POPULAR = f"""
SELECT value, (
    SELECT count(*) FROM (SELECT 1 FROM name_word WHERE story_id = :story AND word = value LIMIT {COMMON}) w
) FROM texts(:words)
"""
# Forms by how many of the typed words they hold.
_HOLDING = f"""
WITH p AS MATERIALIZED (SELECT one, two FROM text_pairs(:pairs))
SELECT n.folded FROM p CROSS JOIN name_word n WHERE n.story_id = :story AND n.word = p.two
GROUP BY n.folded ORDER BY count(DISTINCT p.one) DESC, abs(length(n.folded) - :length), n.folded
LIMIT {MOST_FORMS}
"""
_BEGUN = f"""
SELECT DISTINCT folded FROM entity_name WHERE story_id = :story AND folded >= :low AND folded < :high
ORDER BY folded LIMIT {MOST_FORMS}
"""
# Of a form that very many bear only the first few are read, names before aliases.
_BORNE = f"""
SELECT n.folded, coalesce(e.merged_into, e.id) AS entity_id, n.rank, n.spelling
FROM texts(:forms) f CROSS JOIN entity_name n CROSS JOIN entity e
WHERE n.entity_id IN (
    SELECT entity_id FROM entity_name WHERE story_id = :story AND folded = f.value
    ORDER BY rank, entity_id LIMIT {MOST_BEARERS}
) AND n.folded = f.value AND e.id = n.entity_id
ORDER BY n.folded, n.rank, n.entity_id
"""

Near = Mapping[str, Sequence[str]]
# Which of the words near each word of a run are tried together: at most 78.
_PLACES = {
    size: [places for places in product(range(most), repeat=size) if sum(places) < most]
    for size, most in ((1, MOST_NEAR), (2, 12), (3, 6))
}


class Names:
    """Find the folded forms of a story's names that bear on what was typed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def among(self, story_id: int, words: Sequence[str], misspelt: Iterable[str]) -> list[Name]:
        """Return the forms that runs of folded words may mean, exactly or by slips of those in `misspelt`.

        Of `misspelt` the first MOST_MISSPELT are looked up.
        """
        slips = list(dict.fromkeys(misspelt))[:MOST_MISSPELT]

        def work(read: Read) -> list[Name]:
            near = _near(read, story_id, slips)
            forms = {*_exact_runs(words, _known(read, story_id, words)), *_misspelt_runs(words, near)}
            heard = sounding.forms(read, story_id, words, slips, sounding.PLAIN + sounding.MARGIN)
            return sounding.marked(_borne(read, story_id, forms | heard.keys()), heard)

        return await self._database.reading(work)

    async def resembling(self, story_id: int, text: str) -> list[Name]:
        """Return the forms that a text may mean: what begins with it, holds its words or is like it."""
        folded = fold(text) if len(text) <= MOST_LETTERS else ""
        words = folded.split()[:MOST_WORDS]
        if not words:
            return []

        def work(read: Read) -> list[Name]:
            near = _near(read, story_id, list(dict.fromkeys(words)))
            forms = {folded, *_begun(read, story_id, folded), *_misspelt_runs(words, near)}
            forms |= {*_holding(read, story_id, near, len(folded))}
            heard = sounding.forms(read, story_id, words, words, sounding.POSSIBLE)
            return sounding.marked(_borne(read, story_id, forms | heard.keys()), heard)

        return await self._database.reading(work)


def _known(read: Read, story_id: int, words: Iterable[str]) -> set[str]:
    """Return those of the words that some name holds."""
    asked = {"story": story_id, "words": Values(sorted(set(words)))}
    return {row[0] for row in read(_KNOWN, asked)}


def _near(read: Read, story_id: int, words: Sequence[str]) -> dict[str, list[str]]:
    """Return for each word the known words most like it, likeliest first, itself among them."""
    asked = {word: pieces(word) for word in words}
    every = Values(sorted({piece for own in asked.values() for piece in own}))
    common = dict(map(tuple, read(_HOW_COMMON, {"story": story_id, "pieces": every})))
    near: dict[str, list[str]] = {}
    for word, own in asked.items():
        chosen = _affordable({piece: common.get(piece, 0) for piece in own})
        rows = read(_NEAR, {"story": story_id, "pieces": Values(chosen), "length": len(word)})
        near[word] = [row[0] for row in rows]
    return near


def _affordable(common: Mapping[str, int]) -> list[str]:
    """Return the rarest keys whose rows can be afforded together."""
    chosen, rows = [], 0
    for key, count in sorted(common.items(), key=lambda item: (item[1], item[0])):
        rows += count
        if rows > AFFORDABLE:
            break
        if count:
            chosen.append(key)
    return chosen


def _exact_runs(words: Sequence[str], known: Collection[str]) -> Iterator[str]:
    """Yield the runs of known words, with and without the article that many names begin with."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            if words[end - 1] not in known:
                break
            run = " ".join(words[start:end])
            yield run
            yield f"the {run}"


def _misspelt_runs(words: Sequence[str], near: Near) -> Iterator[str]:
    """Yield what runs of words may have been meant to be: of the words near each, the likeliest together."""
    for size in range(1, LONGEST_MISSPELT + 1):
        for words_of_run in {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}:
            run = [near.get(word, ()) for word in words_of_run]
            if all(run):
                for places in _PLACES[size]:
                    if all(map(lt, places, map(len, run))):
                        yield " ".join(map(getitem, run, places))


def _holding(read: Read, story_id: int, near: Near, length: int) -> list[str]:
    """Return forms that hold words near those typed, those first that hold most of them."""
    popular = {known for each in near.values() for known in each}
    asked = {"story": story_id, "words": Values(sorted(popular))}
    chosen = set(_affordable(dict(map(tuple, read(_HOW_POPULAR, asked)))))
    pairs = [(word, known) for word, each in near.items() for known in each if known in chosen]
    rows = read(_HOLDING, {"story": story_id, "pairs": Values(pairs), "length": length})
    return [row[0] for row in rows]


def _begun(read: Read, story_id: int, folded: str) -> list[str]:
    """Return forms that begin so."""
    if len(folded) < BEGUN:
        return []
    asked = {"story": story_id, "low": folded, "high": folded + "\U0010ffff"}
    return [row[0] for row in read(_BEGUN, asked)]


def _borne(read: Read, story_id: int, forms: Iterable[str]) -> list[Name]:
    """Return who bears which of the forms."""
    rows = read(_BORNE, {"story": story_id, "forms": Values(sorted(forms))})
    return [Name(*row) for row in rows]
