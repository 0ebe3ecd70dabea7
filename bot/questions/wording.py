"""Reading a question: the kind of answer it wants, and the words that name its subject. Pure."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.questions.asking.grammar import grammar, nearest_language, tokens_of
from bot.questions.asking.kinds import Asked, Kind, asked
from bot.questions.asking.spelling import numbers, spelt_out
from storage.domain import dates
from storage.domain.language.detection import detect
from storage.domain.words import STOPWORDS, whole

if TYPE_CHECKING:
    from bot.dates.finding import Found
    from bot.dates.reading import Reading

_LETTER = re.compile(r"\w")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_JOINED = re.compile(
    r"(?:(?<!\s)\s++)?(?:,\s*+)?\b(?:and|but|or)\s++(?=(?:who|what|when|where|why|how|which)\b)",
    re.IGNORECASE,
)

# What a longer text is about stands in its first letters and words, and what it asks in fewer.
LONGEST, MOST_TOKENS, MOST_ASKING = 1_000, 100, 40
# Of so few words none tells a language surely: a hat is German grammar.
SHORT = 3
# Spanish alone turns the mark before a question, however short.
TURNED = "¿"
_RANGE = re.compile(r"\b\d{4}(?:-\d\d){0,2}(?:\.\.|/)\d{4}(?:-\d\d){0,2}\b")
_CLAUSE = re.compile(r"[,;:]\s+|\s[–—-]\s+|¿")
_QUESTION_WORDS = frozenset("who whom whose what which when where why how many much day year month".split())
_WRITTEN = re.compile(r"[^\W\d_][^\s.,;:!?()\"“”]*")
# Shouted or titled: with more capitals than this, a capital tells nothing.
MOST_CAPITALS = 0.6
# A day against which a date is read that is not told: only its words are wanted.
_SOME_DAY = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of words.toml, by stem where they are compared by stem."""

    titles: frozenset[str]
    asking_of_someone: tuple[frozenset[str], ...]
    checking: frozenset[str]
    telling: frozenset[str]
    saying: frozenset[str]
    telling_apart: frozenset[str]
    negating: frozenset[str]
    denying: frozenset[str]
    supposing: frozenset[str]
    requesting: frozenset[str]
    about_the_record: dict[str, frozenset[str]]
    bounds: dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question read: `tokens` are its folded words, `subject` those that say of what, numbers included.

    A date that the question names stands apart from both, with what it tells; `proper` are the words written
    as names are. `topic` is the subject without words that tell the kind: empty, it is of the whole story.
    `numbers` are its numbers in digits alone; `asks` is false if no word of it asks anything. `spelt` is its
    beginning as articles would spell it.
    """

    text: str
    tokens: tuple[str, ...]
    subject: tuple[str, ...]
    date: str | None = None
    proper: frozenset[str] = frozenset()
    reading: Reading | None = None
    kind: Kind = Kind.WHAT
    latest: bool = False
    negated: bool = False
    topic: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    language: str = "en"
    asks: bool = True
    spelt: str = ""

    @property
    def times(self) -> list[tuple[str, str]]:
        """The first and last day of each date that may be meant, where its year is known."""
        if self.reading is None:
            return []
        spans = (dates.bounds(choice) for choice in self.reading.choices)
        return [(first, last) for first, last in spans if first and last]


@cache
def words() -> Words:
    """Return the lists of words, read once."""
    data = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return Words(
        titles=frozenset(data["titles"].split()),
        asking_of_someone=tuple(frozenset(whole(line)) for line in data["asking_of_someone"].values()),
        checking=frozenset(whole(data["checking"])),
        telling=frozenset(f"{data['telling']} {data['saying']}".split()),
        saying=frozenset(data["saying"].split()),
        telling_apart=frozenset(data["telling_apart"].split()),
        negating=frozenset(whole(f"{data['negating']} {data['denying']}")),
        denying=frozenset(whole(data["denying"])),
        supposing=frozenset(data["supposing"].split()),
        requesting=frozenset(data["requesting"].split()),
        about_the_record={name: frozenset(line.split()) for name, line in data["about_the_record"].items()},
        bounds={phrase: name for name, phrases in data["bounds"].items() for phrase in phrases},
    )


@cache
def common_words(spoken: str = "en") -> frozenset[str]:
    """Return the folded words of grammar and of asking in a language: they name nothing."""
    own = grammar(spoken).function
    return own | STOPWORDS if spoken == "en" else own


def spoken_in(text: str) -> str | None:
    """Return the language of a question; None where it is too short to tell, and its words of asking must."""
    if TURNED in text:
        return "es"
    return detect(text[:LONGEST]) if len(text.split()) > SHORT else None


def parts(text: str) -> list[str]:
    """Take a compound question apart: `who is X and what did he say` asks two things."""
    pieces = [piece.strip(" ,;") for piece in re.split(r"(?<![?!])[?!]++\s++", text)]
    return [part for piece in pieces for part in _JOINED.split(piece) if _LETTER.search(part)][:4] or [text]


def read(
    text: str, today: dt.date | None = None, *, language: str = "en", spoken: str | None = None
) -> Question:
    """Read one question; of a very long one only its beginning.

    Dates are read as people with `language` write them. The question is in `spoken`, English if that is not
    known; if it asks nothing in that, in the language of which it has words.
    Without `today`, a date that depends on the day on which it was asked is only taken apart from the rest.
    """
    begun = text[:LONGEST]
    found = _find(begun, today or _SOME_DAY, language=language)
    reading = found.reading if found else None
    if today is None and reading is not None and (reading.relative or len(reading.choices) > 1):
        reading = replace(reading, choices=())
    date = found.words if found else _turned_range(begun)
    spoken, wants, tokens = _asked(begun, spoken or "en")
    if date:
        tokens = _tokens(begun.replace(date, " "), spoken)
    topic = tuple(token for token in wants.topic if token in tokens)
    return Question(
        text=text,
        tokens=tokens,
        subject=_subject(tokens, spoken),
        date=date,
        proper=_proper(begun),
        reading=reading,
        kind=wants.kind,
        latest=wants.latest,
        negated=wants.negated,
        topic=topic,
        numbers=numbers(tokens, spoken),
        language=spoken,
        asks=wants.sure,
        spelt=spelt_out(begun, spoken),
    )


def _asked(text: str, spoken: str) -> tuple[str, Asked, tuple[str, ...]]:
    """Return the language in which a text asks, what, and its words."""
    wants, tokens = _asked_in(text, spoken)
    other = None if wants.sure else nearest_language(tokens[:MOST_ASKING])
    if other is None or other == spoken:
        return spoken, wants, tokens
    heard, said = _asked_in(text, other)
    return (other, heard, said) if heard.sure else (spoken, wants, tokens)


def _asked_in(text: str, spoken: str) -> tuple[Asked, tuple[str, ...]]:
    tokens = _tokens(text, spoken)
    clauses: list[int] = []
    if len(tokens) <= MOST_ASKING and "?" in text:
        for piece in _CLAUSE.split(text)[:-1]:
            clauses.append((clauses[-1] if clauses else 0) + len(_tokens(piece, spoken)))
    return asked(tokens[:MOST_ASKING], spoken, marked="?" in text, clauses=clauses), tokens


def asks_of_someone(others: Sequence[str]) -> bool:
    """Tell whether the words beside a name ask in another language what its bearer says, or who that is.

    One word alone may be one of English: "hat", "fact".
    """
    return len(others) > 1 and any(set(others) <= language for language in words().asking_of_someone)


def points(text: str) -> bool:
    """Tell whether a text says nothing of its own, as `is this true?`: it asks about something else."""
    asking = text.removeprefix("/ask ")
    # Most texts say something, whether or not it is a date that they say: to look for one is dear.
    if not set(_subject(_tokens(asking[:LONGEST], "en"))) <= words().checking:
        return False
    question = read(asking)
    if question.date or not set(question.subject) <= words().checking:
        return False
    return about_the_record(question) not in ("start", "help")


def about_the_record(question: Question) -> str | None:
    """Return the command that answers a question about the record itself, None for one about the story."""
    listed = words()
    passed_over = common_words() | listed.requesting | _QUESTION_WORDS
    said = set(question.tokens)
    for command, family in listed.about_the_record.items():
        if said & family and said - family <= passed_over:
            return command
    return None


def _find(text: str, today: dt.date, *, language: str) -> Found | None:
    from bot.dates.finding import find  # with the first question: no start needs it

    return find(text, today, language=language)


def _turned_range(text: str) -> str | None:
    """Return a range that ends before it begins: the answer says so."""
    from bot.dates.reading import turned

    match = _RANGE.search(text)
    return match[0] if match and turned(match[0], _SOME_DAY) else None


def _tokens(text: str, spoken: str) -> tuple[str, ...]:
    plain = _THOUSANDS.sub("", spelt_out(text, spoken))
    # Folding may lengthen a text many times: one sign of another script may stand for a sentence.
    tokens = " ".join(tokens_of(plain, spoken))[:LONGEST].split()
    # What is left of a possessive says nothing.
    return tuple(word for word in tokens if word != "s" or spoken == "fr")[:MOST_TOKENS]


def _subject(tokens: Iterable[str], spoken: str = "en") -> tuple[str, ...]:
    """Return the words that say something of their own, each once."""
    known = common_words(spoken)
    return tuple(dict.fromkeys(token for token in tokens if token not in known))


def _proper(text: str) -> frozenset[str]:
    """Return the folded words written with a capital inside a sentence; none where capitals mean nothing."""
    written = _WRITTEN.findall(text)
    capitals = [word for word in written[1:] if word[0].isupper()]
    if len(capitals) > MOST_CAPITALS * len(written):
        return frozenset()
    return frozenset(folded for word in capitals for folded in whole(word))
