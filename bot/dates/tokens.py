"""From a text to tokens: dates and times in digits, numbers, and the words of one language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.dates.vocabulary import Language, Meaning

_ROMAN = ("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi").split()
# Letters of Cyrillic keyboards that stand for the signs of Roman numbers.
_LIKE_LATIN = str.maketrans("хі", "xi")
_ORDINAL = r"(?:st|nd|rd|th|er|ere|eme|e|re)\b|\.?[oa]\b|-?(?:го|му|те|ого|е|й|я|а|ы|га|і)\b"
_AT = r"(?:(?<=godz\.\s)|(?<=godz\s)|(?<=\bat\s)|(?<=\bum\s)|(?<=\bo\s)|(?<=\bо\s)|(?<=las\s))"
_ZONE = r"(?:\s?(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?(?!\d)|\s?(?:utc|gmt|z)\b)?"
_HALF_DAY = r"\s?[ap]\.?m\b\.?"
_SCAN = re.compile(
    rf"""
      (?P<compact>(?:1[5-9]|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))
    | (?P<iso>\d{{4}}[-/.–]\d{{1,2}}[-/.–]\d{{1,2}}(?![\d]))
    | (?P<dmy>\d{{1,2}}(?P<sep>[./–-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d{{2}})(?![\d:]))
    | (?P<time>(?:\d{{1,2}}[:.]\d{{2}}{_HALF_DAY}|\d{{1,2}}{_HALF_DAY}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?
        |\d{{1,2}}\s?h(?:eures?)?(?:\s?\d{{2}})?\b|{_AT}\d{{1,2}}\.\d{{2}}(?![\d.])|\d{{1,2}}\.\d{{2}}(?=\s?(?:uhr|h)\b)){_ZONE})
    | (?P<my>(?:\d{{1,2}}[/.]\d{{4}})(?![\d./])|(?:0[1-9]|1[0-2])-\d{{4}}(?![-\d./]))
    | (?P<decade>\d{{3}}0(?:s|er|ern)\b|\d0(?:s|er|ern)\b|(?:\d{{3}}|\d)0-?(?:ті|тих|х|е|я|ых|ыя)\b)
    | (?P<ym>\d{{4}}-(?:0[1-9]|1[0-2])(?!\d))
    | (?P<years>\d{{4}}/(?:\d{{4}}|\d{{2}})(?!\d))
    | (?P<year>\d{{4}}(?:-?(?:го|му|й|м))?(?!\d))
    | (?P<quarter>(?:[qt][1-4]|[1-4]q)\b(?:\s?/)?) | (?P<half>h[12]\b(?:\s?/)?)
    | (?P<ordinal>\d{{1,2}}(?:{_ORDINAL}))
    | (?P<number>\d{{1,2}}(?!\d))
    | (?P<word>[^\W\d_]+)
    | (?P<dash>\s?[-–—]\s?|\.\.)
    | (?P<nothing>[\s,.()]+)
    | (?P<other>.)
    """,
    re.VERBOSE,
)

_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?::(?P<second>\d{2}))?|\s?h(?:eures?)?\s?(?P<past>\d{2})?)?"
    r"\s?(?:(?P<half>[ap])\.?m\.?)?\s?(?P<utc>utc|gmt|z)?(?:(?P<sign>[+-])(?P<off>\d{1,2}):?(?P<minutes>\d{2})?)?"
)


class Piece(NamedTuple):
    """A piece of a text: its kind, its words, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


class Token(NamedTuple):
    """What one or more pieces may mean, and the pieces from `start` up to `end`."""

    meanings: tuple[Meaning, ...]
    start: int
    end: int


def pieces(text: str) -> list[Piece]:
    """Return the pieces of a plain text, without blanks and commas."""
    found = (Piece(match.lastgroup or "", match[0], *match.span()) for match in _matches(text))
    return [_with_signs(piece) for piece in found if piece.kind != "nothing"]


def _with_signs(piece: Piece) -> Piece:
    """Return eight digits as the date that they are; any other piece as it is."""
    if piece.kind != "compact":
        return piece
    return piece._replace(kind="iso", text=f"{piece.text[:4]}-{piece.text[4:6]}-{piece.text[6:]}")


def _matches(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while match := _SCAN.match(text, at):
        yield match
        at = match.end()


def tokens(parts: Sequence[Piece], language: Language, at: int) -> Token | None:
    """Return the token of a language that begins at a piece, the longest; None if there is none."""
    part = parts[at]
    if part.kind != "word":
        meanings = _digits(part)
        return Token(meanings, at, at + 1) if meanings else None
    end = at
    words: list[str] = []
    best: Token | None = None
    while end < len(parts) and len(words) < language.longest:
        if parts[end].kind == "word":
            words.append(parts[end].text)
            if meanings := language.meanings.get(tuple(words), ()):
                best = Token(meanings, at, end + 1)
        elif parts[end].kind != "dash":
            break
        end += 1
    if (number := _roman(part.text)) is not None:
        known = best.meanings if best is not None and best.end == at + 1 else ()
        if best is None or known:
            best = Token((*known, Meaning("r", number)), at, at + 1)
    return best


def _roman(word: str) -> int | None:
    bare = re.sub(r"(?<=[ivx])(?:eme|er|e)$", "", word.translate(_LIKE_LATIN))
    return _ROMAN.index(bare) + 1 if bare in _ROMAN else None


def _digits(part: Piece) -> tuple[Meaning, ...]:  # noqa: PLR0911  # reason: one for each kind
    """Return what a piece with digits may mean."""
    text = part.text
    number = int(found[0]) if (found := re.match(r"\d+", text)) else 0
    match part.kind:
        case "iso" | "dmy" | "my" | "ym":
            return (Meaning("f", (*map(int, re.findall(r"\d+", text)), text)),)
        case "time":
            return (Meaning(":", text),) if time_of(text) else ()
        case "decade":
            day = (
                (Meaning("n", number), Meaning("o", number))
                if number <= 31 and not text.endswith("s")
                else ()
            )
            return (Meaning("x", _decade(number)), *day)
        case "years":
            first, last = text.split("/")
            return (Meaning("Y", (int(first), int(last[-2:]))),)
        case "year":
            return (Meaning("y", number),)
        case "ordinal":
            return (Meaning("n", number), Meaning("o", number))
        case "number":
            return (*((Meaning("n", number),) if 1 <= number <= 31 else ()), Meaning("z", text))
        case "quarter" | "half":
            return (Meaning("Q" if part.kind == "quarter" else "H", int(re.sub(r"\D", "", text))),)
        case "dash":
            return (Meaning("-", ".." if text == ".." else None),)
    return ()


def _decade(number: int) -> int:
    """Return a decade's first three digits; one of two digits is of the last hundred years."""
    return number // 10 if number > 99 else 190 + number // 10 if number >= 20 else 200 + number // 10


def time_of(text: str) -> str | None:
    """Return a time of day as EDTF has it, with the zone that is told; None for what is no time."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"] or match["past"] or 0), match["second"]
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    if hour > 23 or minute > 59 or int(second or 0) > 59:
        return None
    zone = "Z" if match["utc"] else ""
    if match["sign"]:
        zone = f"{match['sign']}{int(match['off']):02}:{match['minutes'] or '00'}"
    return f"{hour:02}:{minute:02}" + (f":{second}" if second else "") + zone
