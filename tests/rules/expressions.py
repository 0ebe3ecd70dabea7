"""Every regular expression of the program, with how it is used, and hostile texts made for each."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, permutations, product
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]  # reason: re's own parser
from re import _parser as parser  # type: ignore[attr-defined]  # reason: re's own parser
from types import SimpleNamespace
from typing import Any, NamedTuple

from bot.commands import commands
from tests.conftest import ROOT

METHODS = frozenset("match fullmatch search findall finditer sub subn split".split())
# What stands in expressions that are made while the program runs.
MADE = {
    "user": SimpleNamespace(id=42),
    "me": SimpleNamespace(id=42),
    "parts": ["secret", "a-longer-secret"],
    "words": r"den(?:y|ies|ied)|says?",
    "argument": SimpleNamespace(pattern=r"\S+"),
    "written": "^al(?=...)|(?<=[stk])u|g(?=[eiy])",
}
# Characters that some expression takes for more than a letter: of each class the first few are tried.
SIGNS = "a1 -_.:,/'\"A\n\t\x0c<>[]()@#+?!“”’–=%X"
MOST_SIGNS, MOST_SAMPLES, MOST_PUMPS = 5, 8, 6
# A part that repeats no more often than this does not count as one without end.
LONG = 20
_CLASSES = {
    codes.CATEGORY_DIGIT: str.isdigit,
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
    codes.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdigit(),
    codes.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    codes.CATEGORY_NOT_WORD: lambda sign: not (sign.isalnum() or sign == "_"),
}


class Expression(NamedTuple):
    """An expression, where it stands, and the methods by which it is used."""

    where: str
    pattern: re.Pattern[str]
    methods: frozenset[str]


@cache
def expressions() -> tuple[Expression, ...]:
    """Return all expressions of the program. Raises NameError for one that cannot be made up here."""
    paths = sorted(path for house in ("bot", "storage") for path in (ROOT / house).rglob("*.py"))
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    anywhere = _uses(trees.values())
    found = [each for path, tree in trees.items() for each in _in_module(path, tree, anywhere)]
    taken = sorted({argument.pattern for command in commands for argument in command.arguments})
    return (*found, *(Expression("arguments", re.compile(each), frozenset({"match"})) for each in taken))


def hostile(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Yield texts of about `size` characters that let a pattern repeat as often as it can, and fail."""
    found = list(dict.fromkeys(_pumps(parser.parse(pattern.pattern, pattern.flags), "")))
    for before, body in found:
        for end in ("", "\0", "\n!", " a", "a\na"):
            yield before + body * (size // len(body)) + end
    for one, other in permutations(list(dict.fromkeys(body for _before, body in found))[:MOST_PUMPS], 2):
        for body, end in product((one + other, one + other * 8), ("", "\0")):
            yield body * (size // len(body)) + end
            yield one * (size // 2 // len(one)) + other * (size // 2 // len(other)) + end


def _uses(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Return the methods that are used of each name, wherever that is."""
    used: dict[str, set[str]] = {}
    for node in (each for tree in trees for each in ast.walk(tree)):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            held = node.value
            name = getattr(held, "id", None) or getattr(held, "attr", "")
            used.setdefault(name, set()).add(node.attr)
    return used


def _in_module(path: Path, tree: ast.Module, anywhere: dict[str, set[str]]) -> Iterator[Expression]:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    known = vars(importlib.import_module(name)) | MADE
    here = _uses([tree])
    names = {
        each.value: target.id
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for node in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
        house, _dot, method = ast.unparse(node.func).partition(".")
        if house != "re" or method not in {*METHODS, "compile"}:
            continue
        called = names.get(node, "")
        used = (here if called.startswith("_") else anywhere).get(called, set())
        methods = {method} if method != "compile" else used
        # One with a name that is never used by it is passed on to what compares whole texts.
        yield Expression(
            f"{name}:{node.lineno}",
            _made(node, known),
            frozenset(methods or ({"fullmatch"} if called else {"search"})),
        )


def _made(node: ast.Call, known: dict[str, Any]) -> re.Pattern[str]:
    """Make an expression again from its source."""
    flags = [each.value for each in node.keywords if each.arg == "flags"]
    if ast.unparse(node.func) in ("re.compile", "re.search", "re.match", "re.fullmatch"):
        flags += node.args[1 if ast.unparse(node.func) == "re.compile" else 2 :]
    source, *more = (eval(ast.unparse(each), known) for each in (node.args[0], *flags))
    return re.compile(source, *more)


def _pumps(items: Any, before: str) -> Iterator[tuple[str, str]]:
    """Yield what comes before each part that may repeat without end, and what that part may be."""
    for code, value in items:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, part = value
            if most > LONG:
                yield from ((before, body) for body in _samples(part) if body)
            yield from _pumps(part, before)
            before += _sample(part) * least
            continue
        for part in _parts(code, value):
            yield from _pumps(part, before)
        if code not in (codes.ASSERT, codes.ASSERT_NOT):
            before += _sample([(code, value)])


def _parts(code: Any, value: Any) -> list[Any]:
    """Return the parts that an item of an expression holds."""
    if code is codes.SUBPATTERN:
        return [value[3]]
    if code is codes.ATOMIC_GROUP:
        return [value]
    if code is codes.BRANCH:
        return list(value[1])
    return [value[1]] if code in (codes.ASSERT, codes.ASSERT_NOT) else []


def _sample(items: Any) -> str:
    return next(_samples(items), "")


def _samples(items: Any) -> Iterator[str]:
    """Yield a few texts that a part of an expression matches, or nearly so."""
    return islice(map("".join, product(*(_choices(code, value) for code, value in items))), MOST_SAMPLES)


def _choices(code: Any, value: Any) -> list[str]:
    if code is codes.LITERAL:
        return [chr(value)]
    if code in (codes.IN, codes.ANY, codes.NOT_LITERAL):
        return [sign for sign in SIGNS if _belongs(sign, code, value)][:MOST_SIGNS] or ["a"]
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return [each * max(value[0], 1) for each in _samples(value[2])]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [""]
    return [each for part in _parts(code, value) for each in _samples(part)] or [""]


def _belongs(sign: str, code: Any, value: Any) -> bool:
    """Tell whether a sign is one of those that an item stands for."""
    if code is codes.ANY:
        return sign != "\n"
    if code is codes.NOT_LITERAL:
        return ord(sign) != value
    negated = value[0][0] is codes.NEGATE
    return negated != any(_is(sign, kind, what) for kind, what in value[negated:])


def _is(sign: str, kind: Any, what: Any) -> bool:
    if kind is codes.LITERAL:
        return ord(sign) == what
    if kind is codes.RANGE:
        return what[0] <= ord(sign) <= what[1]
    return bool(_CLASSES[what](sign))
