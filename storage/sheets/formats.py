"""Reading fact sheets: TOML for people, JSON Lines for bulk, as one stream of entries with their lines."""

from __future__ import annotations

import codecs
import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from storage.domain.entries import (
    MOST_ATTRIBUTIONS,
    ON_RECORD,
    AttributionEntry,
    EntityEntry,
    Entry,
    FactEntry,
    FigureEntry,
    RelationEntry,
    SourceEntry,
    StoryEntry,
)
from storage.domain.names import clean, slug

# A line holds a fact with its whole history, which the database gives as one value: at most a thousand
# million bytes (sqlite.org/limits.html). A file without line breaks must not be read beyond that.
LONGEST_LINE = 1024 * 1024 * 1024
# A whole TOML sheet larger than this is no fact sheet.
LARGEST_TOML = 64 * 1024 * 1024
FORMAT = 1
# What pydantic finds, in the words of someone who writes sheets.
_SAID = {
    "missing": "is required",
    "string_pattern_mismatch": "has not the right form",
    "string_too_short": "is empty",
    "too_short": "needs at least one",
    "model_type": "should be fields with their values",
    "tuple_type": "should be a list",
    "string_type": "should be text",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "too_long": f"has more than {MOST_ATTRIBUTIONS} items",
}
# What is longer is no name of a field, and is shown in part.
LONGEST_NAME = 60
Place = tuple[str | int, ...]
_HEADERS: dict[str, type[Entry]] = {"story": StoryEntry, "source": SourceEntry, "entity": EntityEntry}
_TABLES: dict[str, type[Entry]] = {"sources": SourceEntry, "entities": EntityEntry, "facts": FactEntry}
# One part of a key; it is never tried in two ways.
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
# A key of more parts than any sheet has: the time to read one grows with the square of their number.
_DEEP_KEY = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{64}}")
# A number of more digits than Python reads (https://docs.python.org/3/library/stdtypes.html#int-max-str-digits).
_DIGITS = re.compile(r"(?<![0-9_])[0-9][0-9_]{4300}")
_TOO_MANY_DIGITS = "a number has more digits than any figure has"
# How a file begins that Windows programs save as "Unicode" (https://www.unicode.org/faq/utf_bom.html#bom1).
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOT_UTF8 = "not UTF-8 but UTF-16 text: save the file as UTF-8"
_TOO_DEEP = "lists or tables stand in each other deeper than any fact sheet has them"
_KINDS = (StoryEntry, SourceEntry, EntityEntry, FactEntry, AttributionEntry, FigureEntry, RelationEntry)
_FIELDS = sorted({name for kind in _KINDS for name in kind.model_fields})
# pydantic names the branch of `source` it took; a reader of the sheet does not know branches.
_BRANCHES = frozenset({"ref", "inline"})


class Located(NamedTuple):
    """One entry of a sheet and the line it begins on; instead of an entry, what is wrong with it."""

    line: int
    entry: Entry | None
    problems: tuple[str, ...] = ()
    place: Place = ()
    lines: _Lines | None = None

    def at(self, *place: str | int) -> int:
        """Return the line of a place within the entry."""
        return self.lines.of((*self.place, *place)) if self.lines else self.line


class Sheet(NamedTuple):
    """What is imported: its name, its size in bytes and lines, and what yields its entries.

    Where it `declares` its entities, a name that it does not declare is a slip.
    """

    name: str
    size: int
    lines: int
    entries: Callable[[], Iterable[Located]]
    declares: bool = False

    @property
    def story(self) -> str:
        """Return the name of the story that it is put into where no other is given."""
        return slug(Path(self.name).stem)[:40].strip("-") or "story"


def sheet_at(path: Path) -> Sheet:
    """Return the sheet in a file: by its suffix TOML, else JSON Lines. Raises OSError."""
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    in_toml = path.suffix == ".toml"
    read = partial(_read_toml if in_toml else _read_jsonl, path)
    return Sheet(path.name, path.stat().st_size, lines, read, declares=in_toml)


def _read_jsonl(path: Path) -> Iterator[Located]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if number == 1 and raw.startswith(_UTF16):
                yield Located(1, None, (f"line 1: {_NOT_UTF8}",))
                return
            raw = raw.removeprefix(codecs.BOM_UTF8)
            if len(raw) > LONGEST_LINE:
                yield Located(number, None, (f"line {number}: longer than {LONGEST_LINE} bytes",))
                return
            if raw.strip():
                yield _line(number, raw)


def _line(number: int, raw: bytes) -> Located:
    try:
        data = json.loads(raw, object_pairs_hook=_once)
    except (RecursionError, ValueError) as error:
        return Located(number, None, (f"line {number}: {_unreadable(error)}",))
    if not isinstance(data, dict):
        return Located(number, None, (f"line {number}: must be an object, {{...}}",))
    if len(data) == 1 and (kind := next(iter(data))) in _HEADERS:
        return _checked(_HEADERS[kind], data[kind], Located(number, None, place=(kind,)))
    return _checked(FactEntry, data, Located(number, None))


class _Twice(ValueError):
    """A field stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return fields


def _unreadable(error: Exception) -> str:
    """Say why a line could not be read as JSON."""
    match error:
        case _Twice():
            return f"{shown(str(error))} stands twice"
        case RecursionError():
            return _TOO_DEEP
        case UnicodeDecodeError():
            return f"not UTF-8 text (byte {error.start})"
        case json.JSONDecodeError():
            return f"not JSON: {error.msg} (at column {error.pos + 1})"
    return _TOO_MANY_DIGITS


def _read_toml(path: Path) -> Iterator[Located]:
    if path.stat().st_size > LARGEST_TOML:
        yield Located(1, None, ("line 1: larger than 64 MiB: use JSON Lines (.jsonl) for bulk",))
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
        if deep := _DEEP_KEY.search(text):
            yield Located(1, None, (f"line {text.count(chr(10), 0, deep.start()) + 1}: {_TOO_DEEP}",))
            return
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        wrong = _NOT_UTF8 if error.object.startswith(_UTF16) else f"not UTF-8 text (byte {error.start})"
        yield Located(1, None, (f"line 1: {wrong}",))
        return
    except RecursionError:
        yield Located(1, None, (f"line 1: {_TOO_DEEP}",))
        return
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        yield Located(1, None, (f"line {line}: not TOML: {str(error)[:120]}",))
        return
    except ValueError:
        found = _DIGITS.search(text)
        line = text.count("\n", 0, found.start() if found else 0) + 1
        yield Located(1, None, (f"line {line}: {_TOO_MANY_DIGITS}",))
        return
    yield from _entries(data, _Lines(text))


def _entries(data: dict[str, Any], lines: _Lines) -> Iterator[Located]:
    known = {"format", "story", *_TABLES}
    if strange := sorted(data.keys() - known):
        yield Located(
            1,
            None,
            tuple(
                f"line {lines.of((key,))}, {key}: unknown; a sheet has {', '.join(sorted(known))}"
                for key in map(shown, strange)
            ),
        )
    if data.get("format", FORMAT) != FORMAT:
        yield Located(1, None, (f"line {lines.of(('format',))}, format: this program reads format {FORMAT}",))
        return
    if "story" in data:
        line = lines.of(("story",))
        yield _checked(StoryEntry, data["story"], Located(line, None, place=("story",), lines=lines))
    for table, kind in _TABLES.items():
        rows = data.get(table, [])
        if not isinstance(rows, list):
            yield Located(1, None, (f"line {lines.of((table,))}, {table}: write [[{table}]] for each",))
            continue
        for index, row in enumerate(rows):
            place = (table, index)
            yield _checked(kind, row, Located(lines.of(place), None, place=place, lines=lines))


def _checked(kind: type[Entry], data: Any, located: Located) -> Located:
    try:
        # What was exported has an id: a date in it may be of a form that only an earlier version took.
        context = ON_RECORD if isinstance(data, dict) and "id" in data else None
        return located._replace(entry=kind.model_validate(data, context=context))
    except RecursionError:
        return located._replace(problems=(f"line {located.at()}: {_TOO_DEEP}",))
    except ValidationError as error:
        problems = []
        items = error.errors(include_url=False, include_context=False, include_input=False)
        for item in items:
            if _is_echo(item, items):
                continue
            place = tuple(part for part in item["loc"] if part not in _BRANCHES)
            where = dotted(place) or (located.place and str(located.place[0])) or "entry"
            problems.append(f"line {located.at(*place)}, {where}: {plain(item['type'], item['msg'], place)}")
        return located._replace(problems=tuple(dict.fromkeys(problems)))


def _is_echo(item: ErrorDetails, items: list[ErrorDetails]) -> bool:
    """Tell whether a list only lacks items because those it has are wrong, which is said already."""
    depth = len(item["loc"])
    return item["type"] == "too_short" and any(
        len(other["loc"]) > depth and other["loc"][:depth] == item["loc"] for other in items
    )


def plain(kind: str, message: str, place: Place) -> str:
    """Say what pydantic says in the words of someone who writes sheets."""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(shown(str(place[-1])), _FIELDS, 1)
        return f"unknown field; did you mean {near[0]}?" if near else "unknown field"
    if kind == "string_pattern_mismatch" and place[-1:] == ("id",):
        return "should be F (a fact) or S (a source) and a number of at most 9 digits"
    if "Exceeds the limit" in message:
        return _TOO_MANY_DIGITS
    if kind in _SAID:
        return _SAID[kind]
    return message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ").strip()


def dotted(place: Iterable[str | int]) -> str:
    """Return a place as people write it: `attributions[0].source`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in place)
    return "".join(parts).lstrip(".")


def shown(name: str) -> str:
    """Return a name of whoever wrote the sheet as it may be printed."""
    return str(clean(name))[:LONGEST_NAME]


class _Lines:
    """Finds the line of a place in a TOML text: tables by their headers, keys below them."""

    _HEADER = re.compile(r"^\s*+\[++([\w.\-\"'\s]++)\]")
    _KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*[=.]")

    def __init__(self, text: str) -> None:
        self._at: dict[Place, int] = {}
        counts: dict[Place, int] = {}
        here: Place = ()
        for number, line in enumerate(text.splitlines(), 1):
            if header := self._HEADER.match(line):
                here = self._open(header[1].strip().split("."), is_array="[[" in line, counts=counts)
                self._at.setdefault(here, number)
            elif key := self._KEY.match(line):
                self._at.setdefault((*here, key[1]), number)

    def of(self, place: Place) -> int:
        """Return the line of a place, or of the nearest thing around it."""
        while place and place not in self._at:
            place = place[:-1]
        return self._at.get(place, 1)

    @staticmethod
    def _open(names: list[str], *, is_array: bool, counts: dict[Place, int]) -> Place:
        """Return the place that a header opens, counting the members of arrays of tables."""
        place: Place = ()
        for depth, name in enumerate(names):
            place = (*place, name.strip(" \"'"))
            last = depth == len(names) - 1
            if last and is_array:
                counts[place] = counts.get(place, -1) + 1
            if place in counts:
                place = (*place, counts[place])
        return place
