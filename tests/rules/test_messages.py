"""Texts for users: the catalog is up to date, and every text can be translated."""

from __future__ import annotations

import re

from babel.messages.catalog import Message

from tests.rules.messages import CATALOG, extracted, template

TEXTS = [message for message in extracted() if message.id]


def forms(message: Message) -> tuple[str, ...]:
    """Return the singular and the plural of a text."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def test_the_catalog_is_up_to_date() -> None:
    assert CATALOG.read_text(encoding="utf-8") == template(), "say: make messages"


def test_placeholders_have_names() -> None:
    assert TEXTS
    unnamed = [
        form
        for message in TEXTS
        for form in forms(message)
        if "%s" in form
        or "%d" in form
        or not all(name.isidentifier() for name in re.findall(r"\{([^{}]*)\}", form))
    ]
    assert unnamed == [], "a translator must be able to move each placeholder"


def test_both_forms_of_a_plural_count() -> None:
    plurals = [forms(message) for message in TEXTS if message.pluralizable]
    assert plurals
    for one, many in plurals:
        # Names that are told count themselves: their verb alone changes.
        assert "{count}" in many or "{who}" in many
        assert set(re.findall(r"\{\w+\}", one)) <= set(re.findall(r"\{\w+\}", many))
