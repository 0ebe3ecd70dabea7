"""Texts for users, through gettext: `_` at the point of use, `N_` where a text is only declared."""

from __future__ import annotations

import gettext
import re
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).with_name("locales")
# Languages that are written from right to left.
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ku-arab ps sd ug ur yi".split())
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_language: ContextVar[str] = ContextVar("language", default="en")


@lru_cache(maxsize=32)
def _catalog(language: str) -> gettext.NullTranslations:
    return gettext.translation("onrecord", LOCALES, languages=[language], fallback=True)


def speak(language: str) -> None:
    """Choose the language of this context; one that has no catalog falls back to English."""
    _language.set(language)


def spoken() -> str:
    """Return the language of this context."""
    return _language.get()


def _(message: str, **values: object) -> str:
    """Return the text in the chosen language, its named placeholders filled."""
    text = _catalog(_language.get()).gettext(message)
    return text.format(**values) if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Return the form that fits `count`, its named placeholders (and `{count}`) filled."""
    return _catalog(_language.get()).ngettext(one, many, count).format(count=count, **values)


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters; a longer one ends with “…” after its last whole word."""
    if len(text) <= limit:
        return text
    # Cut within a word only where the text has hardly any other, as in an address.
    whole = text[:limit].rpartition(" ")[0]
    return f"{(whole if 3 * len(whole) >= limit else text[: limit - 1]).rstrip()}…"


def direction(language: str) -> str:
    """Return whether a language is written from the left (`ltr`) or from the right (`rtl`)."""
    code = language.lower().replace("_", "-")
    return "rtl" if {code, code.partition("-")[0]} & _RIGHT_TO_LEFT else "ltr"


def clean(text: str) -> str:
    """Return a text without controls, halves of surrogate pairs, and signs that turn others around."""
    return text if text.isascii() and text.isprintable() else _UNSHOWABLE.sub("", text)


def N_(message: str) -> str:
    """Mark a text for translation where it is declared; pass it to `_` where it is shown."""
    return message
