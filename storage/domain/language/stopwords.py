"""Words of grammar by language: only those of closed classes, none that tells what a text is about."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from storage.domain.folding import plain

# Here, for no start should read a file for them.
ENGLISH = frozenset(
    "a about after all also an and any are as at be been before being but by can could did do does for from"
    " had has have he her him his how i if in into is it its me my no not of on or our she should so some"
    " than that the their them then there these they this those to was we were what when where which who whom"
    " whose why will with would you your rt via".split()
)


def stopwords(language: str | None) -> frozenset[str]:
    """Return a language's words of grammar, folded; English ones for a language that is not read."""
    return _others().get(language or "en", ENGLISH)


@cache
def _others() -> dict[str, frozenset[str]]:
    text = (resources.files("storage") / "domain" / "language" / "stopwords.toml").read_text("utf-8")
    return {
        language: frozenset(plain(words).replace("'", " ").split())
        for language, words in tomllib.loads(text).items()
    }
