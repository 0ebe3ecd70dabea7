"""Whether a fact says what a claim says. Pure.

A claim is what somebody else wrote and a reader looks up: a near miss told as its answer is a false verdict.
So a fact says a claim only if it holds all of its names, numbers, negations and words, in their order and
within one clause. Whatever else bears on it is near. Meaning is not read: a claim in other words is near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.answers.date_text import in_words
from bot.answers.sentences import sentence
from bot.questions import wording
from bot.questions.asking.kinds import Kind
from bot.questions.subject import Subject
from bot.questions.wording import Question
from bot.texts import shortened
from storage.domain import dates
from storage.domain.folding import fold
from storage.domain.models import Entity, EntityKind, Fact, Stance
from storage.domain.names import parts
from storage.domain.words import STOPWORDS, whole

# All that is shown of a claim, and all that is ever kept of it.
LONGEST_SHOWN = 160
# A longer claim says more than one fact does; of a sentence so much is compared.
MOST_WORDS, MOST_COMPARED = 40, 150
# So many of the nearest facts are compared with a claim word for word.
MOST_TRIED = 10
# Words between two that belong together: "the organiser of a children's New Year's Eve party".
WIDEST_GAP = 4

_ASKING = (Kind.WHO, Kind.WHO_SAID, Kind.WHEN, Kind.WHERE, Kind.HOW_MANY, Kind.HOW_LONG)
_WORD = re.compile(r"\d[\d,.]*\d(?!\w)|\w+|[,;:—–]")
_POSSESSIVE = re.compile(r"['’]s?\b")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_PERCENT = re.compile(r"\bper\s?cent\b", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]{0,500}\)")
# `Putin, for whose arrest the ICC issued a warrant, is charged`: what stands between commas may be left out.
_BETWEEN = re.compile(r",[^,]{1,200},")
_CLAUSES = frozenset(
    ", ; : — – who whom whose which that where when while because although though as".split()
)
# Words of grammar that tell who does what to whom, and whence and whither.
_TURNING = frozenset("against between by from into to".split())
# In these stances somebody says a thing, whatever else they do.
_SAID = (Stance.ASSERTS, Stance.ADMITS, Stance.ALLEGES, Stance.CONFIRMS)
_AUXILIARIES, _AT = frozenset("has have had also".split()), frozenset("at in near on".split())
_TENSES = {"is": "is", "are": "is", "was": "was", "were": "was", "will": "will", "shall": "will"}
# By these people are reached; what a claim says is something else.
_REACHING = re.compile(
    r"(?:https?://|www\.|t\.me/)\S+|(?<![\w@.])(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}/\S*"
    r"|<[@#:][^>\s]{1,60}>|[\w.+-]{1,64}@[\w-]+\.\w[\w.-]*|@\w+"
    r"|(?<!\w)\+?\d(?:[ ()-]{0,2}\d){8,14}(?!\w)"
)


def read(text: str, language: str = "en") -> Question:
    """Read a claim, in `language` where it does not tell its own.

    Only what ends like a question is one, for "who" and "when" stand in claims, too.
    """
    question = wording.read(text, spoken=wording.spoken_in(text) or language)
    is_question = question.kind in _ASKING and text.rstrip().endswith("?")
    return question if is_question else replace(question, kind=Kind.WHAT)


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Return a claim as it is shown: its beginning, without addresses, account names and phone numbers."""
    return shortened(" ".join(without_addresses(text).split()), longest)


def without_addresses(text: str) -> str:
    """Return a text without addresses, account names and phone numbers."""
    return _REACHING.sub(" ", text)


def is_name(claim: Question, subject: Subject) -> bool:
    """Tell whether a text is one name and no more."""
    if len(subject.entities) != 1 or claim.date is not None:
        return False
    said = tokens_in(claim.text[: wording.LONGEST], subject.entities)
    return all(token in (mark_of(subject.entities[0]), "the") or not token[0].isalnum() for token in said)


def that_say(claim: Question, subject: Subject, facts: Sequence[Fact], limit: int) -> list[Fact]:
    """Return the facts, nearest first, that say what a claim says; for a question, that agree with it."""
    holds = says if claim.kind is Kind.WHAT else agrees
    return [fact for fact in facts[:MOST_TRIED] if holds(claim, subject, fact)][:limit]


def agrees(claim: Question, subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact holds a claim's names, numbers and dates, and denies and supposes as it does."""
    heard = sentence(fact)
    if not _holds(claim, subject, fact, heard):
        return False
    said = tokens_in(_dateless(claim), subject.entities)
    return any(
        _manner(said) == _manner(tokens_in(each, subject.entities)) for each in _versions(heard, claim)
    )


def says(claim: Question, subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact says what a claim says."""
    if claim.language != "en":
        return _repeats(claim, fact)
    said = tokens_in(_dateless(claim), subject.entities)
    heard = sentence(fact)
    if _holds(claim, subject, fact, heard) and _is_in(said, heard, claim, subject):
        return True
    speaker, reported = _reported(said)
    # Who says a thing is told by the fact, in whatever words; what is said must be its statement.
    return any(
        item.speaker is not None
        and mark_of(item.speaker) == speaker
        and item.stance in _SAID
        and _holds(claim, subject, fact, sentence(fact, item))
        and _is_in(reported, fact.statement, claim, subject, reported=True)
        for item in fact.attributions
    )


def _holds(claim: Question, subject: Subject, fact: Fact, heard: str) -> bool:
    """Tell whether a fact, told in a sentence, holds a claim's names, numbers and dates."""
    held = tokens_in(heard, subject.entities)
    if not all(mark_of(entity) in held for entity in subject.entities):
        return False
    return _numbers(_dateless(claim)) <= _numbers(heard) and _holds_date(claim, fact, held)


def _is_in(
    said: Sequence[str], heard: str, claim: Question, subject: Subject, *, reported: bool = False
) -> bool:
    """Tell whether a text says what a claim's words do; if `reported`, no more than twice as much."""
    # A name that was recognised by a slip of the pen: that the fact holds it is known already.
    slips = set(claim.subject) - set(subject.words)
    wanted = [token for token in said if _has_content(token) and token not in slips]
    if not wanted or len(wanted) > MOST_WORDS:
        return False
    barriers = _CLAUSES - set(said)
    # "He said that there are none", "said that there were none": a report puts it in its own time.
    passed = {"is", "was"} if reported else set()
    for version in _versions(heard, claim):
        told = tokens_in(version, subject.entities)[:MOST_COMPARED]
        if _manner(said) != _manner(told) or not _speakers(said) <= _speakers(told):
            continue
        if not _tenses(said) - passed <= _tenses(told):
            continue
        if reported and 2 * len(wanted) < sum(map(_has_content, told)):
            continue
        if any(_follows(wanted, each, barriers) for each in (told, _with_place_last(told))):
            return True
    return False


def _reported(said: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Return who says something in a claim, and what: `Ann said that it rains`; None if it is no report."""
    name, *others = said[said[:1] == ["the"] :] or ("",)
    while others and others[0] in _AUXILIARIES:
        others = others[1:]
    if not name.startswith("@") or not others or others[0] not in wording.words().saying:
        return None, said
    return name, others[2:] if others[1:2] == ["that"] else others[1:]


def _with_place_last(told: Sequence[str]) -> Sequence[str]:
    """Return a sentence with the place behind it that stood before it: `In Velm the crew slept`."""
    if len(told) > 2 and told[0] in _AT and told[1].startswith("@"):
        return [*told[2:], *told[:2]]
    return told


def _repeats(claim: Question, fact: Fact) -> bool:
    """Tell whether a claim is a fact's statement or whole sentence, word for word.

    What denies, supposes and parts clauses is listed for English alone.
    """
    said = _words(claim.text[: wording.LONGEST])
    return said in (_words(fact.statement), _words(sentence(fact)))


def _words(text: str) -> list[str]:
    return [token for token in tokens_in(text, ()) if token[0].isalnum()]


def _follows(wanted: Sequence[str], told: Sequence[str], barriers: frozenset[str]) -> bool:
    """Tell whether a sentence has the words in their order, with no other clause and few words between."""
    walls, content = [0], [0]
    for token in told:
        walls.append(walls[-1] + (token in barriers))
        content.append(content[-1] + _has_content(token))
    reached: list[int] = []
    for number, word in enumerate(wanted):
        found = [at for at, token in enumerate(told) if _same(word, token)]
        if number:
            found = [at for at in found if _is_beside(at, reached, walls, content)]
        if not found:
            return False
        reached = found
    return True


def _is_beside(at: int, reached: Sequence[int], walls: Sequence[int], content: Sequence[int]) -> bool:
    """Tell whether a word stands close behind one of those reached: the nearest decides."""
    before = max((each for each in reached if each < at), default=None)
    if before is None:
        return False
    return walls[at] == walls[before + 1] and content[at] - content[before + 1] <= WIDEST_GAP


def _same(word: str, token: str) -> bool:
    """Tell whether two words are one, but for number and person: `arrested` is not `arrest`."""
    return word == token or (word.isalpha() and token.isalpha() and _plain(word) == _plain(token))


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    if len(word) <= 3 or word.endswith("ss") or not word.endswith("s"):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]


def _has_content(token: str) -> bool:
    listed = wording.words()
    if not (token[0].isalnum() or token[0] == "@"):
        return False
    if token in listed.negating | listed.supposing:
        return False
    return token in listed.telling_apart | _TURNING or token not in STOPWORDS | listed.telling


def _manner(tokens: Sequence[str]) -> tuple[int, bool, bool]:
    """Return how often a text denies, whether it supposes, and whether it foretells."""
    listed = wording.words()
    denied = sum(token in listed.negating for token in tokens)
    return denied, not listed.supposing.isdisjoint(tokens), "will" in _tenses(tokens)


def _tenses(tokens: Sequence[str]) -> set[str]:
    """Return of which tenses a text's forms of "be" and its auxiliaries are."""
    return {_TENSES[token] for token in tokens if token in _TENSES}


def _speakers(tokens: Sequence[str]) -> set[str]:
    """Return the names right before a word of saying, denying or calling for: who does so."""
    listed, found, before = wording.words(), set(), None
    for token in tokens:
        if before is not None and token in listed.telling | listed.supposing | listed.negating:
            found.add(before)
        if token[0] == "@":
            before = token
        elif token not in STOPWORDS:
            before = None
    return found


def _versions(heard: str, claim: Question) -> list[str]:
    """Return a sentence without asides, unless the claim has some, and without what commas set apart."""
    plain = _THOUSANDS.sub("", heard)
    bare = _ASIDE.sub(" ", plain)
    aside = [plain] if "(" in claim.text else []
    return list(dict.fromkeys((*aside, bare, _BETWEEN.sub(" ", bare))))


def tokens_in(text: str, entities: Iterable[Entity]) -> list[str]:
    """Return the words of a text, folded, and what parts its clauses; each name of an entity is one mark."""
    # Whether a number is a share is compared with the number.
    plain = _THOUSANDS.sub("", _POSSESSIVE.sub("", _PERCENT.sub(" ", text)))
    found = [folded for word in _WORD.findall(plain) for folded in (whole(word) or [word])]
    line = f" {' '.join(found)} "
    for entity in entities:
        for form in name_forms(entity):
            line = line.replace(f" {form} ", f" {mark_of(entity)} ")
    return line.split()


def mark_of(entity: Entity) -> str:
    """Return the mark of an entity among the words of a text."""
    return f"@{entity.id}"


@lru_cache(maxsize=1024)
def name_forms(entity: Entity) -> tuple[str, ...]:
    """Return the forms of an entity's name, folded, the longest first; of a person's also its parts."""
    names = {fold(_POSSESSIVE.sub("", name)) for name in (entity.name, entity.called, *entity.aliases)}
    names |= {name.removeprefix("the ") for name in names}
    if entity.kind in (EntityKind.PERSON, None):
        names |= set(parts(fold(entity.name)))
    return tuple(sorted(filter(None, names), key=len, reverse=True))


@lru_cache(maxsize=1)
def _counted() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, wording.words().bounds), key=len, reverse=True))
    return re.compile(
        rf"(?:\b(?P<bound>{words})\s+)?(?P<sign>[$€£¥₴₽])?(?<![\w.,])(?P<digits>\d[\d,]*(?:\.\d+)?)"
        r"(?:\s?(?P<share>%|per\s?cent\b))?",
        re.IGNORECASE,
    )


def _numbers(text: str) -> set[tuple[str | None, str | None, str, bool]]:
    """Return the numbers in a text: what bounds each, its currency, its digits, and whether it is a share."""
    bounds = wording.words().bounds
    return {
        (
            bounds[" ".join(found["bound"].casefold().split())] if found["bound"] else None,
            found["sign"],
            found["digits"].replace(",", ""),
            bool(found["share"]),
        )
        for found in _counted().finditer(text)
    }


def _dateless(claim: Question) -> str:
    text = claim.text[: wording.LONGEST]
    return text.replace(claim.date, " ") if claim.date else text


def _holds_date(claim: Question, fact: Fact, held: Sequence[str]) -> bool:
    """Tell whether a fact is of the date that a claim names, and at least as exact."""
    if claim.date is None:
        return True
    told = {*held, *(fold(in_words(fact.occurred)).split() if fact.occurred else ())}
    if set(fold(claim.date).split()) <= told:
        return True
    earliest, latest = dates.bounds(fact.occurred) if fact.occurred else (None, None)
    if earliest is None or latest is None or len(claim.times) != 1:
        return False
    return claim.times[0][0] <= earliest and latest <= claim.times[0][1]
