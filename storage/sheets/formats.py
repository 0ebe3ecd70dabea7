"""Reading fact sheets: TOML for people, JSON Lines for bulk, as one stream of entries with their lines."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from storage.domain.entries import (
    AttributionEntry,
    EntityEntry,
    Entry,
    FactEntry,
    FigureEntry,
    RelationEntry,
    SourceEntry,
    StoryEntry,
)

# A line of JSON or a whole TOML sheet larger than this is no fact sheet.
LONGEST_LINE = 1024 * 1024
LARGEST_TOML = 64 * 1024 * 1024
FORMAT = 1
Place = tuple[str | int, ...]
_HEADERS: dict[str, type[Entry]] = {"story": StoryEntry, "source": SourceEntry, "entity": EntityEntry}
_TABLES: dict[str, type[Entry]] = {"sources": SourceEntry, "entities": EntityEntry, "facts": FactEntry}
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


def read(path: Path) -> Iterator[Located]:
    """Yield a sheet's entries: by its suffix TOML, else JSON Lines. Raises OSError."""
    return _read_toml(path) if path.suffix == ".toml" else _read_jsonl(path)


def count_lines(path: Path) -> int:
    """Return how many lines a file has, for showing progress."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def _read_jsonl(path: Path) -> Iterator[Located]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                yield Located(number, None, (f"line {number}: longer than {LONGEST_LINE} bytes",))
                return
            if raw.strip():
                yield _line(number, raw)


def _line(number: int, raw: bytes) -> Located:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return Located(number, None, (f"line {number}: not JSON: {str(error)[:120]}",))
    if not isinstance(data, dict):
        return Located(number, None, (f"line {number}: must be an object, {{...}}",))
    if len(data) == 1 and (kind := next(iter(data))) in _HEADERS:
        return _checked(_HEADERS[kind], data[kind], Located(number, None, place=(kind,)))
    return _checked(FactEntry, data, Located(number, None))


def _read_toml(path: Path) -> Iterator[Located]:
    if path.stat().st_size > LARGEST_TOML:
        yield Located(1, None, ("line 1: larger than 64 MiB: use JSON Lines (.jsonl) for bulk",))
        return
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        yield Located(1, None, (f"line 1: not UTF-8 text (byte {error.start})",))
        return
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        yield Located(0, None, (f"line {line[1] if line else '?'}: not TOML: {error}",))
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
                for key in strange
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
        return located._replace(entry=kind.model_validate(data))
    except ValidationError as error:
        problems = []
        items = error.errors(include_url=False, include_context=False, include_input=False)
        for item in items:
            if _is_echo(item, items):
                continue
            place = tuple(part for part in item["loc"] if part not in _BRANCHES)
            where = _dotted(place) or (located.place and str(located.place[0])) or "entry"
            problems.append(f"line {located.at(*place)}, {where}: {_plain(item['type'], item['msg'], place)}")
        return located._replace(problems=tuple(dict.fromkeys(problems)))


def _is_echo(item: ErrorDetails, items: list[ErrorDetails]) -> bool:
    """Tell whether a list only lacks items because those it has are wrong, which is said already."""
    depth = len(item["loc"])
    return item["type"] == "too_short" and any(
        len(other["loc"]) > depth and other["loc"][:depth] == item["loc"] for other in items
    )


def _plain(kind: str, message: str, place: Place) -> str:
    """Say what pydantic says in the words of someone who writes sheets."""
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _FIELDS, 1)
        return f"unknown field; did you mean {near[0]}?" if near else "unknown field"
    if kind == "string_pattern_mismatch":
        return "has not the right form"
    if kind == "string_too_short":
        return "is empty"
    if kind == "too_short":
        return "needs at least one"
    return message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ").strip()


def _dotted(place: Iterable[str | int]) -> str:
    """Return a place as people write it: `attributions[0].source`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


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
