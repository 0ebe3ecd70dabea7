"""Taking what somebody wrote apart into its claims: sentences, long ones at their joints. Pure.

What is quoted stays with who says it: a sentence does not end inside quotation marks. Two sentences that stay
one only make a claim stricter, so where it is not sure that one ends, none does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bot.questions.claims import without_addresses
from storage.domain.language.abbreviations import ends_abbreviated
from storage.reading.addresses import comparable

# So much of a text is read, and so many of its claims and addresses are looked up.
LONGEST, MOST, MOST_ADDRESSES = 6_000, 20, 5
# A longer sentence is taken apart at its joints.
LONG_SENTENCE = 150
# A text of so many claims and letters that asks nothing is a post, not a question.
POST_CLAIMS, POST_LETTERS = 3, 240
# Marks that close a quotation far from where it opens belong to two quotations.
_QUOTED = re.compile(r"“[^“”]{1,600}”|«[^«»]{1,600}»|„[^„“”]{1,600}[“”]|\"[^\"]{1,600}\"")
_END = re.compile(r"(?:(?<![.!?…])[.!?…]++[\"”»“’')\]]{0,3}\s++|(?<![。！？])[。！？]++[」』”]?\s*+)(?=\S)")
# What stands before a line's words in a post: bullets, numbers, emoji.
_LEAD = re.compile(r"^(?:[^\w\"“«„‘'($€£¥₴₽+-]|[-+](?!\d)|\d{1,2}[.)](?=\s))*")
_TAGS_AT_END = re.compile(r"(?:(?:^|\s)#\w+[.,;!]?)+\s*$")
_TAG = re.compile(r"#(?=\w)")
_ADDRESS = re.compile(
    r"(?<![\w@.])(?:https?://|www\.)?(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}(?::\d+)?(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
_JOINT = re.compile(r"; |,? (?=and that )")
_THAT = re.compile(r"^[^,;]{1,80}?\s(?=that\s)")
_LETTERS = re.compile(r"[^\W\d_]")


class Claims(NamedTuple):
    """The first claims of a text, and whether it has more than were read."""

    claims: tuple[str, ...]
    more: bool


def claims_in(text: str) -> Claims:
    """Return what a text claims, a sentence or a part of one each; a text without words has none."""
    found = list(islice(_claims(text[:LONGEST]), MOST + 1))
    return Claims(tuple(dict.fromkeys(found[:MOST])), len(found) > MOST or len(text) > LONGEST)


def addresses_in(text: str) -> list[str]:
    """Return the first addresses of the web in a text, with or without a scheme, each once."""
    found = (match[0].rstrip(".,;:!?)'”»") for match in _ADDRESS.finditer(text[:LONGEST]))
    return list(islice(dict.fromkeys(each for each in found if comparable(each)), MOST_ADDRESSES))


def is_post(text: str) -> bool:
    """Tell whether a text that was sent as a question is somebody's post: it claims much and asks nothing."""
    return len(text) >= POST_LETTERS and "?" not in text and len(claims_in(text).claims) >= POST_CLAIMS


def _claims(text: str) -> Iterator[str]:
    for line in text.splitlines():
        # Tags at the end of a line file it; one within a sentence is a word of it.
        plain = _TAG.sub("", _TAGS_AT_END.sub("", without_addresses(line)))
        plain = _unquoted(_LEAD.sub("", " ".join(plain.split()), count=1))
        for sentence in _sentences(plain):
            yield from (part for part in _parts(sentence) if len(_LETTERS.findall(part)) > 1 and " " in part)


def _unquoted(line: str) -> str:
    """Return a line that is one quotation and no more without its marks."""
    match = _QUOTED.fullmatch(line)
    return line[1:-1].strip() if match else line


def _sentences(line: str) -> Iterator[str]:
    quotations = [match.span() for match in _QUOTED.finditer(line)]
    begun = 0
    for match in _END.finditer(line):
        end = match.end()
        if any(start < end < stop for start, stop in quotations) or _goes_on(line, match, quotations):
            continue
        yield line[begun:end].strip()
        begun = end
    yield line[begun:].strip()


def _goes_on(line: str, match: re.Match[str], quotations: list[tuple[int, int]]) -> bool:
    """Tell whether a sentence goes on behind what looks like its end."""
    after, before = line[match.end()], line[: match.start() + 1]
    if after.islower() or after in "—–-":
        return True
    if ends_abbreviated(before):
        return True
    # "..." Lukashenko said. "..." : who says the second stands before it.
    quoted = next((stop for start, stop in quotations if start == match.end()), None)
    return (
        quoted is not None and bool(quotations) and quotations[0][0] < match.start() and _is_end(line, quoted)
    )


def _is_end(line: str, at: int) -> bool:
    return line[at - 2] in ".!?…" or not line[at:].strip(" .!?")


def _parts(sentence: str) -> Iterator[str]:
    """Yield the parts of a long sentence; what several are said to be keeps the words of saying it."""
    if len(sentence) <= LONG_SENTENCE or _QUOTED.search(sentence):
        yield sentence
        return
    said = _THAT.match(sentence)
    for part in _JOINT.split(sentence):
        if said and part.startswith("and that "):
            yield f"{said[0].strip()} … {part.removeprefix('and ')}"
        else:
            yield part.strip()
