"""A reader of Discord's markdown, made from how its client reads: what is shown, and what is marked up.

It knows nothing of the renderer that it tests, and where clients differ it takes a mark for active. The rules
are Discord's own, as people found them: https://github.com/LyricLy/parse-discord,
https://support.discord.com/hc/en-us/articles/210298617.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

INSIDE = r"((?:\\.|[^\\])+?)"


class Rule(NamedTuple):
    name: str
    pattern: re.Pattern[str]


def rules(**patterns: str) -> list[Rule]:
    return [Rule(name, re.compile(pattern, re.DOTALL | re.IGNORECASE)) for name, pattern in patterns.items()]


AT_LINE_START = rules(
    header=r"#{1,3}(?=\s|$)",
    subtext=r"-#(?=\s|$)",
    bullet=r"[-*+](?=\s|$)",
    number=r"\d+[.)](?=\s|$)",
    quote=r">(?:>>)?(?=\s|$)",
)
INLINE = rules(
    code_block=r"```.+?```",
    code=r"(`+).+?(?<!`)\1(?!`)",
    bold=rf"\*\*{INSIDE}\*\*(?!\*)",
    italic=r"\*(?!\s)((?:\\.|\*\*|[^*\\])+?)(?<!\s) {0,2}\*(?!\*)",
    underline=rf"__{INSIDE}__(?!_)",
    italic_too=r"_((?:\\.|__|[^_\\])+?)_(?!\w)",
    strike=r"~~(.+?)~~(?!_)",
    spoiler=r"\|\|.+?\|\|",
    link=(
        r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]"
        r"\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"].*?['\"])?\s*\)"
    ),
    user=r"<@!?\d+>",
    role=r"<@&\d+>",
    channel=r"<#\d+>",
    command=r"</[^:\n]+:\d+>",
    navigation=r"<id:\w+>",
    time=r"<t:-?\d+(?::\w)?>",
    custom_emoji=r"<a?:\w+:\d+>",
    autolink=r"<[^: >]+:/[^ >]+>",
    email=r"<[^@\s<>]+@[^@\s<>]+>",
    phone=r"<\+[\d ()-]+>",
    address=r"[a-z]+://[^\s<]+[^<.,:;\"'\]\s]",
    www=r"www\.\S",
    everyone=r"@(?:everyone|here)",
    emoji=r":[a-zA-Z0-9_+-]+(?:::skin-tone-\d)?:",
)
# With none of these no rule begins, which is looked at first: the rules are many.
SIGN = re.compile(r"[\\`*_~|\[<@:]|[a-z]+://|www\.", re.IGNORECASE)
ANY = re.compile(r".", re.DOTALL)
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass
class Reading:
    """What a reader of the text sees."""

    text: str = ""
    bold: list[str] = field(default_factory=list)
    italic: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    small: int = 0
    """Lines in small print."""
    others: list[str] = field(default_factory=list)
    """Whatever else is more than its characters, as `name: source`."""


def read(source: str, *, links: bool = True) -> Reading:
    """Read a text; titles and names of fields take no links."""
    reading = Reading()
    _read(source, reading, links=links)
    return reading


def _read(source: str, reading: Reading, *, links: bool) -> None:
    position = 0
    at_line_start = True
    while position < len(source):
        name, match = _found(source, position, at_line_start=at_line_start)
        if name == "text":
            assert match[0] != "\\" or match.end() < len(source), "a dangling backslash"
            reading.text += match[match.lastindex or 0]
        else:
            _take(name, match, reading, links=links)
        at_line_start = match[0].endswith("\n") or (at_line_start and match[0].isspace())
        position = match.end()


def _found(source: str, position: int, *, at_line_start: bool) -> tuple[str, re.Match[str]]:
    """Return what stands at a position, and its name."""
    if match := ESCAPED.match(source, position):
        return "text", match
    known = AT_LINE_START if at_line_start else []
    if SIGN.match(source, position):
        known = known + INLINE
    for rule in known:
        if match := rule.pattern.match(source, position):
            return rule.name, match
    return "text", ANY.match(source, position)


def _take(name: str, match: re.Match[str], reading: Reading, *, links: bool) -> None:
    start = len(reading.text)
    match name:
        case "bold" | "italic" | "strike":
            _read(match[1], reading, links=links)
            kept = {"bold": reading.bold, "italic": reading.italic, "strike": reading.struck}
            kept[name].append(reading.text[start:])
        case "link" if links and _can_be_linked(match[1]):
            reading.text += match[1]
            reading.links.append((match[1], match[2]))
        case "subtext":
            reading.small += 1
        case _:
            reading.others.append(f"{name}: {match[0]}")
            reading.text += match[0]


def _can_be_linked(text: str) -> bool:
    """Tell whether a text can be a link's: backslashes are shown there, and marks and addresses break it."""
    inside = read(text)
    return bool(text.strip()) and inside == Reading(text=text)
