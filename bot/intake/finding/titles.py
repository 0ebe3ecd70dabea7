"""A title with a capital before a name, told from the name by the parse: `Mayor Ida Holt`. Pure.

No list says what a title is: it is what the parse takes for a common noun once it has no capital. Where
the parse does not tell surely, both readings are for a person to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bot.intake.finding.drafts import FoundName, Speaker
from bot.intake.finding.honorifics import honorifics
from bot.intake.finding.speakers import BODIES, NAME, is_given_name
from bot.intake.speech.layout import Span
from bot.parsing.articles import bare

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Words of a title, at most.
MOST_WORDS = 3
# A name stands in it by itself: the same name is asked of the parser once, in whatever sentence it stands.
_FRAME = "On Monday {} told the council that it was safe."
_WORD = re.compile(r"\S+")


class Reading(NamedTuple):
    """What tells a title from a name: the sentence, the names in it, the parser, and whole names."""

    text: str
    sentence: Span
    names: Sequence[FoundName]
    parse: Callable[[str], Doc]
    whole: Callable[[str], str]


def apart(speaker: Speaker, reading: Reading) -> Speaker:
    """Return a speaker whose title is the role; one that is not sure if it may be part of the name."""
    article, name = bare(speaker.at.of(reading.text))
    start = speaker.at.end - len(name)
    words = [Span(start + match.start(), start + match.end()) for match in _WORD.finditer(name)]
    inside = reading.sentence.start <= start and speaker.at.end <= reading.sentence.end
    if (
        speaker.read_from is not None
        or not inside
        or bare(speaker.name)[1] != name
        or not NAME.fullmatch(name)
        or len(words) < 2
        or is_given_name(words[0].of(reading.text))
    ):
        return speaker
    ends = (each.at for each in reading.names if each.kind == "person" and each.at.end == speaker.at.end)
    person = next(ends, None)
    count = next((at for at, word in enumerate(words) if person and word.start == person.start), 0)
    polite = count > 0 and honorifics(reading.text[words[count - 1].start : speaker.at.end]).length > 0
    noun = polite or (count > 0 and _is_noun(reading, words, count))
    count = count or _by_parse(reading, words)
    single = count == len(words) - 1
    title = " ".join(reading.text[words[0].start : words[count].start].split())
    # Nobody's title has an article and one name behind it: that is a newspaper.
    if not count or (single and article):
        return speaker
    at = Span(words[count].start, speaker.at.end)
    rest = " ".join(at.of(reading.text).split())
    name = reading.whole(rest)
    role = ", ".join(filter(None, (title, speaker.role)))
    found = speaker.model_copy(update={"name": name, "at": at, "role": role, "kind": "person"})
    if name == rest and single:
        # People are known so, too: "Pope Francis".
        return speaker.model_copy(update={"sure": False, "candidates": (speaker.name, rest)})
    if name == rest and not noun:
        return found.model_copy(update={"sure": False, "candidates": (rest, speaker.name)})
    return found


def guessed(speaker: Speaker) -> Speaker:
    """Return a speaker without what stands before a well-known given name, where nothing is parsed.

    It is not sure: both readings are for a person to choose from.
    """
    words = speaker.name.split()
    starts = (at for at in range(1, min(MOST_WORDS, len(words) - 2) + 1) if is_given_name(words[at]))
    start = 0 if is_given_name(words[0]) else next(starts, 0)
    title, name = " ".join(words[:start]), " ".join(words[start:])
    is_name = NAME.fullmatch(speaker.name) is not None and not BODIES.search(name)
    if not start or not is_name or speaker.read_from is not None:
        return speaker
    role = ", ".join(filter(None, (title, speaker.role)))
    return speaker.model_copy(
        update={
            "name": name, "role": role, "kind": "person", "sure": False, "candidates": (name, speaker.name),
        }
    )  # fmt: skip


def _by_parse(reading: Reading, words: Sequence[Span]) -> int:
    """Return how many words are a title where no person was found: the rest is named by itself then."""
    counts = range(min(MOST_WORDS, len(words) - 2), 0, -1)
    return next((each for each in counts if _is_noun(reading, words, each, named=True)), 0)


def _is_noun(reading: Reading, words: Sequence[Span], count: int, *, named: bool = False) -> bool:
    """Tell whether the last of some words is a common noun once they have no capitals.

    `named` asks as well that what follows them is a name by itself.
    """
    each = [word.of(reading.text) for word in words]
    title = " ".join(each[:count]).lower()
    doc = reading.parse(_FRAME.format(f"{title} {' '.join(each[count:])}"))
    rest = _FRAME.index("{") + len(title) + 1
    noun = any(token.idx + len(token) == rest - 1 and token.tag_ == "NN" for token in doc)
    return noun and (not named or any(name.start_char == rest for name in doc.ents))
