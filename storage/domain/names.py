"""Names as they come in and as they are compared: cleaned, taken apart into words, made into refs."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from storage.domain.folding import fold

# What steers a terminal goes as a whole (ECMA-48): colours, cursors, titles and other strings.
_STEERING = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90-\x9f]{0,500}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[()*+][0-9A-Za-z]"
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
# What parts the words of a ref, and what is left out of it.
_APART = re.compile(r"[^\w]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ`"))
_SPACES = re.compile(r"\s+")
# A text of more letters than this names nobody, and resembles no name: names have at most 500.
MOST_LETTERS = 1_000
# Words that name nobody by themselves.
_GLUE = frozenset("a an and at by de for from in la le of on s the to van von".split())


def clean(text: Any) -> Any:
    """Drop control sequences, control and direction-override characters; fold white space.

    Other types are left alone.
    """
    if not isinstance(text, str):
        return text
    # Most text is clean already: printable means no control, separator, override or surrogate.
    if text.isprintable() and "  " not in text:
        return text.strip()
    plain = text.encode("utf-8", "replace").decode("utf-8")
    plain = _STEERING.sub("", plain.replace("\n", " ").replace("\t", " "))
    left = _SPACES.sub(" ", _CONTROL.sub("", plain)).strip()
    # Joiners of no width are part of some scripts, and nothing by themselves.
    return left if any(mark.isprintable() and mark != " " for mark in left) else ""


def clean_lines(text: str) -> str:
    """Clean each line of a text by itself; blank lines at its ends are dropped."""
    if "\n" not in text and "\r" not in text:
        return str(clean(text))
    return "\n".join(clean(line) for line in re.split(r"\r\n|\r|\n", text)).strip("\n")


def parts(folded: str) -> tuple[str, ...]:
    """Return the words of a folded name by which alone it may be asked."""
    words = folded.split()
    return tuple(word for word in words if len(word) > 2 and word not in _GLUE) if len(words) > 1 else ()


def with_article(article: str | None, name: str) -> str:
    """Return a name as it stands inside a sentence: `the Kyiv Independent`, `l'Express`."""
    if not article:
        return name
    return f"{article}{name}" if article.endswith(("'", "’")) else f"{article} {name}"


def forms(
    name: str, short: str | None, aliases: Iterable[str], role: str | None, article: str | None = None
) -> Iterator[tuple[str, int, str]]:
    """Yield every folded form by which somebody can be asked, with its rank and spelling; each form once."""
    whole = with_article(article, name) if article else None
    spelled = [(name, 0), *((alias, 1) for alias in (short, *aliases, whole) if alias)]
    ranked: dict[str, tuple[int, str]] = {}
    for spelling, rank in spelled:
        ranked.setdefault(fold(spelling), (rank, spelling))
    for spelling, _ in spelled[: 2 if short else 1]:
        for part in parts(fold(spelling)):
            ranked.setdefault(part, (2, spelling))
    if role:
        ranked.setdefault(fold(role), (3, role))
    for folded, (rank, spelling) in ranked.items():
        yield folded, rank, spelling


def slug(text: str) -> str:
    """Return a ref made from a name, as every version made it: a sheet imported again has the same refs."""
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
    words = _APART.sub(" ", bare.translate(_APOSTROPHES)).strip()
    return words.replace(" ", "-")[:200] or "unnamed"
