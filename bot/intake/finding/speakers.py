"""From the words for a speaker to whom they mean: the name, the role, the antecedent of a pronoun. Pure.

A pronoun is never silently replaced: the speaker tells what was read, and whether somebody else may be meant.
"""

from __future__ import annotations

import re
import tomllib
from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot.intake.finding.drafts import Speaker
from bot.intake.finding.honorifics import honorifics, without
from bot.intake.speech.layout import Span

# Whoever was named further back is not meant by a pronoun.
MOST_PARAGRAPHS_BACK = 3
MOST_CANDIDATES = 4
GENDERS = {"he": "m", "she": "f", "his": "m", "her": "f", "him": "m"}
_RELATIVE = frozenset("who which that".split())
# Between a name and the "who" that means it.
WIDEST_GAP = 40
# So many mentions are kept and looked through.
MOST_NEAR = 60
_OTHERS = frozenset("they it its their i we my our you who which that one both all some many others".split())
_MALE = re.compile(
    r"\b(?:mr|sir|lord|king|prince|father|brother|son|husband|spokesman|chairman|congressman|businessman|actor"
    r"|uncle|monsieur|herr|señor|himself)\b\.?",
    re.IGNORECASE,
)
_FEMALE = re.compile(
    r"\b(?:mrs|ms|miss|mme|mlle|lady|dame|queen|princess|mother|sister|daughter|wife|spokeswoman|chairwoman"
    r"|congresswoman|businesswoman|actress|aunt|madame|frau|señora|herself)\b\.?",
    re.IGNORECASE,
)
# Articles that are one word with a name: al-Najar, d'Arc.
_JOINED = r"(?:(?:a[dlnrstz]|el|ul|ibn|d|l)[-'’])?"
_CAPITAL = rf"{_JOINED}[A-ZÀ-ÖØ-Þ][\w.'’-]*\w\.?|[A-Z]\."
_LINK = r"(?:(?:de|del|da|di|du|van|von|der|den|bin|ibn|al|el|la|le|of|the|for|and|&)\s+){0,2}"
NAME = re.compile(rf"(?:{_CAPITAL})(?:\s+{_LINK}(?:{_CAPITAL})){{0,7}}")
_SMALL_WORDS = frozenset("of in for at from by to the and with on a an 's who".split())
# What such words stand in is a description, though it has capitals: `Commissioner for Ports`.
_DESCRIBES = re.compile(r"\b(?:of|for|at)\b|['’]s?\s")
# Words of which the names of organisations are made.
BODIES = re.compile(
    r"\b(?:agency|army|assembly|association|authority|bank|board|bureau|cabinet|commission|committee|company"
    r"|council|court|department|federation|foundation|fund|government|group|hospital|institute|ministry|navy"
    r"|network|news|office|organi[sz]ation|parliament|party|police|press|school|senate|service|times|trust|union"
    r"|university)\b",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in the text: where, and of which gender if that is told.

    `leads` tells that it is as a speaker or the subject of a sentence, `told_of` that it is within what
    somebody else says.
    """

    name: str
    at: Span
    paragraph: int
    gender: str = ""
    leads: bool = False
    told_of: bool = False


class People:
    """Those who are named in a text as far as it was read; of each name the gender that a mention tells."""

    def __init__(self, named: Iterable[Person] = ()) -> None:
        self._near: list[Person] = []
        self._genders: dict[str, str] = {}
        self._wholes: dict[str, dict[str, None]] = {}
        for person in named:
            self.add(person)

    def add(self, person: Person) -> None:
        """Add a mention; only the last ones are kept, for a pronoun means nobody further back."""
        if person.gender:
            self._genders.setdefault(person.name, person.gender)
        if " " in person.name:
            self._wholes.setdefault(person.name.rsplit(" ", 1)[1], {})[person.name] = None
        insort(self._near, person, key=lambda each: each.at)
        if len(self._near) > 2 * MOST_NEAR:
            del self._near[:MOST_NEAR]

    def before(self, at: int, paragraph: int) -> list[Person]:
        """Return the mentions before a place in the text, of this paragraph and those before it."""
        return [
            replace(each, gender=self._genders.get(each.name, ""))
            for each in self._near[-MOST_NEAR:]
            if each.at.end <= at and paragraph - each.paragraph <= MOST_PARAGRAPHS_BACK
        ]

    def tell_of(self, contents: Sequence[Span], paragraph: int) -> None:
        """Mark those mentions in a paragraph that lie within what somebody says."""
        self._near = [
            replace(each, told_of=True)
            if each.paragraph == paragraph and any(each.at.overlaps(span) for span in contents)
            else each
            for each in self._near
        ]

    def whole(self, name: str) -> str:
        """Return the name as it was first given in whole: `Reed` after Ann Reed."""
        known = self._wholes.get(name, {})
        return next(iter(known)) if " " not in name and len(known) == 1 else name


def is_pronoun(words: str) -> bool:
    """Tell whether the words for a speaker name nobody by themselves."""
    return words.lower() in GENDERS or words.lower() in _OTHERS


def gender(words: str) -> str:
    """Return `m` or `f` where the words for somebody tell it, else nothing."""
    given = {word.lower() for word in words.replace(",", " ").split()[:-1]}
    male, female = bool(_MALE.search(words)), bool(_FEMALE.search(words))
    if male == female:
        men, women = _given_names()
        male, female = not given.isdisjoint(men), not given.isdisjoint(women)
    return "" if male == female else "m" if male else "f"


def is_given_name(word: str) -> bool:
    """Tell whether a word is a well-known given name: what begins with one has no title."""
    return any(word.lower() in names for names in _given_names())


@cache
def _given_names() -> tuple[frozenset[str], frozenset[str]]:
    """Return given names that are nearly always men's, and women's: they tell "he" and "she" apart."""
    known = tomllib.loads(Path(__file__).with_name("given_names.toml").read_text(encoding="utf-8"))
    return frozenset(known["men"].split()), frozenset(known["women"].split())


def read(text: str, source: Span, paragraph: int, people: People, means: Span | None = None) -> Speaker:
    """Return whom the words for a speaker mean; `people` are those named so far.

    `means` is where the antecedent of a relative pronoun stands, if that is known.
    """
    words = " ".join(source.of(text).split())
    if means is not None and means != source:
        return read(text, means, paragraph, people).model_copy(update={"read_from": words})
    if is_pronoun(words):
        return _resolved(words, source, paragraph, people)
    at, role = trimmed(text, source)
    before = honorifics(at.of(text))
    at = Span(at.start + before.length, at.end)
    role = ", ".join(filter(None, (before.role, role))) or None
    kind = "person" if before.length else None
    return Speaker(name=people.whole(plain_name(at.of(text))), at=at, role=role, kind=kind)


def plain_name(words: str) -> str:
    """Return a name in one line, without honorifics and the sign of the possessive."""
    return _POSSESSIVE.sub("", without(" ".join(words.split())))


def trimmed(text: str, source: Span) -> tuple[Span, str | None]:
    """Return where the name stands in the words for a speaker, and the other words as a role, if any.

    `Ann Reed, the mayor` and `the mayor, Ann Reed,` are Ann Reed; `harbour master Ann Reed` is, too.
    """
    start = source.start
    words = source.of(text).rstrip(" ,)")
    first, second = _halves(words)
    if first and second:
        described = NAME.fullmatch(second) and _DESCRIBES.search(first)
        if not described and (NAME.fullmatch(first) or not NAME.fullmatch(second)):
            return _bare(Span(start, start + len(first)), text, " ".join(second.split()))
        return Span(start + len(words) - len(second), start + len(words)), " ".join(first.split())
    return _bare(Span(start, start + len(words)), text, None)


def _halves(words: str) -> tuple[str, str]:
    """Return what stands before the first comma or bracket, and behind it."""
    cut = next((at for at, mark in enumerate(words) if mark in ",("), len(words))
    return words[:cut].rstrip(), words[cut + 1 :].lstrip(" ,(")


def _bare(at: Span, text: str, role: str | None) -> tuple[Span, str | None]:
    """Return a name without the description before it."""
    words = at.of(text)
    names = list(NAME.finditer(words))
    if not names or names[-1].end() != len(words) or names[-1].start() == 0:
        return at, role
    before = words[: names[-1].start()].split()
    if not before or before[-1].lower() in _SMALL_WORDS or before[-1].endswith(("'s", "’s")):
        return at, role
    return Span(at.start + names[-1].start(), at.end), role or " ".join(before)


def _resolved(words: str, source: Span, paragraph: int, people: People) -> Speaker:
    """Return whom a pronoun means by who was named before it; the pronoun itself where nobody fits.

    It is whoever spoke or was a sentence's subject last; that is sure if nobody else who fits was named
    since but by a speaker, and the name is known to be a man's or a woman's, or nobody else's is near.
    """
    near = people.before(source.start, paragraph)
    if words.lower() in _RELATIVE and near and source.start - near[-1].at.end <= WIDEST_GAP:
        return Speaker(name=near[-1].name, at=near[-1].at, read_from=words, sure=True)
    wanted = GENDERS.get(words.lower())
    fitting = [each for each in near if each.gender in ("", wanted)] if wanted else []
    if not fitting:
        return Speaker(name=words, at=source, read_from=words, sure=False)
    recent = [each for each in fitting if paragraph - each.paragraph <= 1 and not each.told_of]
    leading = [each for each in recent if each.leads]
    best = (leading or recent or fitting)[-1]
    names = tuple(dict.fromkeys(each.name for each in (best, *reversed(fitting))))[:MOST_CANDIDATES]
    rivals = {each.name for each in recent if each.at >= best.at} - {best.name}
    alone = {each.name for each in recent} == {best.name}
    sure = bool(leading) and not rivals and (alone or best.gender == wanted)
    return Speaker(name=best.name, at=best.at, read_from=words, sure=sure, candidates=names)
