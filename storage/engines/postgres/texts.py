"""From the record's one text of SQL to psycopg's: placeholders, and the words for lists."""

from __future__ import annotations

import re
from functools import lru_cache

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
def for_postgres(sql: str) -> bytes:
    """Return SQL with psycopg's placeholders and PostgreSQL's own words for lists."""
    return _TOKEN.sub(_own, sql).encode()
