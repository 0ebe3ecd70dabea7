"""SQL is one text for both engines: what only one has stands in the engines and the full-text indexes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Folders of what differs, and modules that work on SQLite's files, or on PostgreSQL's tables, themselves.
OWN = ("storage/engines/", "storage/search/indexes/", "storage/migrations/")
ON_FILES = {
    "storage/sheets/staging.py": "rows are copied from file to file",
    "storage/trail/scrubbing.py": "files and tables are written anew",
}
IS_SQL = re.compile(
    r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|JOIN|ORDER BY|LIMIT|AND|EXISTS|SET)\b"
)
# What stands in the place of what a text is put together from.
PART = "part"
ONLY_ONE_HAS = {
    "OR IGNORE, OR REPLACE: ON CONFLICT is on both": r"\bOR (?:IGNORE|REPLACE|ABORT)\b|\bREPLACE INTO\b",
    "iif(): CASE": r"\biif\(",
    "ifnull(), greatest(), least(): coalesce(), CASE": r"\b(?:ifnull|greatest|least)\(",
    "max() or min() of several: CASE": r"\b(?:max|min)\((?:[^()]|\([^()]*\))*,",
    "COLLATE: texts are compared by code points": r"\bCOLLATE\b",
    "rowid: the key's name": r"\b_?rowid_?\b",
    "INDEXED BY": r"\bINDEXED BY\b",
    "GLOB, REGEXP, ILIKE, MATCH: LIKE": r"\b(?:GLOB|REGEXP|ILIKE|MATCH|SIMILAR TO)\b",
    "PRAGMA, ATTACH": r"\bPRAGMA\b|\bpragma_\w+|\bATTACH\b|\bsqlite_\w+",
    "json_each() and the like: ints(), texts(), list_of(), row_of()": (
        r"\bjson_(?:each|tree|object|array|group_array|group_object|agg|build_\w+)\(|\bjsonb_"
    ),
    "group_concat(), string_agg(): list_of()": r"\b(?:group_concat|string_agg|array_agg)\(",
    "functions of moments: they are texts": r"\b(?:strftime|julianday|datetime|now|date_trunc|to_char)\(",
    "changes(), last_insert_rowid(): RETURNING": r"\b(?:changes|total_changes|last_insert_\w+|nextval)\(",
    "IS ?, IS DISTINCT FROM: coalesce()": r"\bIS (?:NOT )?(?:\?|:\w)|\bIS (?:NOT )?DISTINCT\b",
    "a parameter that stands alone has a type: CAST(? AS TEXT)": (r"(?:\?|(?<![\w:]):\w+) IS (?:NOT )?NULL"),
    "a sign before a column: + 0 or || '' behind it": r"(?:\b(?:AND|OR|WHERE|ON|BY)|[(,])\s*\+\s*[a-z]",
    "CROSS JOIN has no ON: WHERE": r"\bCROSS JOIN \w+(?: (?!CROSS|WHERE|JOIN)\w+)? ON\b",
    "LIMIT -1: a large number": r"\bLIMIT -",
    "::, ANY(), DISTINCT ON, LATERAL": r"\w::\w|\bANY\s*\(|\bDISTINCT ON\b|\bLATERAL\b|\bFOR UPDATE\b",
    "INTEGER has 32 bits: BIGINT": r"\bCAST\([^()]* AS (?:INT|INTEGER|REAL)\)",
    "a whole number is no condition: = 1": r"\b(?:WHEN|AND|OR|WHERE|NOT) :\w+ (?:THEN|AND|OR)\b",
    '"quotes" of names': r'"\w[\w ]*"',
}
_NAMED = re.compile(r"\s*(?:AS )?(?!(?:ORDER|WHERE|GROUP|JOIN|CROSS|LEFT|LIMIT|UNION|ON)\b)[a-z_]\w*")
_SUBQUERY = re.compile(r"\b(?:FROM|JOIN)\s*\(\s*(?=SELECT\b)")


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module that are SQL, with their lines; parts of them are told as PART."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    } - {id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)}
    for node in ast.walk(tree):
        if id(node) in documentation or id(node) in inside:
            continue
        text = _text(node)
        if text is not None and IS_SQL.search(text):
            yield node.lineno, text  # type: ignore[attr-defined]  # reason: a text has a line


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else PART for each in node.values)
    return None


def broken(sql: str) -> list[str]:
    """Return the rules that a text breaks; what it quotes breaks none."""
    bare = re.sub(r"'[^']*'", "''", sql)
    found = [rule for rule, pattern in ONLY_ONE_HAS.items() if re.search(pattern, bare)]
    return found + (["a subquery without a name"] if _unnamed(bare) else [])


def _unnamed(sql: str) -> bool:
    """Tell whether a subquery in FROM that ends in this text has no name: PostgreSQL 15 wants one."""
    for begun in _SUBQUERY.finditer(sql):
        depth = 1
        for at in range(begun.end(), len(sql)):
            depth += {"(": 1, ")": -1}.get(sql[at], 0)
            if not depth:
                if at + 1 < len(sql) and not _NAMED.match(sql, at + 1):
                    return True
                break
    return False


def sources() -> list[Path]:
    """Return the modules whose SQL both engines are to understand."""
    every = sorted(path for house in ("bot", "storage") for path in (ROOT / house).rglob("*.py"))
    names = {path: path.relative_to(ROOT).as_posix() for path in every}
    return [path for path, name in names.items() if not name.startswith(OWN) and name not in ON_FILES]


def test_all_sql_is_what_both_engines_understand() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}": rules
        for path in sources()
        for line, sql in texts(ast.parse(path.read_text(encoding="utf-8")))
        if (rules := broken(sql))
    }
    assert found == {}


def test_modules_that_are_excused_are_there() -> None:
    assert [name for name in ON_FILES if not (ROOT / name).is_file()] == []
    read = [sql for path in sources() for _line, sql in texts(ast.parse(path.read_text(encoding="utf-8")))]
    assert len(read) > 300


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE OR IGNORE chat SET address = ? WHERE address = ?",
        "SELECT iif(a > 1, 2, 3) FROM t WHERE b = 1",
        "SELECT id FROM t WHERE name = ? COLLATE NOCASE",
        "SELECT rowid FROM fact_text WHERE story = ?",
        "SELECT id FROM t INDEXED BY t_by_a WHERE a = 1",
        "SELECT id FROM t WHERE id IN (SELECT value FROM json_each(?))",
        "UPDATE p SET a = max(p.a, excluded.a) WHERE b = 1",
        "UPDATE p SET a = max(coalesce(a, 0), 1) WHERE b = 1",
        "UPDATE member SET gone = ? WHERE story_id IS ?",
        "SELECT 1 FROM t WHERE ? IS NULL OR a = ?",
        "SELECT 1 FROM t WHERE (:id IS NULL OR id = :id)",
        "SELECT id FROM t WHERE +story_id = ? ORDER BY id",
        "SELECT id FROM t WHERE a > 1 AND (+t.a > :low OR b = 2)",
        "SELECT a.id FROM a CROSS JOIN b ON b.id = a.id WHERE a.id > 1",
        "SELECT a.id FROM a CROSS JOIN b c ON c.id = a.id WHERE a.id > 1",
        "SELECT id FROM t ORDER BY id LIMIT -1",
        "SELECT CAST(a AS INTEGER) FROM t WHERE b = 1",
        "SELECT count(*) FROM (SELECT 1 FROM t LIMIT 20) WHERE a = 1",
        "SELECT * FROM (SELECT a FROM t ORDER BY a LIMIT 2) UNION ALL SELECT 1",
        'SELECT "name" FROM t WHERE a = 1',
        "SELECT a FROM t WHERE :material OR b = 1",
        "SELECT a::text FROM t WHERE b = 1",
    ],
)
def test_the_rule_finds_what_only_one_engine_has(sql: str) -> None:
    assert broken(sql)


def test_the_rule_lets_through_what_both_have(subtests: pytest.Subtests) -> None:
    for sql in (
        "SELECT max(id), min(a) FROM t WHERE b IN ('COLLATE, rowid', 'a')",
        "SELECT count(*) FROM (SELECT 1 FROM t LIMIT 20) f",
        "SELECT count(*) FROM (SELECT 1 FROM t LIMIT 20) AS f WHERE a = 1",
        "SELECT a.id FROM a CROSS JOIN b WHERE b.id = a.id AND a.c + 0 > 1",
        "UPDATE p SET a = CASE WHEN a > 1 THEN 1 ELSE a + 1 END WHERE CAST(? AS BIGINT) IS NULL",
        "INSERT INTO t (a) SELECT value FROM ints(?) WHERE 1 = 1 ON CONFLICT DO NOTHING",
    ):
        with subtests.test(sql):
            assert broken(sql) == []
