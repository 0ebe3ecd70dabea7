"""From the record's one text of SQL to psycopg's: placeholders, and the words for lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from storage.engines.database import Parameters

# Texts, names and comments keep all but their percent signs, which psycopg wants doubled; `::` is a cast.
_TOKEN = re.compile(
    r"""(?P<kept>'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|::)"""
    r"|(?<![\w:]):(?P<name>[A-Za-z_]\w*)|(?P<next>\?)|(?P<percent>%)|\b(?P<word>list_of|row_of)\(",
    re.DOTALL,
)
_WORDS = {"list_of": "json_agg(", "row_of": "json_build_array("}


def _own(found: re.Match[str]) -> str:
    if found["kept"]:
        return found["kept"].replace("%", "%%")
    if found["name"]:
        return f"%({found['name']})s"
    if found["word"]:
        return _WORDS[found["word"]]
    return "%s" if found["next"] else "%%"


# Looked up for each statement: what is put together from numbers must not gather without end.
@lru_cache(4096)
def _text(sql: str) -> str:
    return _TOKEN.sub(_own, sql)


@lru_cache(4096)
def for_postgres(sql: str) -> bytes:
    """Return SQL with psycopg's placeholders and PostgreSQL's own words for lists."""
    return _text(sql).encode()


_LIMIT = re.compile(r"LIMIT %(?:s|\((\w+)\)s)")
_PLACE = re.compile(r"(?<!%)%s")


def query(sql: str, parameters: Parameters) -> tuple[bytes, Parameters]:
    """Return a query as psycopg takes it, with what it binds, and with its limits written out.

    One plan is kept for all who ask: it has to know how few rows are wanted.
    """
    text = _text(sql)
    if "LIMIT %" not in text:
        return for_postgres(sql), parameters
    if isinstance(parameters, Mapping):
        return _LIMIT.sub(lambda found: f"LIMIT {parameters[found[1]]:d}", text).encode(), parameters
    given = list(parameters)
    for found in reversed(list(_LIMIT.finditer(text))):
        value = given.pop(len(_PLACE.findall(text, 0, found.start())))
        text = f"{text[: found.start()]}LIMIT {value:d}{text[found.end() :]}"
    return text.encode(), given
