"""A record of any size to measure with: the same for the same seed, written past the ledger in seconds.

Words follow Zipf's law without exception: the commonest stand in a third of the facts and none of them
is a word of grammar, so nothing gets quicker by a list of stop words.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from storage.engines import migrations
from storage.search import full_text, name_index

WORDS = 60_000
SPEAKERS = 2_000
FIRST_DAY = date(2004, 1, 1)
DAYS = 7_300
AT = "2024-01-04T09:30:00.000000Z"
BIG, SMALL = "big", "small"
# Every so many facts one goes to the small story, so that its facts lie scattered among the others'.
SMALL_EVERY = 1_000
_CUES = ("said that", "denied that", "alleged that", "confirmed that", "reported that")
_STANCES = {"denied that": "denies", "alleged that": "alleges", "confirmed that": "confirms"}
_SYLLABLES = [head + tail for head in "bdfghklmnprstvz" for tail in ("a", "e", "i", "o", "u", "an", "or")]


class Sample(NamedTuple):
    """One made-up fact, with a source of its own."""

    number: int
    statement: str
    speaker: int
    cue: str
    occurred: str

    @property
    def stance(self) -> str:
        return _STANCES.get(self.cue, "asserts")

    @property
    def title(self) -> str:
        return f"Report {self.number} of the {self.statement.split()[0]} desk"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Distinct words, commonest first, and how to draw from them."""

    words: list[str]
    cumulated: list[float]

    @classmethod
    def make(cls) -> Vocabulary:
        # A generator of its own: the words must not depend on what is drawn from them.
        draw = random.Random("words")
        words: dict[str, None] = {}
        while len(words) < WORDS:
            words["".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4)))] = None
        weights = (1 / (rank + 2.7) for rank in range(1, WORDS + 1))
        return cls(list(words), list(accumulate(weights)))

    def draw(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.words, cum_weights=self.cumulated, k=count)


def samples(count: int, seed: int = 1) -> Iterator[Sample]:
    """Yield made-up facts of 15 to 25 words."""
    chance = random.Random(seed)
    vocabulary = Vocabulary.make()
    speakers = list(accumulate(1 / (rank + 20) for rank in range(SPEAKERS)))
    for number in range(1, count + 1):
        yield Sample(
            number,
            " ".join(vocabulary.draw(chance, chance.randint(15, 25))),
            chance.choices(range(SPEAKERS), cum_weights=speakers)[0],
            chance.choice(_CUES),
            (FIRST_DAY + timedelta(days=chance.randrange(DAYS))).isoformat(),
        )


def speaker_name(speaker: int) -> str:
    """Return the name of a speaker, of two words that only few share."""
    return f"Person{speaker % 50}x {_SYLLABLES[speaker % len(_SYLLABLES)].title()}{speaker}"


def sheet_lines(count: int, seed: int = 1) -> Iterator[str]:
    """Yield the corpus as lines of a JSON Lines fact sheet, each fact with an inline source."""
    for sample in samples(count, seed):
        source = {
            "title": sample.title,
            "publisher": f"Desk {sample.number % 300}",
            "url": f"https://example.org/{sample.number}",
            "published": sample.occurred,
        }
        attribution = {
            "speaker": speaker_name(sample.speaker),
            "cue": sample.cue,
            "stance": sample.stance,
            "source": source,
        }
        line = {"ref": f"made-{sample.number}", "statement": sample.statement, "occurred": sample.occurred}
        yield json.dumps({**line, "attributions": [attribution]}) + "\n"


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write a record of `count` facts, in the stories BIG and SMALL; raises FileExistsError."""
    if path.exists():
        raise FileExistsError(path)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -262144"):
        connection.execute(f"PRAGMA {pragma}")
    for _, sql in migrations.migrations():
        connection.executescript(sql)
    connection.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {migrations.latest()}")
    connection.execute("BEGIN")
    _write_stories(connection)
    rows = map(_rows, samples(count, seed))
    while part := list(islice(rows, 20_000)):
        for sql, of_table in zip(_INSERTS, zip(*part, strict=True), strict=True):
            connection.executemany(sql, of_table)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def queries(path: Path, count: int, seed: int = 2) -> list[str]:
    """Return queries of four to ten words of a fact each, common words included."""
    connection = sqlite3.connect(path)
    highest = connection.execute("SELECT max(id) FROM fact").fetchone()[0]
    chance = random.Random(seed)
    found = []
    for fact_id in chance.choices(range(1, highest + 1), k=count):
        words = (
            connection.execute("SELECT statement FROM fact WHERE id = ?", (fact_id,)).fetchone()[0].split()
        )
        found.append(" ".join(chance.sample(words, chance.randint(4, 10))))
    connection.close()
    return found


# In the order of _rows; attributions before facts, as the record demands.
_INSERTS = (
    """INSERT INTO source (id, story_id, ref, kind, title, publisher, url, published)
    VALUES (?, ?, ?, 'article', ?, ?, ?, ?)""",
    """INSERT INTO attribution (fact_id, position, speaker_id, cue, stance, source_id)
    VALUES (?, 1, ?, ?, ?, ?)""",
    """INSERT INTO fact (id, story_id, ref, statement, occurred, earliest, latest, lasting)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0)""",
    "INSERT INTO mention VALUES (?, 'speaker', 1, ?)",
    # As from before there was an audit trail: no entry of it made these.
    f"""INSERT INTO revision (fact_id, number, at, kind, actor, material, state)
    VALUES (?, 1, '{AT}', 'published', 'corpus', 1, ?)""",
    "INSERT INTO fact_text (rowid, statement, context, story) VALUES (?, ?, ?, ?)",
)


def _rows(sample: Sample) -> tuple[tuple[Any, ...], ...]:
    """Return the row of each table that a fact fills."""
    number, day = sample.number, sample.occurred
    story = 2 if number % SMALL_EVERY == 0 else 1
    # Each story has speakers of its own.
    entity = sample.speaker + 1 + (story - 1) * SPEAKERS
    source_ref, speaker_ref = f"made-source-{number}", f"speaker-{sample.speaker}"
    attribution = {"source": source_ref, "stance": sample.stance, "speaker": speaker_ref, "cue": sample.cue}
    state = {"statement": sample.statement, "occurred": day, "attributions": [attribution]}
    context = f"{speaker_name(sample.speaker)} {sample.cue} {sample.title}"
    address = f"https://example.org/{number}"
    return (
        (number, story, source_ref, sample.title, f"Desk {number % 300}", address, day),
        (number, entity, sample.cue, sample.stance, number),
        (number, story, f"made-{number}", sample.statement, day, day, day),
        (number, entity),
        (number, json.dumps(state)),
        (number, sample.statement, context, full_text.story_mark(story)),
    )


def _write_stories(connection: sqlite3.Connection) -> None:
    for story, name in ((1, BIG), (2, SMALL)):
        connection.execute(
            "INSERT INTO story (id, name, title, opened_at, language) VALUES (?, ?, ?, ?, 'en')",
            (story, name, f"The {name} story", AT),
        )
        for speaker in range(SPEAKERS):
            entity, spelling = speaker + 1 + (story - 1) * SPEAKERS, speaker_name(speaker)
            connection.execute(
                "INSERT INTO entity (id, story_id, ref, kind, name) VALUES (?, ?, ?, 'person', ?)",
                (entity, story, f"speaker-{speaker}", spelling),
            )
            add_names(connection, _name_rows(entity, spelling, story))
    index_names(connection)


def add_names(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add the rows of names."""
    connection.executemany(
        "INSERT INTO entity_name (entity_id, folded, rank, spelling, story_id) VALUES (?, ?, ?, ?, ?)", rows
    )


def index_names(connection: sqlite3.Connection) -> None:
    """Index the names of all stories, as the record does name by name."""
    for (story,) in connection.execute("SELECT id FROM story").fetchall():
        rows = connection.execute("SELECT DISTINCT folded FROM entity_name WHERE story_id = ?", (story,))
        words = name_index.word_rows(row[0] for row in rows)
        pieces = name_index.piece_rows({word for word, _form in words})
        for table, pairs in (("name_word", words), ("name_piece", pieces)):
            connection.executemany(
                f"INSERT INTO {table} VALUES ({story}, ?, ?) ON CONFLICT DO NOTHING", pairs
            )


def _name_rows(entity: int, spelling: str, story: int) -> Iterable[tuple[Any, ...]]:
    folded = spelling.casefold()
    parts = ((entity, part, 2, spelling, story) for part in folded.split())
    return chain([(entity, folded, 0, spelling, story)], parts)
